"""MARC 21 in XML, for library catalogues. Source: Library of Congress, "MARC 21 Format for
Bibliographic Data" and "MARCXML"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .languages import iso639_2b
from .record import Name, Record
from .xml import Element

NAMESPACE = "http://www.loc.gov/MARC21/slim"
SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
#: Articles and chapters are component parts; periodicals are serials.
LEVELS = {
    **dict.fromkeys(("article-journal", "article-magazine", "article-newspaper"), "b"),
    "chapter": "a",
    "paper-conference": "a",
    "periodical": "s",
}


def element(record: Record) -> Any:
    root = Element.root("record", {None: NAMESPACE}, SCHEMA)
    level = LEVELS.get(record.csl_type, "m")
    kind = "m" if record.csl_type == "dataset" else "a"
    root.add("leader", f"00000n{kind}{level} a2200000 u 4500")
    changed = record.changed or datetime(1970, 1, 1, tzinfo=UTC)
    root.add("controlfield", str(record.key), tag="001")
    root.add("controlfield", changed.strftime("%Y%m%d%H%M%S.0"), tag="005")
    root.add("controlfield", _fixed(record), tag="008")

    def field(tag: str, indicators: str, *subfields: tuple[str, str]) -> None:
        """Nothing without a value."""
        filled = [(code, value) for code, value in subfields if value]
        if filled:
            data = root.add("datafield", tag=tag, ind1=indicators[0], ind2=indicators[1])
            for code, value in filled:
                data.add("subfield", value, code=code)

    field("020", "  ", ("a", record.isbn))
    if level != "b":
        field("022", "  ", ("a", record.issn))
    if record.doi:
        field("024", "7 ", ("a", record.doi), ("2", "doi"))
    codes = [iso639_2b(code) for code in record.languages]
    field("041", "  " if len(codes) < 2 else "0 ", *(("a", code) for code in codes))
    for number, (name, role) in enumerate(_people(record)):
        first = number == 0 and role == "aut"
        tag = ("110" if first else "710") if name.is_body else ("100" if first else "700")
        uri = f"https://orcid.org/{name.orcid}" if name.orcid else ""
        uri = uri or (f"https://ror.org/{name.ror}" if name.ror else "")
        whole = name.family if name.is_body else name.inverted
        field(tag, "2 " if name.is_body else "1 ", ("a", whole), ("1", uri), ("4", role))
    added = "1" if record.authors else "0"
    field("245", f"{added}0", ("a", record.title))
    field("264", " 1", ("b", record.publisher), ("c", str(record.year or "")))
    field("300", "  ", ("a", record.extent))
    field("490", "0 ", ("a", record.series), ("v", record.series_number))
    field("500", "  ", ("a", record.note))
    field("506", "0 " if record.access == "open" else "  ", ("a", record.access.capitalize()))
    field("520", "3 ", ("a", record.abstract))
    if record.licence:
        field("540", "  ", ("a", str(record.licence.label)), ("u", record.licence.url))
    topics = [name_of_topic for _code, name_of_topic in (*record.themes, *record.networks)]
    for topic in dict.fromkeys(topics):
        field("650", " 4", ("a", topic))
    for _code, country in record.countries:
        field("651", " 4", ("a", country))
    for tag_name in record.tags:
        field("653", "  ", ("a", tag_name))
    field("655", " 4", ("a", record.kind_label))
    if record.container:
        place = _place(record)
        issn = record.issn if level == "b" else ""
        field("773", "0 ", ("t", record.container), ("g", place), ("x", issn))
    for file in record.files:
        field("856", "40", ("u", file.url), ("q", file.media_type))
    field("856", "42", ("u", record.permalink), ("3", "Record"))
    return root.element


def write(record: Record) -> str:
    return Element(element(record), NAMESPACE).text()


def _people(record: Record) -> list[tuple[Name, str]]:
    return [(name, "aut") for name in record.authors] + [(name, "edt") for name in record.editors]


def _place(record: Record) -> str:
    """``Vol. 3, no. 2 (2019), p. 12–20``"""
    volume = f"Vol. {record.volume}" if record.volume else ""
    number = f"no. {record.issue}" if record.issue else ""
    where = ", ".join(filter(None, (volume, number)))
    where = f"{where} ({record.year})".strip() if record.year else where
    pages = f"p. {record.page_range}" if record.page_range else ""
    return ", ".join(filter(None, (where, pages)))


def _fixed(record: Record) -> str:
    """The forty characters of field 008: when it was entered, date, language."""
    entered = (record.added or datetime(1970, 1, 1, tzinfo=UTC)).strftime("%y%m%d")
    dates = f"s{record.year:04}    " if record.year else "nuuuuuuuu"
    language = iso639_2b(record.languages[0]) if record.languages else "und"
    if len(record.languages) > 1:
        language = "mul"
    return f"{entered}{dates}xx {'':17}{language} d".ljust(40)[:40]
