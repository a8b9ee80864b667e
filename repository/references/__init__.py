"""Records of publications as other systems write them, read into what a submission holds.

``read`` recognises the format by itself: BibTeX and BibLaTeX, RIS, CSL-JSON, the JSON records of
Crossref, DataCite and schema.org as doi.org gives them, and bare DOIs. What it can't place it names
instead of guessing; nothing is fetched from the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..forms import tidy
from ..identifiers import normalise_doi
from . import bibtex, records, ris
from .entry import Entry, Unreadable, vocabulary_reader

MOST_CHARACTERS, MOST_RECORDS = 1_000_000, 500


@dataclass(frozen=True)
class Reference:
    """What one record says. ``data`` holds the names of ``Submission.data`` that it fills in,
    ``warnings`` what a person should look at, ``unknown`` the values that have no place."""

    data: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    #: Where in the text it stands, for messages.
    place: str = ""
    #: What it says of files beside it: names, paths, addresses.
    files: list[str] = field(default_factory=list)


def read(text: str) -> list[Reference]:
    """The records in ``text``, at least one. Raises ``Unreadable``, which says in the reader's
    language what is wrong, where, and what would be right."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(_("This text is too long. At most one million characters can be read."))
    text = text.replace("\0", "").lstrip("\ufeff").strip()
    entries = list(_limited(_reader(text)(text)))
    if not entries:
        raise Unreadable(_nothing_known())
    vocabularies = vocabulary_reader()
    references = []
    for entry in entries:
        entry.settle(vocabularies)
        data = {name: value for name, value in tidy(entry.data).items() if value}
        references.append(Reference(data, entry.warnings, entry.unknown, entry.place, entry.files))
    return references


def _limited(entries: Iterator[Entry]) -> Iterator[Entry]:
    for number, entry in enumerate(entries, 1):
        if number > MOST_RECORDS:
            raise Unreadable(
                ngettext(
                    "At most %(most)d record can be read at a time.",
                    "At most %(most)d records can be read at a time.",
                    MOST_RECORDS,
                )
                % {"most": MOST_RECORDS}
            )
        yield entry


def _reader(text: str) -> Callable[[str], Iterator[Entry]]:
    if not text:
        raise Unreadable(_("There is nothing to read.") + " " + _nothing_known())
    if text[0] in "{[":
        return records.read
    if re.search(r"^TY {1,2}- ?", text, flags=re.M):
        return ris.read
    if re.search(r"@[A-Za-z]+[ \t]*[{(]", text):
        return bibtex.read
    return _read_dois


def _read_dois(text: str) -> Iterator[Entry]:
    """One DOI or address at doi.org on each line."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            doi = normalise_doi(line.strip(" \t<>.,;"))
        except ValidationError:
            raise Unreadable(_nothing_known()) from None
        entry = Entry(place=_("line %(number)d") % {"number": number})
        entry.data["doi"] = doi
        entry.warnings.append(
            _(
                "Only the DOI was filled in: the platform does not fetch records. Paste the record"
                " itself to fill in more; doi.org and most journals offer it as BibTeX or RIS."
            )
        )
        yield entry


def _nothing_known() -> str:
    return _(
        "What can be read: BibTeX, RIS, CSL-JSON, a JSON record of Crossref, DataCite or"
        " schema.org, or a DOI such as 10.1000/182."
    )


__all__ = ["MOST_CHARACTERS", "MOST_RECORDS", "Reference", "Unreadable", "read"]
