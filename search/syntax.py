"""What is typed before a colon: ``author:joseph year:2015..2020 country:jm``.

The names are understood in the four languages, values by code or by name in any of them. What is
not understood is no error: its value counts as words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.utils.translation import override

from pages.filters import Choice
from repository.words import words

from .contract import SearchRequest
from .filters import SearchFilter

#: By parameter the names that it is typed under, folded.
NAMES = {
    "author": ("author", "autor", "autora", "auteur"),
    "year": ("year", "ano", "annee", "jaar"),
    "country": ("country", "pais", "pays", "land"),
    "theme": ("theme", "tema", "thema"),
    "network": ("network", "red", "reseau", "netwerk"),
    "type": ("type", "tipo"),
    "language": ("language", "idioma", "langue", "taal"),
    "format": ("format", "formato", "formaat"),
    "tag": ("tag", "etiqueta", "etiquette", "label"),
}
PARAMETERS = {name: parameter for parameter, names in NAMES.items() for name in names}
PREFIXED = re.compile(
    r"(?<!\S)(?P<name>[^\W\d_]+):(?P<value>[\"“”„«»][^\"“”„«»]*[\"“”„«»]|[^\s:]+)(?!\S)"
)
YEARS = re.compile(r"(?P<first>\d{4})?\s*(?P<range>\.\.+|…|-|–)?\s*(?P<last>\d{4})?")


def applied(request: SearchRequest) -> tuple[SearchRequest, str]:
    """``request`` with what its words say before colons as filters, and those words."""
    if ":" not in request.query:
        return request, ""
    taken: list[str] = []

    def take(match: re.Match[str]) -> str:
        nonlocal request
        parameter = PARAMETERS.get("".join(words(match["name"])))
        if parameter is None:
            return match[0]
        value = match["value"].strip('"“”„«» ')
        understood = _with(request, parameter, value)
        if understood is None:
            return value
        request = understood
        taken.append(match[0])
        return " "

    rest = PREFIXED.sub(take, request.query)
    return replace(request, query=" ".join(rest.split())), " ".join(taken)


def as_filters(query: str) -> tuple[str, dict[str, list[str]], list[str]]:
    """``query`` without what it says before colons that a filter of the page says as well; that
    as parameters of an address; and what names a filter but not a value that it knows."""
    asked = SearchRequest("")
    unknown: list[str] = []

    def take(match: re.Match[str]) -> str:
        nonlocal asked
        parameter = PARAMETERS.get("".join(words(match["name"])))
        if parameter is None or parameter == "author":
            return match[0]
        understood = _with(asked, parameter, match["value"].strip('"“”„«» '))
        if understood is None:
            unknown.append(match[0])
            return match[0]
        asked = understood
        return " "

    rest = " ".join(PREFIXED.sub(take, query).split()) if ":" in query else query
    named = {name: list(codes) for name, codes in asked.filters.items()}
    for name in ("year_from", "year_to"):
        if year := getattr(asked, name):
            named[name] = [str(year)]
    return rest, named, unknown


def _with(request: SearchRequest, parameter: str, value: str) -> SearchRequest | None:
    """``request`` narrowed by ``value``, or None where that means nothing."""
    if parameter == "author":
        return replace(request, authors=(*request.authors, value)) if words(value) else None
    if parameter == "year":
        return _years(request, value)
    code = _code(parameter, value)
    if code is None:
        return None
    codes = dict.fromkeys((*request.filters.get(parameter, ()), code))
    return replace(request, filters={**request.filters, parameter: tuple(codes)})


def _years(request: SearchRequest, value: str) -> SearchRequest | None:
    match = YEARS.fullmatch(value)
    if match is None or not (match["first"] or match["last"]):
        return None
    first = int(match["first"]) if match["first"] else None
    last = int(match["last"]) if match["last"] else None
    if first and not match["range"]:
        last = first
    if first and last and first > last:
        first, last = last, first
    if not all(1000 <= year <= date.today().year + 100 for year in (first, last) if year):
        return None
    return replace(request, year_from=first, year_to=last)


def _code(parameter: str, value: str) -> str | None:
    """The code that ``value`` is, or is the name of in one of the languages."""
    (choice,) = [
        choice
        for choice in SearchFilter.parameters
        if isinstance(choice, Choice) and choice.name == parameter
    ]
    folded = words(value)
    for language in dict(settings.LANGUAGES):
        with override(language):
            for code, label in choice.options().items():
                if folded and folded in (words(code), words(str(label))):
                    return code
    return None
