"""The map of the region and the outlines of its countries, as drawn in ``site/data/map.json``.

Coordinates become strings here, once in a process, so that no template localises them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings

#: Countries wide enough on the map to carry their name, with the anchor of the text.
LABELLED = frozenset({"BS", "BZ", "CU", "DO", "GF", "GY", "HT", "JM", "PR", "SR", "TT"})


@dataclass(frozen=True)
class Shape:
    """A country on the map. ``marker`` is a place to point at where the land is too small."""

    code: str
    path: str
    label: tuple[str, str]
    marker: tuple[str, str] | None
    labelled: bool
    outline_path: str
    outline_view_box: str


@dataclass(frozen=True)
class Map:
    view_box: str
    inset: dict[str, str]
    shapes: dict[str, Shape]


@cache
def region() -> Map:
    """The map; read from its file once in a process."""
    drawn = json.loads((settings.SITE / "data" / "map.json").read_text(encoding="utf-8"))
    return Map(
        view_box=drawn["view_box"],
        inset={name: str(value) for name, value in drawn["inset"].items()},
        shapes={
            country["code"]: Shape(
                code=country["code"],
                path=country["d"],
                label=(str(country["x"]), str(country["y"])),
                marker=country["marker"]
                and (str(country["marker"]["x"]), str(country["marker"]["y"])),
                labelled=country["code"] in LABELLED,
                outline_path=country["outline"]["d"],
                outline_view_box=country["outline"]["view_box"],
            )
            for country in drawn["countries"]
        },
    )
