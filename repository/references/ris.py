"""RIS, the tagged lines of reference managers and databases.

Read here and not by a library: the one there is leaves out a last record without its end, forgets
line numbers, and needs minutes for a million continued lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .entry import Entry, Role, Unreadable

LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")

KINDS = {
    **dict.fromkeys(("JOUR", "EJOUR", "INPR", "ABST"), "journal-article"),
    **dict.fromkeys(("MGZN", "NEWS"), "magazine-article"),
    **dict.fromkeys(("BOOK", "EBOOK", "EDBOOK", "CONF", "SER"), "book"),
    **dict.fromkeys(("CHAP", "ECHAP", "CPAPER", "ENCYC", "DICT"), "book-chapter"),
    **dict.fromkeys(("RPRT", "GOVDOC"), "report"),
    **dict.fromkeys(("ELEC", "BLOG", "ICOMM"), "web-article"),
    **dict.fromkeys(("DATA", "DBASE", "AGGR"), "dataset"),
    **dict.fromkeys(("GEN", "PAMP", "UNPB", "MANSCPT", "STAND", "LEGAL"), "document"),
    "THES": "thesis",
    "SLIDE": "presentation",
    "JFULL": "journal-issue",
}
WHOLE = {"book", "report", "thesis", "document", "manual"}
PEOPLE = {
    **dict.fromkeys(("AU", "A1"), Role.AUTHOR),
    **dict.fromkeys(("ED", "A2", "A3", "A4"), Role.EDITOR),
}
PLAIN = {
    **dict.fromkeys(("AB", "N2"), "abstract"),
    "PB": "publisher",
    "VL": "volume",
    "IS": "issue",
}
TITLES = ("TI", "T1", "CT", "BT")
CONTAINERS = ("JF", "JO", "T2", "BT", "JA", "J2")
#: Of use to programs alone, or said by another tag.
LEFT = {
    *("ID", "L1", "L2", "L3", "L4", "Y2", "DB", "DP", "AN", "LB", "ST", "CY", "PP", "AD"),
    *("JA", "J1", "J2", "N1", "UK", "ER", "SP", "EP", "BT", "CT", "TI", "T1", "T2", "T3"),
    *("JF", "JO"),
}


def read(text: str) -> Iterator[Entry]:
    for number, (line, record) in enumerate(_records(text), 1):
        entry = Entry(
            place=_("record %(number)d, line %(line)d") % {"number": number, "line": line}
        )
        _fill(entry, record)
        yield entry


def _records(text: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Where each record begins, and its values by tag. A line without a tag continues the one
    before it."""
    start = 0
    tags: dict[str, list[list[str]]] = {}
    last: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.match(line.rstrip())
        tag = found[1] if found else ""
        if tag == "TY":
            if start:
                yield start, _whole(tags)
            start, tags, last = number, {}, None
        elif not start and line.strip():
            raise Unreadable(
                _("Line %(line)d: an RIS record begins with a line such as “TY  - RPRT”.")
                % {"line": number}
            )
        if found is None:
            if last is not None and line.strip():
                last.append(line.strip())
        elif tag == "ER":
            yield start, _whole(tags)
            start, tags, last = 0, {}, None
        else:
            last = [(found[2] or "").strip()]
            tags.setdefault(tag, []).append(last)
    if start:
        yield start, _whole(tags)


def _whole(tags: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    joined = {tag: [" ".join(parts).strip() for parts in values] for tag, values in tags.items()}
    return {tag: [value for value in values if value] for tag, values in joined.items()}


def _fill(entry: Entry, record: dict[str, list[str]]) -> None:
    def first(*tags: str) -> str:
        return next((record[tag][0] for tag in tags if record.get(tag)), "")

    said = first("TY").upper()
    entry.kind, entry.kind_said = KINDS.get(said, ""), said
    entry.genre = first("M3")
    entry.title(first(*TITLES))
    for tag, role in PEOPLE.items():
        for name in record.get(tag, ()):
            entry.name(name, role)
    for tag, name in PLAIN.items():
        entry.put(name, first(tag))
    if entry.kind in WHOLE:
        entry.put("series", first("T2", "T3"))
        entry.put("series_number", entry.data.pop("issue", ""))
    else:
        entry.put("container_title", first(*CONTAINERS))
        entry.put("series", first("T3"))
    _pages(entry, first("SP"), first("EP"))
    for date in (first("DA"), first("PY", "Y1")):
        if date:
            entry.date(date)
    for doi in (*record.get("DO", ()), *record.get("DI", ())):
        entry.doi(doi)
    numbers = record.get("SN", [])
    entry.isbn(number for number in numbers if len(re.sub(r"[^\dXx]", "", number[:100])) >= 10)
    entry.issn(number for number in numbers if len(re.sub(r"[^\dXx]", "", number[:100])) == 8)
    if entry.kind == "report" and not {"isbn", "issn"} & entry.data.keys():
        entry.put("series_number", first("SN"))
    for address in record.get("UR", ()):
        entry.url(address)
    for tag in ("L1", "L2", "L3", "L4"):
        entry.files += record.get(tag, [])
    entry.languages += record.get("LA", [])
    entry.subjects(record.get("KW", []))
    entry.licence(first("LI"))
    used = {*PEOPLE, *PLAIN, *LEFT, "TY", "M3", "DA", "PY", "Y1", "DO", "DI", "SN", "UR", "LA"}
    for tag in record.keys() - used - {"KW", "LI"}:
        entry.leave(tag, "; ".join(record[tag])[:500])


def _pages(entry: Entry, first: str, last: str) -> None:
    if entry.kind in WHOLE and first.isdigit() and not last:
        entry.extent(first)
    elif last and last != first and not re.search(r"[-–]", first):
        entry.pages(f"{first}–{last}")
    else:
        entry.pages(first)
