"""The text of files: found, quoted with its page, and counted by format."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

from pages.factories import LanguageFactory
from repository.factories import PublicationPageFactory
from repository.files.queue import looked_at
from repository.models import FileDetails, PublicationFile
from search import documents, files
from search.models import IndexJob

from .conftest import counts, titles

PAGES = [
    "The first page says little.",
    "On the second page, remittances of the diaspora & <others> are counted.",
    "Remittances again.",
]


def attach(page, pages, language="en", kind="pdf", state=FileDetails.State.CLEAN, **details):
    """A file of ``page`` whose text was read."""
    document = get_document_model().objects.create(
        title="File", file=ContentFile(b"content", name=f"file.{kind}")
    )
    PublicationFile.objects.create(
        page=page, document=document, language=LanguageFactory(code=language)
    )
    read(document, pages, kind=kind, state=state, **details)
    return document


def read(document, pages, **details) -> None:
    found = {"text": pages, "page_count": len(pages), "size": 100, **details}
    FileDetails.objects.update_or_create(document=document, defaults=found)
    looked_at.send(FileDetails, document=document.pk)


def test_words_are_found_in_files_and_quoted_with_their_page(ask):
    page = PublicationPageFactory(title="A report")
    PublicationPageFactory(title="Another")
    document = attach(page, PAGES)
    (hit,) = ask("remittances diaspora").hits
    assert (hit.page.pk, hit.partial) == (page.pk, False)
    first, second = hit.passages
    assert (first.page, first.language, first.document) == (2, "en", document.pk)
    assert (
        "<mark>remittances</mark> of the <mark>diaspora</mark> &amp; &lt;others&gt;" in first.html
    )
    assert second.page == 3
    assert ask("nothing").total == 0


def test_a_file_is_found_in_its_own_language_and_by_phrase(ask):
    page = PublicationPageFactory(title="A report")
    attach(page, ["Les travailleurs migrants de la région"], language="fr")
    assert ask('"travailleurs migrants"', language="fr").total == 1
    assert ask("travailleur", language="fr").total == 1
    assert ask('"migrants travailleurs"').total == 0


def test_a_title_comes_before_a_text(ask):
    attach(PublicationPageFactory(title="A report"), PAGES)
    PublicationPageFactory(title="Remittances")
    assert titles(ask("remittances"))[0] == "Remittances"


def test_what_is_not_clean_is_not_looked_in(ask):
    attach(PublicationPageFactory(title="A report"), PAGES, state=FileDetails.State.INFECTED)
    assert ask("remittances").total == 0


def test_another_text_takes_the_place_of_the_first(ask):
    page = PublicationPageFactory(title="A report")
    document = attach(page, PAGES)
    assert ask("diaspora").total == 1
    read(document, ["Something else"], state=FileDetails.State.CLEAN, kind="pdf")
    assert ask("diaspora").total == 0
    assert ask("something").total == 1


def test_formats_are_counted_and_chosen(ask):
    both, one = PublicationPageFactory(title="Both"), PublicationPageFactory(title="One")
    PublicationPageFactory(title="None")
    attach(both, PAGES)
    attach(both, PAGES, language="es")
    attach(both, ["1"], kind="xlsx")
    attach(one, PAGES)
    for page in (both, one):
        page.save()
    assert counts(ask(facets=("format",)), "format") == {"pdf": 2, "xlsx": 1}
    assert titles(ask(filters={"format": ("xlsx",)})) == ["Both"]


def test_a_text_without_pages_has_no_page_number(ask):
    attach(PublicationPageFactory(title="A"), ["Words on remittances"], page_count=None)
    (hit,) = ask("remittances").hits
    assert [passage.page for passage in hit.passages] == [None]


def test_a_text_that_was_read_is_noted_for_the_index(settings, db):
    settings.SEARCH_ENGINE = "elasticsearch"
    page = PublicationPageFactory(title="A report")
    IndexJob.objects.all().delete()
    attach(page, PAGES)
    assert IndexJob.objects.filter(key=page.translation_key).exists()


def test_heavy_documents_are_written_apart(db, monkeypatch):
    monkeypatch.setattr(documents, "HEAVIEST", 250)
    pages = [PublicationPageFactory(title=f"Report {n}") for n in range(6)]
    for page in pages[:4]:
        attach(page, PAGES)
    parts = list(documents.parts([page.translation_key for page in pages]))
    assert [len(part) for part in parts] == [4, 2]
    assert {key for part in parts for key in part} == {page.translation_key for page in pages}


@pytest.mark.parametrize("longest", [10, 70])
def test_no_more_is_looked_in_than_can_be_borne(db, monkeypatch, longest):
    monkeypatch.setattr(files, "LONGEST", longest)
    page = PublicationPageFactory(title="A report")
    attach(page, PAGES)
    (text,) = files.texts([page.pk])[page.pk]
    assert sum(map(len, text.pages)) == longest
