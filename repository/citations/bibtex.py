"""BibTeX: entry types and fields that BibTeX, BibLaTeX and reference managers all read."""

from __future__ import annotations

import re

from anyascii import anyascii

from .record import Name, Record

#: Entry types by CSL type; what BibTeX does not know its styles set as ``misc``.
TYPES = {
    **dict.fromkeys(("article-journal", "article-magazine", "article-newspaper"), "article"),
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "report": "techreport",
    "thesis": "phdthesis",
    "webpage": "online",
    "dataset": "dataset",
    "periodical": "periodical",
}
#: Where the publisher stands, if not in ``publisher``.
PUBLISHERS = {"techreport": "institution", "phdthesis": "school", "online": "organization"}
#: Types of ours that the entry type says already.
SAID = {"article-journal": "journal-article", "book": "book", "chapter": "book-chapter"}
SAID |= {"report": "report", "thesis": "thesis", "webpage": "web-article", "dataset": "dataset"}
SAID |= {"periodical": "journal-issue", "article-magazine": "journal-article"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COMMANDS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "{}$&#%_"},
}


def escape(text: str) -> str:
    """``text`` as LaTeX reads it; letters stay UTF-8. A backslash or brace of the text can close
    nothing."""
    text = re.sub(r"\s*\n\s*", "\n\n" if "\n\n" in text else " ", text)
    return "".join(_COMMANDS.get(character, character) for character in text)


def _address(text: str) -> str:
    """An address as it is, with what would end or change the field in its percent form."""
    signs = {"{": "%7B", "}": "%7D", "\\": "%5C", "~": "%7E", "$": "%24"}
    return "".join(signs.get(character, character) for character in text)


def _people(names: tuple[Name, ...]) -> str:
    return " and ".join(
        "{" + escape(name.family) + "}" if name.is_body else _person(name) for name in names
    )


def _person(name: Name) -> str:
    """In braces where a comma or the word "and" of a name would be taken for BibTeX's own."""

    def part(text: str) -> str:
        escaped = escape(text)
        return "{" + escaped + "}" if re.search(r",|\band\b", text) else escaped

    return f"{part(name.family)}, {part(name.given)}"


def key_of(record: Record) -> str:
    """``laczko2009-1f3a5c7e``: the same in every file, and different for each publication."""
    who = record.names[0].family if record.names else record.title
    word = re.sub(r"[^a-z0-9]", "", anyascii(who).lower())[:24]
    return f"{word or 'publication'}{record.year or ''}-{record.key.hex[:8]}"


def write(record: Record) -> str:
    kind = TYPES.get(record.csl_type, "misc")
    part = kind in ("incollection", "inproceedings")
    fields: list[tuple[str, str]] = [
        ("author", _people(record.authors)),
        ("editor", _people(record.editors)),
        ("title", "{" + escape(record.title) + "}"),
        ("journal" if kind == "article" else "booktitle", escape(record.container)),
        ("year", str(record.year or "")),
        ("volume", escape(record.volume)),
        ("number", escape(record.issue if kind in ("article", "periodical") else "")),
        ("pages", escape(record.page_range).replace("–", "--")),
        (PUBLISHERS.get(kind, "publisher"), escape(record.publisher)),
        ("series", escape(record.series)),
    ]
    if kind not in ("article", "periodical"):
        number = record.series_number if record.series or not part else ""
        fields.append(("number", escape(number or record.issue)))
    if SAID.get(record.csl_type) != record.kind:
        fields.append(("type", escape(record.kind_label)))
    fields += [
        ("pagetotal", record.page_count),
        ("doi", _address(record.doi)),
        ("isbn", record.isbn),
        ("issn", record.issn),
        ("url", _address(record.external_url or record.url)),
        ("language", ", ".join(record.languages)),
        ("keywords", escape(", ".join(_keywords(record)))),
        ("abstract", escape(record.abstract)),
        ("copyright", str(record.licence.label) if record.licence else ""),
        ("note", escape(record.note)),
    ]
    lines = [f"  {name} = {{{value}}}" for name, value in fields if value and value != "{}"]
    if record.month:
        lines.append(f"  month = {MONTHS[record.month - 1]}")
    return f"@{kind}{{{key_of(record)},\n" + ",\n".join(lines) + "\n}\n"


def _keywords(record: Record) -> list[str]:
    """A comma in a keyword would make two of it."""
    places = [name for _code, name in record.countries]
    return [word.replace(",", " ") for word in (*record.subjects, *places)]
