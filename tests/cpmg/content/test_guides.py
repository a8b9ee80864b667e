"""The platform's own guides: publications in four languages, their PDF files of one source."""

from __future__ import annotations

import datetime
import json

import pypdfium2
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation

from cpmg.content import loading
from cpmg.content.guides import pdf_of
from cpmg.content.reading import RefusedError
from repository.files import queue
from repository.models import FileDetails, PublicationPage
from search.contract import SearchRequest
from search.engines import search

LANGUAGES = ("en", "es", "fr", "nl")
FOLDER = settings.SITE / "data" / "guides"
GUIDES = json.loads((FOLDER / "guides.json").read_text("utf-8"))["guides"]


def made(code, language):
    guide = next(guide for guide in GUIDES if guide["code"] == code)
    return pdf_of(
        (FOLDER / f"{code}.{language}.md").read_text("utf-8"),
        title=guide["title"][language],
        summary=guide["summary"][language],
        language=language,
        author="International Organization for Migration",
        day=datetime.date(2026, 11, 1),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [guide["code"] for guide in GUIDES])
def test_a_file_says_what_it_is(code, language):
    content = made(code, language)
    assert content == made(code, language), "the same bytes each time"
    assert len(content) < 30_000
    assert f"/Lang ({language})".encode() in content
    pdf = pypdfium2.PdfDocument(content)
    guide = next(guide for guide in GUIDES if guide["code"] == code)
    said = pdf.get_metadata_dict()
    assert (said["Title"], said["Subject"]) == (
        guide["title"][language],
        guide["summary"][language],
    )
    assert 2 <= len(pdf) <= 4
    text = (FOLDER / f"{code}.{language}.md").read_text("utf-8")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert [entry.get_title() for entry in pdf.get_toc()] == [guide["title"][language], *headings]


def test_the_languages_of_a_guide_are_built_alike():
    for guide in GUIDES:
        shapes = set()
        for language in LANGUAGES:
            lines = (FOLDER / f"{guide['code']}.{language}.md").read_text("utf-8").splitlines()
            marks = ("## ", "- ", "| ", *(f"{number}. " for number in range(1, 9)))
            shapes.add(tuple(mark for line in lines for mark in marks if line.startswith(mark)))
        assert len(shapes) == 1, guide["code"]


@pytest.mark.django_db
def test_each_is_one_publication_in_four_languages(content):
    pages = PublicationPage.objects.filter(slug__in=GUIDES[0]["slug"].values())
    assert {page.locale.language_code: page.title for page in pages} == GUIDES[0]["title"]
    assert len({page.translation_key for page in pages}) == 1
    for page in pages:
        files = {file.language.code: file.document.title for file in page.files.all()}
        assert files == GUIDES[0]["title"]
        assert page.document_type.code == "manual"
        assert [str(one) for one in page.contributors.all()] == [
            "International Organization for Migration"
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "phrase", "file"),
    [
        ("en", "treat documents from these libraries as confidential", "guide-for-members"),
        ("nl", "zonder angst iets te bederven", "handleiding-voor-vertalers"),
    ],
)
def test_a_phrase_of_the_body_is_found_with_its_page(content, client, language, phrase, file):
    others = FileDetails.objects.exclude(document__file__contains=file)
    others.update(due_at=None)
    queue.drain()
    details = FileDetails.objects.get(document__file__contains=file)
    assert (details.state, details.language) == (FileDetails.State.CLEAN, language)
    page = next(
        number for number, text in enumerate(details.text, 1) if phrase in " ".join(text.split())
    )
    results = search(SearchRequest(f'"{phrase}"', user=AnonymousUser(), language=language))
    assert results.total == 1
    [passage, *_] = results.hits[0].passages
    assert (passage.page, passage.language) == (page, language)
    with translation.override(language):
        response = client.get(reverse("search"), {"q": f'"{phrase}"'})
    publication = PublicationPage.objects.get(
        files__document=details.document, locale__language_code=language
    )
    assert f'href="{publication.url}"' in response.content.decode()


def test_a_text_that_can_not_be_set_is_refused(data):
    path = data / "guides" / "members.es.md"
    path.write_text("## Uno\n\nDos → tres\n", "utf-8")
    (data / "guides" / "members.nl.md").unlink()
    with pytest.raises(RefusedError) as refused:
        loading.read(data)
    said = [str(problem) for problem in refused.value.problems]
    assert said == [
        "guides/members.es.md, line 3: “→” can't be set in PDF",
        "guides/members.nl.md: the file is missing",
    ]
