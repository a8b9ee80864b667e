"""Typed links that lead machines from a publication to its parts. Source: signposting.org, FAIR
Signposting Profile; RFC 9264, "Linkset"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .formats import FORMATS
from .record import Record
from .schema_org import type_of

LINKSETS = {"linkset.json": "application/linkset+json", "linkset.txt": "application/linkset"}


@dataclass(frozen=True)
class Link:
    target: str
    relation: str
    attributes: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As in a ``Link`` header."""
        parts = [f"<{_safe(self.target)}>", f'rel="{self.relation}"']
        return "; ".join([*parts, *(f'{key}="{value}"' for key, value in self.attributes.items())])


def _safe(address: str) -> str:
    """In ASCII, without what would end the link."""
    return quote(re.sub(r"[<>\s]", "", address), safe=":/?#[]@!$&'()*+,;=%~")


def links(record: Record) -> list[Link]:
    """From the page of ``record``."""
    found = [Link(record.cite_as, "cite-as"), Link("https://schema.org/AboutPage", "type")]
    found.append(Link(f"https://schema.org/{type_of(record)}", "type"))
    for name in record.authors:
        if name.orcid or name.ror:
            home = (
                f"https://orcid.org/{name.orcid}" if name.orcid else f"https://ror.org/{name.ror}"
            )
            found.append(Link(home, "author"))
    if record.licence and record.licence.url:
        found.append(Link(record.licence.url, "license"))
    found += [Link(file.url, "item", {"type": file.media_type}) for file in record.files]
    for one in FORMATS.values():
        attributes = {"type": one.media_type}
        if one.profile:
            attributes["profile"] = one.profile
        found.append(Link(f"{record_address(record)}.{one.suffix}", "describedby", attributes))
    found += [
        Link(f"{record_address(record)}.{name}", "linkset", {"type": media_type})
        for name, media_type in LINKSETS.items()
    ]
    return found


def record_address(record: Record) -> str:
    """The lasting address without its last slash: suffixes of formats follow."""
    return record.permalink.rstrip("/")


def header(record: Record) -> str:
    """Level 1 in one ``Link`` header."""
    return ", ".join(map(str, links(record)))


def file_header(permalink: str, page: str) -> str:
    """From a file back to the page that it belongs to."""
    return ", ".join(
        map(
            str,
            (
                Link(page, "collection", {"type": "text/html"}),
                Link(
                    f"{permalink.rstrip('/')}.linkset.json",
                    "linkset",
                    {"type": LINKSETS["linkset.json"]},
                ),
            ),
        )
    )


def _contexts(record: Record) -> list[tuple[str, list[Link]]]:
    """Level 2: the links from the page, from each file and from each record."""
    page = [link for link in links(record) if link.relation != "linkset"]
    found = [(record.url, page)]
    back = Link(record.url, "collection", {"type": "text/html"})
    found += [(file.url, [back]) for file in record.files]
    describes = Link(record.url, "describes", {"type": "text/html"})
    found += [(link.target, [describes]) for link in page if link.relation == "describedby"]
    return found


def as_json(record: Record) -> dict[str, Any]:
    linkset = []
    for anchor, leading in _contexts(record):
        context: dict[str, Any] = {"anchor": anchor}
        for link in leading:
            target = {"href": link.target, **link.attributes}
            context.setdefault(link.relation, []).append(target)
        linkset.append(context)
    return {"linkset": linkset}


def as_text(record: Record) -> str:
    lines = [
        f'{link}; anchor="{_safe(anchor)}"'
        for anchor, leading in _contexts(record)
        for link in leading
    ]
    return ",\n".join(lines) + "\n"
