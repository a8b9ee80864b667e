"""Files of all kinds, good and bad, made as they are needed."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPANISH = (
    "La migración en el Caribe es un asunto de todos los países. Este informe describe las"
    " políticas, los derechos de las personas migrantes y la cooperación entre los gobiernos."
)


def zipped(members: dict[str, bytes | str], **options: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(text: str = SPANISH, document: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    whole = document or f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": whole})


def pptx(*slides: str) -> bytes:
    space = 'xmlns:a="a" xmlns:p="p"'
    members: dict[str, bytes | str] = {"ppt/presentation.xml": f"<p:presentation {space}/>"}
    for number, text in enumerate(slides, start=1):
        members[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {space}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>"
        )
    return zipped(members)


def xlsx(*cells: str) -> bytes:
    shared = "".join(f"<si><t>{cell}</t></si>" for cell in cells)
    row = "".join(f'<c t="s"><v>{number}</v></c>' for number in range(len(cells)))
    return zipped(
        {
            "xl/workbook.xml": "<workbook/>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/worksheets/sheet1.xml": (
                f"<worksheet><row>{row}<c><v>2024</v></c></row></worksheet>"
            ),
        }
    )


def odt(text: str, manifest: str = "<manifest/>") -> bytes:
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": manifest,
            "content.xml": (
                '<office:text xmlns:office="o" xmlns:text="t">'
                f"<text:p>{text}<text:tab/>after <text:span>a span</text:span>.</text:p>"
                "</office:text>"
            ),
        }
    )


# PDF ----------------------------------------------------------------------------------


def stream(content: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(content)} {more} >>\nstream\n".encode() + content + b"\nendstream"


def from_objects(objects: list[bytes], trailer: str = "") -> bytes:
    """A PDF of numbered objects; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        FONT,
    ]
    for number, text in enumerate(pages):
        lines = [text[at : at + 80] for at in range(0, len(text), 80)] or [""]
        shown = b"".join(
            b"("
            + line.encode("cp1252")
            .replace(b"\\", b"\\\\")
            .replace(b"(", b"\\(")
            .replace(b")", b"\\)")
            + b") Tj T* "
            for line in lines
        )
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents "
            + f"{5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode(),
            stream(b"BT /F1 12 Tf 14 TL 50 800 Td " + shown + b"ET"),
        ]
    return from_objects(objects)


def one_page(
    content: bytes, filter: str = "", resources: str = "", more: tuple[bytes, ...] = ()
) -> bytes:
    """A PDF with one page that draws ``content``."""
    return from_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << "
            + resources.encode()
            + b" >> >>",
            stream(content, filter),
            *more,
        ]
    )


def encrypted_pdf() -> bytes:
    """One that asks for a password before it shows anything."""
    key = "<" + "5a" * 32 + ">"
    encrypt = f"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O {key} /U {key} >>"
    whole = pdf("Secret")
    return whole.replace(b"/Root 1 0 R", f"/Root 1 0 R /ID [<00> <00>] {encrypt}".encode())


def truncated_pdf() -> bytes:
    whole = pdf(*["A page that is cut"] * 40)
    return whole[: len(whole) // 2]


def page_tree_loop() -> bytes:
    """Pages whose children are their parents."""
    return from_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 1000000 /Parent 3 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 /Parent 2 0 R >>",
        ]
    )


def reference_loop() -> bytes:
    """Objects that are each other."""
    return from_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"3 0 R", b"4 0 R", b"2 0 R"])


def bomb_pdf(megabytes: int = 1500) -> bytes:
    """A page whose content unfolds to more than a thousand times its size, twice over."""
    packer = zlib.compressobj(9)
    piece = b" " * (1024 * 1024)
    packed = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    return one_page(zlib.compress(packed, 9), "/Filter [/FlateDecode /FlateDecode]")


def endless_pdf(depth: int = 12, width: int = 12) -> bytes:
    """Forms that each draw the next a dozen times: more drawing than anybody has time for."""
    forms = []
    for level in range(depth):
        last = level == depth - 1
        content = b"0 0 m 9 9 l S " if last else b"/X Do " * width
        inner = "" if last else f"/XObject << /X {6 + level} 0 R >>"
        forms.append(
            stream(
                content,
                f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << {inner} >>",
            )
        )
    return one_page(b"/X Do " * width, resources="/XObject << /X 5 0 R >>", more=tuple(forms))


def slow_pdf() -> bytes:
    """A page that draws a thousand times a form of a million operators: small when packed."""
    form = stream(
        zlib.compress(b"q 1 0 0 1 0 0 cm Q " * 300_000, 9),
        "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Filter /FlateDecode",
    )
    return one_page(b"/X Do " * 1000, resources="/XObject << /X 5 0 R >>", more=(form,))


# Office files that are none -----------------------------------------------------------


def docx_bomb(megabytes: int = 600) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("word/document.xml", "w") as member,
    ):
        member.write(f'<w:document xmlns:w="{W}"><w:p><w:t>'.encode())
        for _ in range(megabytes):
            member.write(b"A" * (1024 * 1024))
        member.write(b"</w:t></w:p></w:document>")
    return out.getvalue()


def docx_outside(address: str = "file:///etc/passwd") -> bytes:
    """One that asks for a file of the machine that reads it."""
    return docx(
        document=f'<!DOCTYPE d [<!ENTITY x SYSTEM "{address}">]>'
        f'<w:document xmlns:w="{W}"><w:p><w:t>&x;</w:t></w:p></w:document>'
    )


def docx_laughs() -> bytes:
    """Entities that each hold the former ten times."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return docx(
        document=f"<!DOCTYPE d [{entities}]>"
        f'<w:document xmlns:w="{W}"><w:p><w:t>&a9;</w:t></w:p></w:document>'
    )
