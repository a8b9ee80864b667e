"""RIS, the tagged lines of reference managers. Source: Research Information Systems, "RIS Format
Specifications" (2011)."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record

TYPES = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "paper-conference": "CPAPER",
    "report": "RPRT",
    "thesis": "THES",
    "webpage": "ELEC",
    "dataset": "DATA",
    "periodical": "JFULL",
    "speech": "SLIDE",
    "article": "UNPB",
}
PARTS = {"JOUR", "MGZN", "NEWS", "CHAP", "CPAPER"}
END = "\r\n"


def write(record: Record) -> str:
    lines = [(tag, " ".join(value.split())) for tag, value in _lines(record)]
    text = "".join(f"{tag}  - {value}{END}" for tag, value in lines if value)
    return f"{text}ER  - {END}"


def _lines(record: Record) -> Iterator[tuple[str, str]]:
    kind = TYPES.get(record.csl_type, "GEN")
    is_part = kind in PARTS
    yield "TY", kind
    yield "ID", str(record.key)
    yield from (("AU", name.inverted) for name in record.authors)
    yield from (("ED", name.inverted) for name in record.editors)
    yield "TI", record.title
    yield "T2", record.container if is_part or record.container else record.series
    yield "T3", record.series if is_part or record.container else ""
    yield "VL", record.volume
    yield "IS", record.issue if is_part else (record.series_number or record.issue)
    first, last = record.pages
    if first:
        yield "SP", first
        yield "EP", last
    else:
        yield "SP", record.page_count
    yield "PY", str(record.year or "")
    if record.year and record.month:
        yield "DA", f"{record.year:04}/{record.month:02}//"
    yield "PB", record.publisher
    yield "SN", record.isbn
    yield "SN", record.issn
    yield "DO", record.doi
    yield "UR", record.external_url or record.url
    yield from (("L1", file.url) for file in record.files)
    yield from (("LA", code) for code in record.languages)
    yield from (("KW", word) for word in record.subjects)
    yield from (("KW", name) for _code, name in record.countries)
    yield "M3", record.kind_label
    yield "AB", record.abstract
    yield "N1", record.note
