"""What a file is, is told from its content; what it is called, is made harmless."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from repository.files import kinds

from . import make

KINDS = {
    "report.pdf": make.pdf("Text"),
    "report.docx": make.docx(),
    "slides.pptx": make.pptx("One"),
    "table.xlsx": make.xlsx("One"),
    "text.odt": make.odt("One"),
    "page.html": b"<p>Text</p>",
    "notes.txt": "Señas".encode("utf-16"),
    "table.csv": "país;año\n".encode("latin-1"),
    "data.zip": make.zipped({"anything.csv": "1"}),
}


def a_file(content: bytes, name: str = "file") -> ContentFile:
    return ContentFile(content, name)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_told_from_the_content(name):
    assert kinds.check(a_file(KINDS[name]), name) == kinds.extension(name)


@pytest.mark.parametrize("name", KINDS)
def test_no_kind_goes_under_the_name_of_another(name):
    said = kinds.extension(name)
    for other in kinds.MEDIA_TYPES:
        if other == said or {other, said} <= kinds.TEXTS:
            continue
        with pytest.raises(ValidationError) as caught:
            kinds.check(a_file(KINDS[name]), f"file.{other}")
        assert caught.value.code == "content"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("program.exe", b"MZ\x90\x00", "kind"),
        ("picture.svg", b"<svg/>", "kind"),
        ("no-ending", b"text", "kind"),
        ("report.pdf", b"", "empty"),
        ("report.pdf", b"MZ\x90\x00 a program", "content"),
        ("report.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 locked", "locked"),
        ("report.docx", make.docx()[:200], "content"),
        ("notes.txt", b"\x00\x01\x02", "content"),
        ("notes.txt", b"\x7fELF\x02\x01\x01\x03", "content"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(name, content, code):
    with pytest.raises(ValidationError) as caught:
        kinds.check(a_file(content), name)
    assert caught.value.code == code


def test_a_file_beyond_the_limit_is_refused(settings):
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 10
    with pytest.raises(ValidationError) as caught:
        kinds.check(a_file(b"%PDF-1.7 and more"), "report.pdf")
    assert caught.value.code == "size"


def test_an_archive_with_an_endless_table_of_contents_is_not_opened(monkeypatch):
    """Its table is read into memory, so a long one is refused before."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2_000):
            archive.writestr(f"{number:060}", "")
    monkeypatch.setattr(kinds, "LONGEST_TABLE", 100_000)
    with pytest.raises(ValidationError):
        kinds.check(a_file(out.getvalue()), "data.zip")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Señas y políticas 2024.pdf", "Señas y políticas 2024.pdf"),
        ("Sen\u0303as.pdf", "Señas.pdf"),  # as some systems write it
        ("report\u202efdp.exe.pdf", "reportfdp.exe.pdf"),
        ("re\x00port\r\n\t.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ('<script>alert("x")</script>.html', "script.html"),
        ("   .hidden.pdf", "hidden.pdf"),
        ("a\u200b\u2066b.pdf", "ab.pdf"),
        ("\u202e.pdf", "pdf"),
        ("", "File"),
        ("….pdf", "….pdf"),
        ("报告.pdf", "报告.pdf"),
    ],
)
def test_names_lose_what_does_harm_and_keep_what_people_read(given, shown):
    assert kinds.clean_name(given) == shown


@pytest.mark.parametrize("letter", ["a", "é", "报"])
def test_a_name_without_end_keeps_its_kind(letter):
    name = kinds.clean_name(letter * 5_000 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= kinds.LONGEST_NAME
    assert len(name.encode()) <= kinds.LONGEST_NAME_BYTES
