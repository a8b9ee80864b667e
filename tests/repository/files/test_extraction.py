"""Text is taken from files in a process of its own, whatever they do to it."""

from __future__ import annotations

import resource
import tempfile
import time

import pytest

from repository.files import extract, extraction
from repository.files.extract import Limits

from . import make

pytestmark = pytest.mark.once


def read(content: bytes, kind: str, **limits: int) -> extraction.Reading:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        return extraction.read(file, kind, Limits(**limits))


def test_text_pages_language_and_thumbnail_of_a_pdf():
    found = read(make.pdf("Señas y países (con paréntesis)", make.SPANISH), "pdf")
    assert found.problem == ""
    assert found.text[0] == "Señas y países (con paréntesis)"
    assert "derechos de las personas" in found.text[1]
    assert (found.page_count, found.language) == (2, "es")
    assert found.thumbnail[:4] == b"RIFF"
    assert found.thumbnail[8:12] == b"WEBP"


def test_a_scanned_pdf_without_text_is_no_problem():
    found = read(make.pdf(""), "pdf")
    assert (found.problem, found.text, found.page_count, found.language) == ("", [""], 1, "")
    assert found.thumbnail


@pytest.mark.parametrize(
    ("kind", "content", "text", "pages"),
    [
        ("docx", make.docx("One\nTwo"), ["One\nTwo"], None),
        ("pptx", make.pptx("One", "Two"), ["One", "Two"], 2),
        ("xlsx", make.xlsx("One", "Two"), ["One Two 2024"], None),
        ("odt", make.odt("One"), ["One after a span."], None),
        ("csv", "país;año\n".encode("latin-1"), ["país;año"], None),
        ("txt", "Señas".encode("utf-16"), ["Señas"], None),
        ("txt", b"\xef\xbb\xbfSe\xc3\xb1as", ["Señas"], None),
        ("txt", b"a\x00b\x1bc\xc2\x85d\xef\xbf\xbf", ["abcd"], None),
        (
            "html",
            b"<title>T</title><script>evil()</script><style>p{}</style><p>a&ntilde;o<br>x</p>",
            ["T\n\naño\nx"],
            None,
        ),
        ("html", '<meta charset="iso-8859-1"><p>año'.encode("latin-1"), ["año"], None),
    ],
)
def test_text_of_other_kinds(kind, content, text, pages):
    found = read(content, kind)
    assert found.problem == ""
    assert found.text == text
    assert found.page_count == pages


def test_an_archive_has_no_text():
    assert read(make.zipped({"a.txt": "text"}), "zip") == extraction.Reading()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Migration in the Caribbean concerns all countries, and their governments work"),
        ("es", make.SPANISH),
        ("fr", "La migration dans les Caraïbes concerne tous les pays et leurs gouvernements, qui"),
        ("nl", "Migratie in het Caribisch gebied gaat alle landen aan, en hun regeringen werken"),
        ("pt", "A migração no Caribe diz respeito a todos os países, e os governos trabalham"),
        (
            "ht",
            "Migrasyon nan Karayib la se yon gwo sijè. Moun yo kite peyi yo pou chèche lavi",
        ),
        ("", "Short."),
    ],
)
def test_languages(language, text):
    assert extract.language_of([text]) == language


#: What is bad, its kind, what it is called to its owner, and what the reader of it may use.
BAD = {
    "encrypted": (make.encrypted_pdf, "pdf", {"encrypted"}, {}),
    "truncated": (make.truncated_pdf, "pdf", {"broken"}, {}),
    "pages in a circle": (make.page_tree_loop, "pdf", {"broken"}, {}),
    "objects in a circle": (make.reference_loop, "pdf", {"broken"}, {}),
    "PDF bomb": (make.bomb_pdf, "pdf", {"too-large"}, {}),
    "forms within forms": (make.endless_pdf, "pdf", {"too-large", "too-slow"}, {"cpu": 3}),
    "endless drawing": (make.slow_pdf, "pdf", {"too-slow"}, {"cpu": 1}),
    "nothing after the head": (lambda: b"%PDF-1.7", "pdf", {"broken"}, {}),
    "encrypted ODT": (lambda: make.odt("x", "<a:encryption-data/>"), "odt", {"encrypted"}, {}),
    "docx bomb": (make.docx_bomb, "docx", {"too-large"}, {}),
    "docx asking for a file": (make.docx_outside, "docx", {"broken"}, {}),
    "docx asking the network": (
        lambda: make.docx_outside("http://127.0.0.1:9/"),
        "docx",
        {"broken"},
        {},
    ),
    "a billion laughs": (make.docx_laughs, "docx", {"broken"}, {}),
    "docx cut off": (lambda: make.docx()[:-40], "docx", {"broken"}, {}),
    "docx without its text": (lambda: make.zipped({"word/x.xml": ""}), "docx", {"broken", ""}, {}),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_end_their_reader_and_nothing_else(name):
    made, kind, problems, limits = BAD[name]
    content = made()
    before, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = read(content, kind, **limits)
    assert found.problem in problems
    assert found.text in ([], [""])
    assert time.monotonic() - begin < 15
    # The parent's memory stays flat (kilobytes).
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_reader_that_hangs_is_ended_by_the_clock():
    begin = time.monotonic()
    found = read(make.slow_pdf(), "pdf", seconds=1)
    assert found.problem == "too-slow"
    assert time.monotonic() - begin < 5


def test_the_reader_sees_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    assert "DATABASE_URL" not in extraction._environment()


def test_text_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(extract, "LONGEST_TEXT", 1_000)
    with tempfile.TemporaryFile() as file:
        file.write(b"word " * 10_000)
        file.seek(0)
        (text,) = extract.read("txt", file)["text"]
    assert len(text) <= 1_000
