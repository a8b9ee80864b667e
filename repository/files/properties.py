"""What a file says about itself beside its text: title, authors, language, subjects, date.

Runs in the process that reads files (``repository.files.extract``), without Django. It gives texts
as they stand in the file; what they are worth is judged by ``repository.files.metadata``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, BinaryIO
from xml.sax.handler import ContentHandler

#: Names of ours by the local names of elements: Dublin Core, PRISM and OpenDocument.
ELEMENTS = {
    "title": "title",
    "creator": "authors",
    "initial-creator": "authors",
    "subject": "keywords",
    "keywords": "keywords",
    "keyword": "keywords",
    "language": "language",
    "publisher": "publisher",
    "doi": "doi",
    "isbn": "isbn",
    "publicationDate": "published",
    "created": "created",
    "creation-date": "created",
}
PDF = {
    "Title": "title",
    "Author": "authors",
    "Keywords": "keywords",
    "CreationDate": "created",
}
LONGEST, MOST_BYTES = 1_000, 1024 * 1024

Properties = dict[str, list[str]]
Parse = Callable[[BinaryIO, ContentHandler], None]


class Elements(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.found: Properties = {}
        self.open: list[str] = []
        self.parts: list[str] = []

    def startElementNS(self, name: Any, qname: Any, attributes: Any) -> None:  # noqa: N802
        if name[1] in ELEMENTS:
            self.open.append(ELEMENTS[name[1]])
            self.parts.clear()
        elif name[1] == "li" and self.open:  # XMP keeps each of several in a list
            self.parts.clear()

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        if self.open and (name[1] in ELEMENTS or name[1] == "li"):
            add(self.found, self.open[-1], "".join(self.parts))
            self.parts.clear()
        if name[1] in ELEMENTS and self.open:
            self.open.pop()

    def characters(self, content: str) -> None:
        if self.open and len(self.parts) < LONGEST:
            self.parts.append(content)


def add(found: Properties, name: str, value: str) -> None:
    value = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+", " ", value[:LONGEST]).strip()
    values = found.setdefault(name, [])
    if value and value not in values and len(values) < 100:
        values.append(value)


def of_xml(content: bytes, parse: Parse) -> Properties:
    from xml.sax import SAXException

    from defusedxml import DefusedXmlException

    elements = Elements()
    try:
        parse(io.BytesIO(content), elements)
    except (SAXException, DefusedXmlException, ValueError, LookupError):
        return {}
    return elements.found


def of_pdf(pdf: Any, file: BinaryIO, parse: Parse) -> Properties:
    """From the packet of XMP, where one lies open in the file, and from the information that PDF
    itself has."""
    file.seek(0)
    head = file.read(MOST_BYTES)
    file.seek(max(0, file.seek(0, io.SEEK_END) - MOST_BYTES))
    found: Properties = {}
    for part in (head, file.read()):
        start = part.find(b"<x:xmpmeta")
        end = part.find(b"</x:xmpmeta>", start)
        if 0 <= start < end and not found:
            found = of_xml(part[start : end + len(b"</x:xmpmeta>")], parse)
    for name, ours in PDF.items():
        if not found.get(ours):
            add(found, ours, pdf.get_metadata_value(name))
    return found


def of_office(archive: Any, parse: Parse) -> Properties:
    """From the properties of the two families of office files."""
    for name in ("docProps/core.xml", "meta.xml"):
        if content := archive.bytes_of(name):
            return of_xml(content, parse)
    return {}
