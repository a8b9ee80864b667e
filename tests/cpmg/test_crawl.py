"""The whole shipped site, read in four languages by a reader who is not signed in.

Every page of the sitemaps is read once; of the publications, which are alike, the first ones, and
some under the address of a language that they don't have. What the pages link to must be there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import polib
import pytest
from django.conf import settings
from django.test import Client
from taggit.models import Tag
from wagtail.models import Page

from pages.addresses import Addresses
from pages.models.vocabularies import VOCABULARIES
from repository.models import Contributor, PublicationPage

pytestmark = pytest.mark.once

LANGUAGES = ("en", "es", "fr", "nl")
HOST = "http://testserver"
#: How many publications are read in each language, and how many under a foreign address.
PUBLICATIONS, FOREIGN = 12, 3
VOID = {"meta", "link", "input", "br", "img", "hr", "wbr", "source", "col"}
SILENT = {"script", "style", "svg", "template"}


@dataclass
class Seen(HTMLParser):
    """What a page says of itself, where it leads, and its texts with their languages."""

    html: str
    address: str
    said: str = ""
    canonical: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    texts: list[tuple[str, str]] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        of = dict(attrs)
        language = of.get("lang") or (self.open[-1][1] if self.open else "")
        if tag not in VOID:
            self.open.append((tag, language))
        if "id" in of:
            self.ids.add(of["id"])
        if tag == "link" and of.get("rel") == "canonical":
            self.canonical = of["href"]
        elif tag == "link" and "hreflang" in of and of.get("rel") == "alternate":
            self.versions[of["hreflang"]] = of["href"]
        elif tag == "a" and "href" in of:
            self.links.append(of["href"])
        for name in ("aria-label", "title", "placeholder", "alt"):
            if of.get(name):
                self.texts.append((language, of[name]))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self.open and not any(tag in SILENT for tag, _language in self.open):
            self.texts.append((self.open[-1][1], text))


@dataclass
class Site:
    """What was found: pages by address, and the addresses of all publications."""

    pages: dict[str, Seen] = field(default_factory=dict)
    maps: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    publications: set[str] = field(default_factory=set)
    foreign: dict[str, PublicationPage] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def site(_shipped_content: None, django_db_blocker: Any) -> Site:
    with django_db_blocker.unblock():
        return crawl(Client())


def crawl(client: Client) -> Site:
    site = Site()

    def read(address: str) -> None:
        response = client.get(address)
        site.status[address] = response.status_code
        if response["Content-Type"].startswith("application/pdf"):
            response.close()  # a file of a publication, in the sitemap as well
        elif response.status_code == 200:
            site.pages[address] = Seen(
                response.content.decode(), address, response["Content-Language"]
            )

    for language in LANGUAGES:
        text = client.get(f"/sitemap-{language}.xml").content.decode()
        entries = site.maps[language] = {}
        for entry in re.findall(r"<url>(.*?)</url>", text, re.S):
            address = re.search(r"<loc>(.*?)</loc>", entry)[1].removeprefix(HOST)
            entries[address] = dict(re.findall(r'hreflang="(.*?)" href="(.*?)"', entry))
    publications = list(PublicationPage.objects.live().public().select_related("locale"))
    taken: dict[str, int] = defaultdict(int)
    for language in LANGUAGES:
        addresses = Addresses(None, language)
        for page in publications:
            address = addresses.of(page)
            site.publications.add(address)
            own = page.locale.language_code == language
            taken[language, own] += 1
            if not own and taken[language, own] <= FOREIGN:
                site.foreign[address] = page
                read(address)
        for address in site.maps[language]:
            if address in site.publications:
                taken[f"read {language}"] += 1
            if address not in site.publications or taken[f"read {language}"] <= PUBLICATIONS:
                read(address)
    return site


def test_every_page_is_there(site):
    assert {address: code for address, code in site.status.items() if code != 200} == {}
    for language in LANGUAGES:
        assert len([address for address in site.pages if address.startswith(f"/{language}/")]) > 90


def test_every_page_says_its_language(site):
    for address, seen in site.pages.items():
        language = address.split("/")[1]
        assert seen.texts[0][0] == language, address
        page = site.foreign.get(address)
        assert seen.said == (f"{language}, {page.locale.language_code}" if page else language)


def test_every_page_names_its_own_address(site, content):
    for address, seen in site.pages.items():
        page = site.foreign.get(address)
        assert seen.canonical == HOST + (page.url if page else address), address


def test_the_languages_of_a_page_are_reciprocal(site):
    for address, seen in site.pages.items():
        if address in site.foreign:
            assert seen.versions == {}
            continue
        language = address.split("/")[1]
        assert seen.versions[language] == HOST + address
        assert seen.versions["x-default"] in seen.versions.values()
        in_map = site.maps[language][address]
        assert in_map in ({}, seen.versions), address
        for other in seen.versions.values():
            there = site.pages.get(other.removeprefix(HOST))
            assert there is None or there.versions == seen.versions, (address, other)
            assert other.removeprefix(HOST) in site.maps[other.removeprefix(HOST).split("/")[1]]


# Strings --------------------------------------------------------------------------------


def words_by_language() -> dict[str, set[str]]:
    """Which languages a text belongs to: messages, titles, summaries and names of terms."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES[1:]:
        path = settings.SITE / "locale" / language / "LC_MESSAGES" / "django.po"
        for entry in polib.pofile(str(path)):
            if not entry.obsolete and not entry.msgid_plural and "%(" not in entry.msgid:
                found[entry.msgid].add("en")
                found[entry.msgstr].add(language)
    for page in Page.objects.filter(depth__gt=1).select_related("locale").specific():
        for text in (page.title, getattr(page, "summary", "")):
            found[" ".join(text.split())].add(page.locale.language_code)
    for model in VOCABULARIES:
        for name, language in model._base_manager.values_list("name", "locale__language_code"):
            found[name].add(language)
    for name in names():
        found.pop(name, None)
    return found


def names() -> set[str]:
    """Facts that stand as they are in every language: names of bodies and people, titles of
    journals and series, free words."""
    found = set(Tag.objects.values_list("name", flat=True))
    for name in ("publisher", "container_title", "series"):
        found.update(PublicationPage.objects.values_list(name, flat=True))
    for family, given in Contributor.objects.values_list("family_name", "given_name"):
        found |= {family, f"{family}, {given}", f"{given} {family}"}
    return found


def test_no_text_is_in_another_language(site, content):
    """A text that is known in other languages only must not stand there as this one's."""
    known = words_by_language()
    wrong = defaultdict(set)
    for address, seen in site.pages.items():
        for language, text in seen.texts:
            languages = known.get(text)
            if languages and language not in languages and re.search(r"[^\W\d]{3}", text):
                wrong[text].add((language, address))
    assert {text: sorted(places)[:3] for text, places in wrong.items()} == {}


# Links ----------------------------------------------------------------------------------


def test_no_link_is_dead(site, content):
    client = Client()
    dead: dict[str, str] = {}
    tried: set[tuple[str, str]] = set()
    for address, seen in site.pages.items():
        for link in seen.links:
            whole, fragment = urldefrag(urljoin(HOST + address, link))
            parts = urlsplit(whole)
            if parts.netloc not in ("testserver", "localhost"):
                continue
            if parts.path in site.pages and fragment:
                if fragment not in site.pages[parts.path].ids:
                    dead[link] = address
                continue
            names = re.sub(r"=[^&]*", "", parts.query)
            known = parts.path in site.pages or parts.path in site.publications
            if (parts.path, names) in tried or (known and not names):
                continue
            tried.add((parts.path, names))
            if known:  # one list with each kind of filter is enough
                kind = re.sub(r"[^/]+/$", "", parts.path)
                if (kind, names) in tried:
                    continue
                tried.add((kind, names))
            response = client.get(f"{parts.path}?{parts.query}")
            if response.status_code not in (200, 301, 302):
                dead[link] = f"{address}: {response.status_code}"
    assert dead == {}
    assert len(tried) > 50
