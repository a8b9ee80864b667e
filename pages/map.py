"""The map of the region and the outlines of its countries, as drawn in ``site/data/map.json``.

Coordinates become strings here, once in a process, so that no template localises them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

#: Where names stand, from the label point of a large country or the marker of a small one:
#: right, down, and which end of the name stands there. Names that would cover others are left
#: to the list beside the map and to the tooltip.
LABELS = {
    "AG": (14, 6, "start"),
    "AI": (14, 4, "start"),
    "AW": (-13, 5, "end"),
    "BB": (0, 24, "middle"),
    "BL": (13, 5, "start"),
    "BM": (0, 27, "middle"),
    "BQ": (34, 42, "middle"),
    "BS": (70, -10, "middle"),
    "BZ": (8, -44, "middle"),
    "CU": (48, -32, "middle"),
    "CW": (0, 25, "middle"),
    "DM": (14, 6, "start"),
    "DO": (8, 52, "middle"),
    "GD": (-13, 6, "end"),
    "GF": (40, 66, "end"),
    "GP": (24, 4, "start"),
    "GY": (0, 0, "middle"),
    "HT": (-24, 42, "middle"),
    "JM": (0, 32, "middle"),
    "KY": (0, 26, "middle"),
    "LC": (13, 7, "start"),
    "MQ": (13, 5, "start"),
    "MS": (-13, 10, "end"),
    "PR": (-12, -14, "middle"),
    "SR": (0, 0, "middle"),
    "TC": (22, 5, "start"),
    "TT": (2, 30, "middle"),
    "VC": (-13, 7, "end"),
    "VG": (0, -28, "middle"),
}


@dataclass(frozen=True)
class Shape:
    """A country on the map. ``marker`` is a place to point at where the land is too small."""

    code: str
    path: str
    label: tuple[str, str, str] | None
    marker: tuple[str, str] | None
    outline_path: str
    outline_view_box: str


@dataclass(frozen=True)
class Map:
    view_box: str
    inset: dict[str, str]
    shapes: dict[str, Shape]


def _label(country: dict[str, Any]) -> tuple[str, str, str] | None:
    if country["code"] not in LABELS:
        return None
    right, down, anchor = LABELS[country["code"]]
    point = country["marker"] or country
    return str(round(point["x"] + right)), str(round(point["y"] + down)), anchor


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
                label=_label(country),
                marker=country["marker"]
                and (str(country["marker"]["x"]), str(country["marker"]["y"])),
                outline_path=country["outline"]["d"],
                outline_view_box=country["outline"]["view_box"],
            )
            for country in drawn["countries"]
        },
    )
