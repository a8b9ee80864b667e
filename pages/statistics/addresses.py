"""The addresses below the statistics centre.

::

    /en/statistics/data.csv                                    all figures, as a file
    /en/statistics/indicators/population/                      an indicator
    /en/statistics/indicators/population/data.sdmx.csv         its figures, as a file
    /en/statistics/indicators/population/chart.svg             its chart
    /en/statistics/indicators/population/JM/2020/              about its figures for one year

The word after the section is in the language of the section: ``/fr/statistiques/indicateurs/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from ..addresses import Addresses
from ..models.base import active_language

WORDS = {"en": "indicators", "es": "indicadores", "fr": "indicateurs", "nl": "indicatoren"}
#: Files of figures by name, and the formats that they are in.
DATA = {
    "data.csv": "csv",
    "data.sdmx.csv": "sdmx",
    "data.json": "json",
    "data.xlsx": "xlsx",
    "data.zip": "zip",
}
#: Pictures of an indicator, and the specification of its chart.
PICTURES = ("chart.svg", "chart.png", "chart.json", "map.svg")


@dataclass(frozen=True)
class Place:
    """What an address below the statistics centre names. ``word`` may be in another language."""

    word: str = ""
    indicator: str = ""
    file: str = ""
    country: str = ""
    period: str = ""

    def path(self, language: str) -> str:
        """The address below the centre in ``language``."""
        parts = [self.indicator and WORDS[language], self.indicator, self.country, self.period]
        return "".join(f"{part}/" for part in parts if part) + self.file


def read(components: list[str]) -> Place | None:
    """The place that the parts of an address name; None when they name a page or nothing."""
    if len(components) == 1 and components[0] in DATA:
        return Place(file=components[0])
    if not components or components[0] not in WORDS.values():
        return None
    word, rest = components[0], components[1:]
    if len(rest) == 1:
        return Place(word, rest[0])
    if len(rest) == 2 and (rest[1] in DATA or rest[1] in PICTURES):
        return Place(word, rest[0], file=rest[1])
    if len(rest) == 3:
        return Place(word, rest[0], country=rest[1], period=rest[2])
    return None


def centre_address(request: HttpRequest, language: str | None = None) -> str:
    """The address of the statistics centre, or nothing where there is none."""
    return Addresses.of_request(request, language).of_type("statisticscentrepage")


def indicator_address(
    request: HttpRequest, code: str, language: str | None = None, **parts: Any
) -> str:
    """The address of an indicator, or of what ``parts`` name of it; nothing without a centre."""
    language = language or active_language()
    known = request.__dict__.setdefault("_statistics_centres", {})
    if language not in known:
        known[language] = centre_address(request, language)
    return known[language] and known[language] + Place(indicator=code, **parts).path(language)
