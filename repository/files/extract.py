"""Reads the text of one file: ``python -m repository.files.extract pdf ... < file > answer``.

It runs in a process of its own, without Django, a database or a secret, and limits itself before
it opens the file. Its answer is two lines of JSON: what the file says, then its thumbnail; who
started it makes do with the first when drawing the second proved too much.
"""

from __future__ import annotations

import base64
import io
import json
import re
import resource
import signal
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from html.parser import HTMLParser
from typing import Any, BinaryIO
from xml.sax.handler import ContentHandler, feature_namespaces

from . import properties

#: The exit code of a process that ran out of memory and could still say so.
OUT_OF_MEMORY = 12
#: Characters of text in all, and pages.
LONGEST_TEXT, MOST_PAGES = 5_000_000, 5_000
#: Pages that may fail one after the other before a file counts as broken.
FAILING_PAGES = 20
#: Bytes into which an archive may unfold, and by how much once that is a lot.
UNFOLDED, RATIO, A_LOT = 200 * 1024 * 1024, 100, 10 * 1024 * 1024
#: Bytes that the process may write into a file: the model of languages unfolds into one.
WRITTEN = 256 * 1024 * 1024
#: Pixels of the longer side of a thumbnail.
THUMBNAIL = 480
#: Languages that are told apart, and the letters and certainty that it takes.
LANGUAGES = ("en", "es", "fr", "nl", "pt", "ht", "de", "it")
ENOUGH_LETTERS, ENOUGH_CERTAINTY = 60, 0.9

#: Encodings of our languages, as Windows, old Macs and DOS wrote them.
ENCODINGS = ["cp1252", "mac_roman", "cp850"]

ENCRYPTED, BROKEN, TOO_LARGE = "encrypted", "broken", "too-large"


@dataclass
class Limits:
    memory: int = 512 * 1024 * 1024
    #: Seconds of processor time, and of time.
    cpu: int = 20
    seconds: int = 40
    #: Bytes of the answer that are read.
    output: int = 32 * 1024 * 1024

    def arguments(self) -> list[str]:
        return [str(value) for value in asdict(self).values()]

    @classmethod
    def of(cls, arguments: list[str]) -> Limits:
        names = [field.name for field in fields(cls)]
        return cls(**dict(zip(names, map(int, arguments), strict=True)))

    def apply(self) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (self.cpu, self.cpu + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(self.seconds + 5)  # for want of a parent that ends it


class Problem(Exception):
    """Why a file can't be read: one of the codes of ``FileDetails.Problem``."""


# PDF ----------------------------------------------------------------------------------


def read_pdf(file: BinaryIO) -> dict[str, Any]:
    from pypdfium2 import PdfiumError

    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 65536))
    if b"%%EOF" not in file.read():
        raise Problem(BROKEN)
    pdf = _open_pdf(file)
    pages: list[str] = []
    failed = length = 0
    count = len(pdf)
    if not count:
        raise Problem(BROKEN)
    for number in range(min(count, MOST_PAGES)):
        try:
            page = pdf[number]
            text_page = page.get_textpage()
            text = text_page.get_text_bounded()
            text_page.close()
            page.close()
        except PdfiumError:
            text = ""
            failed += 1
            if failed == number + 1 == min(count, FAILING_PAGES):
                raise Problem(BROKEN) from None
        pages.append(text[: LONGEST_TEXT - length])
        length += len(text)
        if length >= LONGEST_TEXT:
            break
    said = properties.of_pdf(pdf, file, parse)
    return {"text": pages, "page_count": count, "properties": said}


def _open_pdf(file: BinaryIO) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    file.seek(0)
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Problem(ENCRYPTED if locked else BROKEN) from None


def thumbnail_of_pdf(file: BinaryIO) -> bytes:
    page = _open_pdf(file)[0]
    scale = THUMBNAIL / max(*page.get_size(), 1)
    picture = page.render(scale=scale).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=60, method=6)
    return out.getvalue()


# Office files -------------------------------------------------------------------------


class Archive:
    """The members of a zipped office file, which unfold only so far."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise Problem(BROKEN) from None
        self.left = UNFOLDED

    def names(self, pattern: str) -> list[str]:
        """Those that match, in the order of their numbers."""
        found = [name for name in self.zip.NameToInfo if re.fullmatch(pattern, name)]
        return sorted(found, key=lambda name: (int(re.sub(r"\D", "", name) or 0), name))

    def bytes_of(self, name: str, most: int = 1024 * 1024) -> bytes:
        return self.open(name).read(most) if name in self.zip.NameToInfo else b""

    def open(self, name: str) -> BinaryIO:
        info = self.zip.getinfo(name)
        if info.flag_bits & 1:
            raise Problem(ENCRYPTED)
        return Member(self, info)  # type: ignore[return-value]


class Member(io.RawIOBase):
    def __init__(self, archive: Archive, info: zipfile.ZipInfo) -> None:
        self.archive, self.info, self.done = archive, info, 0
        self.member = archive.zip.open(info)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.member.read(len(buffer))
        self.done += len(piece)
        self.archive.left -= len(piece)
        swollen = self.done > A_LOT and self.done > RATIO * max(self.info.compress_size, 1)
        if swollen or self.archive.left < 0:
            raise Problem(TOO_LARGE)
        buffer[: len(piece)] = piece
        return len(piece)


class Text(ContentHandler):
    """Collects the text of an XML file, by the local names of its elements."""

    def __init__(self, texts: set[str] | None, breaks: dict[str, str], drops: set[str]) -> None:
        super().__init__()
        self.texts, self.breaks, self.drops = texts, breaks, drops
        self.parts: list[str] = []
        self.length = self.inside = self.dropped = 0

    def startElementNS(self, name: Any, qname: Any, attributes: Any) -> None:  # noqa: N802
        local = name[1]
        self.inside += self.texts is None or local in self.texts
        self.dropped += local in self.drops

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        local = name[1]
        self.inside -= self.texts is None or local in self.texts
        self.dropped -= local in self.drops
        if local in self.breaks:
            self.parts.append(self.breaks[local])

    def characters(self, content: str) -> None:
        if self.inside and not self.dropped and self.length < LONGEST_TEXT:
            self.parts.append(content)
            self.length += len(content)

    def __str__(self) -> str:
        return "".join(self.parts)


def parse(file: BinaryIO, handler: ContentHandler) -> None:
    from defusedxml import sax

    parser = sax.make_parser()
    parser.forbid_dtd = True  # an office file has none, and entities live there
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    parser.parse(file)


def read_docx(file: BinaryIO) -> dict[str, Any]:
    archive = Archive(file)
    texts = []
    for name in archive.names(r"word/(document|footnotes|endnotes)\.xml"):
        found = Text({"t"}, {"p": "\n", "tab": "\t", "br": "\n", "tc": "\t"}, set())
        parse(archive.open(name), found)
        texts.append(str(found))
    return {"text": ["\n".join(texts)], "properties": properties.of_office(archive, parse)}


def read_pptx(file: BinaryIO) -> dict[str, Any]:
    archive = Archive(file)
    slides = []
    for name in archive.names(r"ppt/slides/slide\d+\.xml"):
        found = Text({"t"}, {"p": "\n", "br": "\n", "tc": "\t"}, set())
        parse(archive.open(name), found)
        slides.append(str(found))
    said = properties.of_office(archive, parse)
    return {"text": slides, "page_count": len(slides), "properties": said}


def read_odt(file: BinaryIO) -> dict[str, Any]:
    archive = Archive(file)
    if b"encryption-data" in archive.bytes_of("META-INF/manifest.xml"):
        raise Problem(ENCRYPTED)
    found = Text(
        {"p", "h"},
        {"p": "\n", "h": "\n", "tab": "\t", "s": " ", "line-break": "\n"},
        {"tracked-changes", "annotation"},
    )
    parse(archive.open("content.xml"), found)
    return {"text": [str(found)], "properties": properties.of_office(archive, parse)}


class Sheet(ContentHandler):
    """The cells of a sheet, one row a line; texts that several cells share come by number."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self.shared = shared
        self.parts: list[str] = []
        self.value = self.kind = ""
        self.inside = False
        self.length = 0

    def startElementNS(self, name: Any, qname: Any, attributes: Any) -> None:  # noqa: N802
        if name[1] == "c":
            self.value, self.kind = "", attributes.get((None, "t"), "")
        self.inside = name[1] in ("v", "t")

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        self.inside = False
        if name[1] == "row":
            self.parts.append("\n")
        elif name[1] == "c" and self.value and self.length < LONGEST_TEXT:
            value = self.value
            if self.kind == "s":
                number = int(value) if value.isdecimal() else -1
                value = self.shared[number] if 0 <= number < len(self.shared) else ""
            self.parts += [value, "\t"]
            self.length += len(value)

    def characters(self, content: str) -> None:
        if self.inside:
            self.value += content


class Shared(ContentHandler):
    """The texts that the cells of a workbook share."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self.inside = False

    def startElementNS(self, name: Any, qname: Any, attributes: Any) -> None:  # noqa: N802
        if name[1] == "si":
            self.strings.append("")
        self.inside = name[1] == "t"

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        self.inside = False

    def characters(self, content: str) -> None:
        if self.inside and self.strings:
            self.strings[-1] += content


def read_xlsx(file: BinaryIO) -> dict[str, Any]:
    archive = Archive(file)
    shared = Shared()
    for name in archive.names(r"xl/sharedStrings\.xml"):
        parse(archive.open(name), shared)
    sheets = []
    for name in archive.names(r"xl/worksheets/sheet\d+\.xml"):
        sheet = Sheet(shared.strings)
        parse(archive.open(name), sheet)
        sheets.append("".join(sheet.parts))
    return {"text": sheets, "properties": properties.of_office(archive, parse)}


# Text ---------------------------------------------------------------------------------


class Markup(HTMLParser):
    DROPS = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe"})
    BLOCKS = frozenset(
        {
            *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt"),
            *("fieldset", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
            *("header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td"),
            *("th", "title", "tr", "ul"),
        }
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.dropped: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag in self.DROPS:
            self.dropped.append(tag)
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attributes: Any) -> None:
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.dropped:
            del self.dropped[self.dropped.index(tag) :]
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            self.parts.append(data)


def read_html(file: BinaryIO) -> dict[str, Any]:
    content = file.read()
    said = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", content[:4096], re.I)
    markup = Markup()
    markup.feed(decoded(content, said.group(1).decode() if said else ""))
    markup.close()
    return {"text": ["".join(markup.parts)]}


def read_text(file: BinaryIO) -> dict[str, Any]:
    return {"text": [decoded(file.read())]}


def decoded(content: bytes, said: str = "") -> str:
    """Text of whatever encoding: the one it is marked with, UTF-8, or the likeliest."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    for name in ("utf-8-sig", said):
        try:
            return content.decode(name or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(content[: 256 * 1024], cp_isolation=ENCODINGS).best()
    return content.decode(best.encoding if best else "cp1252", "replace")


# All together -------------------------------------------------------------------------

READERS: dict[str, Callable[[BinaryIO], dict[str, Any]]] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "pptx": read_pptx,
    "xlsx": read_xlsx,
    "odt": read_odt,
    "html": read_html,
    "txt": read_text,
    "csv": read_text,
}


def cleaned(text: str) -> str:
    """Without what a database refuses or nobody sees; words that a line end cuts become whole."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\x02\xad\ufffe]\n?", "", text)
    text = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\uffff]", "", text)
    text = re.sub(r"[ \t\xa0]+", " ", unicodedata.normalize("NFC", text))
    return re.sub(r" ?\n(?: ?\n)+ ?", "\n\n", text).strip()


def language_of(texts: list[str]) -> str:
    """The language that most of the text is in; empty when there is too little to tell."""
    sample = " ".join(_sampled(texts))
    if sum(char.isalpha() for char in sample) < ENOUGH_LETTERS:
        return ""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except (OSError, MemoryError):  # the text is worth having without
        return ""
    identifier.set_languages(LANGUAGES)
    language, certainty = identifier.classify(sample)
    return str(language) if certainty >= ENOUGH_CERTAINTY else ""


def _sampled(texts: list[str], most: int = 20_000) -> Iterator[str]:
    for text in texts:
        yield text[:most]
        most -= len(text)
        if most <= 0:
            return


def answer(found: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def read(kind: str, file: BinaryIO) -> dict[str, Any]:
    from xml.sax import SAXException

    from defusedxml import DefusedXmlException

    try:
        found = READERS[kind](file)
        found["text"] = [cleaned(text[:LONGEST_TEXT]) for text in found["text"][:MOST_PAGES]]
        found["language"] = language_of(found["text"])
    except Problem as problem:
        return {"problem": str(problem)}
    except RuntimeError as error:
        return {"problem": ENCRYPTED if "encrypted" in str(error) else BROKEN}
    except (SAXException, DefusedXmlException, ValueError, OSError, LookupError, EOFError):
        return {"problem": BROKEN}
    except (zipfile.BadZipFile, NotImplementedError, AssertionError):
        return {"problem": BROKEN}
    return found


def main() -> int:
    kind, *limits = sys.argv[1:]
    Limits.of(limits).apply()
    file: Any = sys.stdin.buffer
    try:
        found = read(kind, file)
        answer(found)
        if kind == "pdf" and "problem" not in found:
            answer({"thumbnail": base64.b64encode(thumbnail_of_pdf(file)).decode()})
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
