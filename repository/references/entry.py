"""A record while it is being read: each format puts in what it says, and ``settle`` brings it into
the platform's terms. Only exact names count; what is like a name is a tag."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pages.models import Country, Language, Theme

from ..identifiers import normalise_doi, normalise_isbn
from ..models import Contributor, DocumentType, Licence
from ..words import words
from .text import plain

Role = Contributor.Role
MOST_CONTRIBUTORS = 300
#: ISO 639-2 codes, and what BibLaTeX calls languages, of those that the region publishes in.
LANGUAGE_CODES = {
    **dict.fromkeys(("eng", "british", "ukenglish", "american", "usenglish", "canadian"), "en"),
    **dict.fromkeys(("spa", "castilian", "castellano", "mexican"), "es"),
    **dict.fromkeys(("fra", "fre", "francais", "acadian", "canadien"), "fr"),
    **dict.fromkeys(("nld", "dut"), "nl"),
    **dict.fromkeys(("hat", "haitian"), "ht"),
    **dict.fromkeys(("por", "brazilian", "portuges"), "pt"),
    **dict.fromkeys(("deu", "ger", "ngerman"), "de"),
    "ukr": "uk",
}
#: What licences are called beside their addresses.
LICENCE_NAMES = {
    "public domain": Licence.PUBLIC_DOMAIN,
    "publicdomain mark": Licence.PUBLIC_DOMAIN,
    "public domain mark": Licence.PUBLIC_DOMAIN,
    "all rights reserved": Licence.ALL_RIGHTS,
    "cc0": Licence.CC0,
    "cc zero": Licence.CC0,
}


class Unreadable(ValueError):
    """The text is no record, or a broken one. The message is for the reader."""


def fold(name: str) -> str:
    return " ".join(words(name[:200]))


@dataclass(frozen=True)
class Vocabularies:
    """Codes by folded name, in all languages."""

    countries: dict[str, str]
    themes: dict[str, str]
    types: dict[str, str]
    languages: dict[str, str]


def vocabulary_reader() -> Vocabularies:
    """Four queries, however many records there are."""

    def names(model: Any) -> dict[str, str]:
        rows = model._base_manager.values_list("name", "code")
        return {key: code for name, code in rows for key in (fold(name), code)}

    languages = names(Language)
    codes = set(languages.values())
    languages |= {name: code for name, code in LANGUAGE_CODES.items() if code in codes}
    countries = {name: code for name, code in names(Country).items() if name != code}
    return Vocabularies(countries, names(Theme), names(DocumentType), languages)


@cache
def _months() -> dict[str, int]:
    """Months by folded name, whole and short, in the platform's languages."""
    return {
        fold(name): number
        for code in dict(settings.LANGUAGES)
        for width in ("abbreviated", "wide")
        for number, name in Locale(code).months["format"][width].items()
    }


@dataclass
class Entry:
    place: str
    data: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    #: What the record calls its type, when that is none of ours.
    kind_said: str = ""
    genre: str = ""
    languages: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    # What formats put in --------------------------------------------------------------

    def put(self, name: str, value: str) -> None:
        """The first value counts."""
        value = plain(value)
        if value and not self.data.get(name):
            self.data[name] = value

    def leave(self, name: str, value: Any) -> None:
        """A value that has no place."""
        text = str(value).strip()
        if text:
            self.unknown.setdefault(name[:60], text[:200])

    def title(self, title: str, subtitle: str = "") -> None:
        title, subtitle = plain(title), plain(subtitle)
        if title and subtitle and subtitle.casefold() not in title.casefold():
            joint = " " if title[-1] in ":?!.…" else ": "
            title += joint + subtitle
        self.put("title", title)

    def person(self, family: str, given: str = "", role: str = Role.AUTHOR) -> None:
        """A person; without given names it may be a body, whose name is whole."""
        family, given = plain(family).strip(" ,;"), plain(given).strip(" ,;")
        if not family and given:
            family, given = given, ""
        if re.fullmatch(r"(and )?others|et\.? al\.?", family, flags=re.I) and not given:
            self.warn(_("The record names only some of the authors. Add the others."))
            return
        rows = self.data.setdefault("contributors", [])
        if not family or len(rows) > MOST_CONTRIBUTORS:
            return
        if len(rows) == MOST_CONTRIBUTORS:
            self.warn(_("Only the first %(most)d names were taken.") % {"most": MOST_CONTRIBUTORS})
            rows.append({})  # removed when settling
            return
        row = {"role": role, "family_name": family, "given_name": given}
        if row not in rows:
            rows.append(row)

    def body(self, name: str, role: str = Role.AUTHOR) -> None:
        self.person(name, role=Role.CORPORATE if role == Role.AUTHOR else role)

    def name(self, name: str, role: str = Role.AUTHOR) -> None:
        """A name in one piece: "Family, Given" or "Family, Given, Jr."; without a comma a body."""
        family, comma, given = plain(name).partition(",")
        if comma and given.strip():
            given, comma, suffix = given.partition(",")
            self.person(family, ", ".join(filter(None, (given.strip(), suffix.strip()))), role)
            return
        self.body(family, role)
        if len(family.split()) in (2, 3) and role == Role.AUTHOR:
            self.warn(
                _("“%(name)s” was taken for a body, because its name has no comma. Please check.")
                % {"name": family[:100]}
            )

    def date(self, text: str) -> None:
        """The year, and the month where it is said: 2023-05-01, 2023/05//, May 2023."""
        text = text[:100]
        year = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", text)
        if not year:
            self.leave("date", text)
            return
        self.put("year", year[1])
        if self.data["year"] != year[1]:
            return
        month = re.match(r"[-/](\d\d?)(?!\d)", text[year.end() :])
        if month:
            self.month(month[1])
        else:
            self.month(text[: year.start()] + " " + text[year.end() :])

    def month(self, text: str) -> None:
        for word in words(text[:100]):
            number = int(word) if word.isdigit() and len(word) < 3 else _months().get(word, 0)
            if 1 <= number <= 12:
                self.put("month", str(number))
                return

    def doi(self, text: str) -> None:
        found = re.search(r"10\.\d{4,9}/[^\s\"<>]+", text[:1000])
        if found:
            try:
                self.put("doi", normalise_doi(found[0].rstrip(".,;:)]}'")))
            except ValidationError:
                self.leave("DOI", text)
        else:
            self.leave("DOI", text)

    def isbn(self, texts: Iterable[str]) -> None:
        """The first right one; one of 13 digits before one of ten."""
        right, wrong = [], []
        for text in texts:
            text = text[:500].rpartition("/")[2]
            for one in re.findall(r"97[89][\d –-]{10,16}\d|\d[\d –-]{8,14}[\dXx]|\S+", text):
                try:
                    right.append(normalise_isbn(one))
                except ValidationError:
                    wrong.append(one)
        right = sorted(filter(None, right), key=len, reverse=True)
        if right:
            self.put("isbn", right[0])
        elif any(re.search(r"\d{6}", one) for one in wrong):
            self.warn(
                _("The ISBN “%(isbn)s” is not right: its check digit does not add up.")
                % {"isbn": wrong[0][:40]}
            )

    def issn(self, texts: Iterable[str]) -> None:
        for text in texts:
            found = re.search(r"(?<!\d)(\d{4})[-–]?(\d{3}[\dXx])(?![\dXx])", text[:200])
            if found:
                self.put("issn", f"{found[1]}-{found[2].upper()}")
                return

    def url(self, text: str) -> None:
        address = text.strip().split(" ")[0][:2000]
        if re.match(r"https?://(dx\.)?doi\.org/10\.", address, flags=re.I):
            self.doi(address)
        elif re.match(r"https?://", address, flags=re.I):
            self.put("external_url", address)

    def licence(self, text: str) -> None:
        """By address, code or name; a licence that is not ours is said."""
        code = licence_code(text)
        if code:
            self.put("licence", code)
        elif text.strip():
            self.leave("licence", text)

    def pages(self, text: str) -> None:
        text = re.sub(r"^(pp?|pgs?|pages?|págs?|blz)\.? +", "", plain(text), flags=re.I)
        self.put("page_range", re.sub(r"(?<=\w) ?(-{1,3}|[–—]) ?(?=\w)", "–", text))

    def extent(self, text: str) -> None:
        """A number alone counts pages."""
        text = plain(text)
        self.put("extent", f"{text} p." if text.isdigit() else text)

    def subjects(self, texts: Iterable[str]) -> None:
        self.keywords += [plain(text) for text in texts if len(text) <= 200]

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)

    # In our terms ---------------------------------------------------------------------

    def settle(self, vocabularies: Vocabularies) -> None:
        rows = self.data.get("contributors", [])
        self.data["contributors"] = [row for row in rows if row]
        self._settle_type(vocabularies.types)
        self._settle_languages(vocabularies.languages)
        self._settle_keywords(vocabularies)
        if not self.data.get("title"):
            self.warn(_("The record has no title."))

    def _settle_type(self, types: dict[str, str]) -> None:
        code = types.get(fold(self.genre)) or types.get(self.kind, "")
        if code:
            self.data["document_type"] = code
        elif self.kind_said:
            self.warn(
                _("The record says “%(type)s”. Choose the document type that fits best.")
                % {"type": self.kind_said[:60]}
            )

    def _settle_languages(self, known: dict[str, str]) -> None:
        codes = []
        for text in self.languages:
            for name in re.split(r"[;,/|]|\band\b", text[:200]):
                code = known.get(fold(name)) or known.get(name.strip().lower().split("-")[0])
                if code:
                    codes.append(code)
                else:
                    self.leave("language", name)
        codes = list(dict.fromkeys(codes))
        if codes:
            self.data["languages"] = codes
        if len(codes) == 1 and codes[0] in dict(settings.LANGUAGES):
            self.data["record_language"] = codes[0]

    def _settle_keywords(self, vocabularies: Vocabularies) -> None:
        found: dict[str, list[str]] = {"countries": [], "themes": [], "tags": []}
        for keyword in self.keywords:
            for word in re.split(r"[;,]", keyword):
                name = fold(word)
                if name in vocabularies.countries:
                    found["countries"].append(vocabularies.countries[name])
                elif name in vocabularies.themes:
                    found["themes"].append(vocabularies.themes[name])
                elif name:
                    found["tags"].append(word.strip())
        for name, values in found.items():
            if values:
                self.data[name] = list(dict.fromkeys([*self.data.get(name, []), *values]))[:100]


def licence_code(text: str) -> str:
    """The code of a licence by its address, its SPDX code or its name; empty for others."""
    text = text.strip()[:300]
    address = re.search(
        r"creativecommons\.org/(?:licenses/([a-z-]{2,8})/(\d\.\d)(?:/(igo))?|publicdomain/(zero|mark))",
        text,
        flags=re.I,
    )
    if address:
        if address[4]:
            return Licence.CC0 if address[4].lower() == "zero" else Licence.PUBLIC_DOMAIN
        parts = ["CC", address[1].upper(), address[2], *(["IGO"] if address[3] else [])]
        code = "-".join(parts)
    else:
        name = re.sub(r"[\s_]+", " ", text).casefold()
        if name in LICENCE_NAMES:
            return LICENCE_NAMES[name]
        code = re.sub(r"[\s_]+", "-", text).upper()
    return next((value for value in Licence.values if value.upper() == code), "")
