"""The formats that records are handed out in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from . import bibtex, csl, datacite, dublin_core, marc, ris
from .record import Record
from .xml import DECLARATION


@dataclass(frozen=True)
class Format:
    """``suffix`` is the end of its addresses. ``opening`` and ``closing`` stand around several
    records, ``between`` between two, ``alone`` before a single one."""

    code: str
    suffix: str
    media_type: str
    label: object
    write: Callable[[Record], str]
    profile: str = ""
    opening: str = ""
    between: str = ""
    closing: str = ""
    alone: str = ""

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset=utf-8"

    def one(self, record: Record) -> str:
        return self.alone + self.write(record)

    def several(self, records: Iterable[Record]) -> Iterator[str]:
        """Piece by piece, each record as it comes."""
        yield self.opening
        for number, record in enumerate(records):
            yield (self.between if number else "") + self.write(record)
        yield self.closing


_LIST = {"opening": "[\n", "between": ",\n", "closing": "\n]\n"}


def _xml(opening: str, closing: str) -> dict[str, str]:
    return {"opening": DECLARATION + opening + "\n", "closing": closing + "\n"} | {
        "alone": DECLARATION
    }


FORMATS = {
    one.code: one
    for one in (
        Format("bibtex", "bib", "application/x-bibtex", "BibTeX", bibtex.write, between="\n"),
        Format(
            "ris", "ris", "application/x-research-info-systems", "RIS", ris.write, between=ris.END
        ),
        Format(
            "csl-json",
            "csl.json",
            "application/vnd.citationstyles.csl+json",
            "CSL-JSON",
            csl.write,
            **_LIST,
        ),
        Format(
            "dublin-core",
            "dc.xml",
            "application/xml",
            "Dublin Core",
            dublin_core.write,
            dublin_core.NAMESPACE,
            **_xml("<records>", "</records>"),
        ),
        Format(
            "datacite-json",
            "datacite.json",
            "application/vnd.datacite.datacite+json",
            _("DataCite (JSON)"),
            datacite.write_json,
            **_LIST,
        ),
        Format(
            "datacite-xml",
            "datacite.xml",
            "application/vnd.datacite.datacite+xml",
            _("DataCite (XML)"),
            datacite.write_xml,
            datacite.NAMESPACE,
            **_xml("<resources>", "</resources>"),
        ),
        Format(
            "marcxml",
            "marc.xml",
            "application/marcxml+xml",
            "MARCXML",
            marc.write,
            marc.NAMESPACE,
            **_xml(f'<collection xmlns="{marc.NAMESPACE}">', "</collection>"),
        ),
    )
}
BY_SUFFIX = {one.suffix: one for one in FORMATS.values()}
