"""A language that nobody speaks shows what escaped extraction.

Every message that goes through gettext comes out between ⟦ and ⟧. What stands in a page outside
the brackets, and is no content of the database, was written into a template or into code.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from django.utils import translation

from pages import factories as make
from pages.models import Term
from pages.navigation import OWN_NAMES
from repository.factories import (
    PublicationPageFactory,
    RepositoryPageFactory,
    SubmissionFactory,
)
from repository.models import Contributor

from .conftest import browser, filled, posted, publish

WORD = re.compile(r"[^\W\d_]{2,}")
#: Names and codes, which are the same in every language.
NAMES = {"CPMG", "API", "PO", "XLIFF", "CSV", "ISO", "km", "JSON", "CARICOM", "OECS", "ACS"}
#: Formats of files and of references, identifiers, licences.
FORMATS = {
    *("PDF", "DOCX", "PPTX", "XLSX", "ODT", "HTML", "TXT", "ZIP", "BibTeX", "RIS"),
    *("SDMX-CSV", "CSL-JSON", "DataCite", "Dublin Core", "MARCXML", "APA", "Chicago"),
    *("DOI", "ISBN", "ISSN", "CC", "BY", "SA", "NC", "ND", "IGO"),
}
ATTRIBUTES = ("aria-label", "placeholder", "title", "alt")


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks what every function of gettext gives."""

    def mark(text: Any) -> Any:
        if re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*/", str(text)):
            return text  # a part of an address
        return f"⟦{text}⟧" if WORD.search(text) else text

    real = translation._trans
    monkeypatch.setattr(real, "gettext", mark, raising=False)
    monkeypatch.setattr(real, "pgettext", lambda context, text: mark(text), raising=False)
    monkeypatch.setattr(
        real, "ngettext", lambda one, many, n: mark(one if n == 1 else many), raising=False
    )
    monkeypatch.setattr(
        real,
        "npgettext",
        lambda context, one, many, n: mark(one if n == 1 else many),
        raising=False,
    )


@pytest.fixture
def world(page: Any) -> Any:
    for factory in (
        make.EventCalendarPageFactory,
        make.StatisticsCentrePageFactory,
        make.AssessmentIndexPageFactory,
    ):
        factory(locale="en")
    make.EventPageFactory(title="Workshop", city="Kingston", venue="Hall")
    make.AssessmentPageFactory(title="Assessment")
    make.StatisticsThemePageFactory()
    make.ContentPageFactory(title="About")
    RepositoryPageFactory(locale="en")
    PublicationPageFactory(title="A report", slug="a-report", abstract="<p>About</p>")
    return page


def unmarked(html: str, content: set[str]) -> list[str]:
    """The pieces of text with words that nobody translates."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup(["script", "style", "svg", "template", "textarea", "code"]):
        element.decompose()
    for choice in soup.select("select, datalist"):
        if len(choice.select("option")) > 200:  # the countries of the world, named by CLDR
            choice.decompose()
    pieces = [
        text for text in soup.find_all(string=True) if not isinstance(text, Comment | Doctype)
    ]
    pieces += [tag[name] for name in ATTRIBUTES for tag in soup.select(f"[{name}]")]
    found = []
    for piece in pieces:
        rest, before = " ".join(str(piece).split()), ""
        while rest != before:  # one message may hold another
            rest, before = re.sub(r"⟦[^⟦⟧]*⟧", " ", rest), rest
        words = set(WORD.findall(rest)) - content
        if words and not re.search(r"https?://|@|^[\w.-]+\.\w+$", rest):
            found.append(str(piece).strip())
    return found


def words_of_the_content() -> set[str]:
    from wagtail.models import Page

    texts = [*OWN_NAMES.values(), *NAMES, *FORMATS]
    for found in Page.objects.specific():
        texts += [found.title, getattr(found, "summary", ""), str(getattr(found, "overview", ""))]
        texts += [found.slug, getattr(found, "city", ""), getattr(found, "venue", "")]
    for model in Term.__subclasses__():
        for row in model._base_manager.all():
            texts += [row.name, row.code, getattr(row, "iso3", "")]
    for name in Contributor.objects.values_list("family_name", "given_name"):
        texts += name
    texts.append("Common law")
    return {word for text in texts for word in WORD.findall(str(text))}


READER = (
    "",
    "countries/",
    "countries/jamaica/",
    "events/",
    "events/workshop/",
    "assessments/",
    "assessments/assessment/",
    "statistics/",
    "about/",
    "search/",
    "search/?q=nothing",
    "repository/",
    "repository/a-report/",
    "none/",
    "account/login/",
    "account/membership/",
)


@pytest.mark.parametrize("address", READER)
def test_the_reader_site(world, client, pseudo, address):
    response = client.get(f"/en/{address}", follow=True)
    assert response.status_code == (404 if address == "none/" else 200)
    assert unmarked(response.content.decode(), words_of_the_content()) == []


#: What members fill in, below the address of their account; the second is sent empty or wrong too.
FORMS = (
    ("", {}),
    ("submissions/", {}),
    ("submissions/new/", {}),
    ("submissions/bulk/", {"wrong": "1"}),
    ("submissions/{key}/files/", {}),
    ("submissions/{key}/publication/", {"title": "", "year": "x", "doi": "x", "issn": "1"}),
    ("submissions/{key}/subjects/", {}),
    ("submissions/{key}/readers/", {}),
    ("submissions/{key}/check/", {}),
    ("submissions/{key}/delete/", {}),
    ("searches/", {}),
    ("searches/new/?q=report", {"name": ""}),
    ("2fa/", {}),
    ("delete/", {"password": "wrong"}),
)


def test_the_forms_of_members(world, client, pseudo):
    RepositoryPageFactory(locale="en")
    submission = SubmissionFactory()
    person = submission.submitter
    client.force_login(person)
    content = words_of_the_content() | set(WORD.findall(f"{person} {person.email} {submission}"))
    content |= set(WORD.findall(f"{person.organisation} {submission.key}"))
    content |= {word for text in submission.data.values() for word in WORD.findall(str(text))}
    content |= set(WORD.findall(submission.data["abstract"]))
    found = {}
    for path, sent in FORMS:
        address = f"/en/account/{path}".format(key=submission.key)
        answers = [client.get(address, follow=True)]
        if sent:
            answers.append(client.post(address, sent, follow=True))
        for response in answers:
            if "text/html" in response.headers["Content-Type"]:
                assert response.status_code in (200, 400, 409, 422), address
                if escaped := unmarked(response.content.decode(), content):
                    found[address] = escaped
    assert found == {}


def test_what_ours_is_in_the_admin(world, translator, pseudo):
    client = browser(translator)
    client.post(f"/admin/translations/{world.pk}/es/")
    posted(client, world, {"summary#0": filled(world)["summary#0"]}, "save")
    publish(world, summary="Changed")
    content = words_of_the_content() | set(WORD.findall("Ana es example org"))
    for address in ("/admin/translations/", f"/admin/translations/{world.pk}/es/"):
        html = client.get(address).content.decode()
        main = str(BeautifulSoup(html, "html.parser").select_one("main") or html)
        assert unmarked(main, content) == []
