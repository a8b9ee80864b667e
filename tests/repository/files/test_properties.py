"""What files say about themselves, and what of it is worth filling in."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from pages import factories as make_term
from repository.factories import DocumentFactory
from repository.files import extraction
from repository.files.metadata import from_properties
from repository.filling_in import from_document
from repository.models.files import FileDetails

from . import make

CORE = (
    '<?xml version="1.0"?>{doctype}<cp:coreProperties xmlns:cp="cp" xmlns:dc="dc" xmlns:t="t">'
    "<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator>"
    "<cp:keywords>Remesas; Haití</cp:keywords><dc:language>es-DO</dc:language>"
    "<t:created>2021-05-04T10:00:00Z</t:created></cp:coreProperties>"
)
XMP = (
    '<?xpacket begin=""?><x:xmpmeta xmlns:x="x" xmlns:r="r" xmlns:dc="dc" xmlns:prism="p">'
    "<dc:title><r:Alt><r:li>Retour au pays</r:li><r:li>Coming home</r:li></r:Alt></dc:title>"
    "<dc:creator><r:Seq><r:li>Jean-Robert Désir</r:li><r:li>Anna van der Berg</r:li></r:Seq>"
    "</dc:creator><prism:doi>10.1234/x</prism:doi><prism:isbn>978-3-16-148410-0</prism:isbn>"
    "<prism:publicationDate>2019-11-02</prism:publicationDate></x:xmpmeta><?xpacket end?>"
)


def with_core(content, name="docProps/core.xml", **values):
    core = CORE.format(**{"doctype": "", "title": "Título", "creator": "Pérez, Ana"} | values)
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, core)
    return file


def read(file, kind, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(file.getvalue())
    with path.open("rb") as stored:
        return extraction.read(stored, kind)


@pytest.mark.parametrize(
    ("kind", "content", "name"),
    [
        ("docx", make.docx(), "docProps/core.xml"),
        ("pptx", make.pptx("Uno"), "docProps/core.xml"),
        ("xlsx", make.xlsx("Uno"), "docProps/core.xml"),
        ("odt", make.odt("Uno"), "meta.xml"),
    ],
)
def test_properties_of_office_files(tmp_path, kind, content, name):
    reading = read(with_core(content, name), kind, tmp_path)
    assert reading.problem == ""
    assert reading.properties == {
        "title": ["Título"],
        "authors": ["Pérez, Ana"],
        "keywords": ["Remesas; Haití"],
        "language": ["es-DO"],
        "created": ["2021-05-04T10:00:00Z"],
    }


def test_properties_of_a_pdf_from_xmp_and_from_its_information(tmp_path):
    metadata = make.stream(XMP.encode(), "/Type /Metadata /Subtype /XML")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        metadata,
        b"<< /Title (Microsoft Word - x.doc) /Author (HP) /CreationDate (D:20200102) >>",
    ]
    pdf = make.from_objects(objects, "/Info 5 0 R")
    reading = read(io.BytesIO(pdf), "pdf", tmp_path)
    assert reading.properties == {
        "title": ["Retour au pays", "Coming home"],
        "authors": ["Jean-Robert Désir", "Anna van der Berg"],
        "doi": ["10.1234/x"],
        "isbn": ["978-3-16-148410-0"],
        "published": ["2019-11-02"],
        "keywords": [],
        "created": ["D:20200102"],
    }


@pytest.mark.parametrize(
    "values",
    [
        {"doctype": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "title": "&e;"},
        {"doctype": '<!DOCTYPE x [<!ENTITY a "aaaa">]>', "title": "&a;&a;"},
        {"title": "<b"},
        {"title": "x" * 3_000_000},
        {"title": "<dc:title>" * 50_000},
    ],
)
def test_bad_properties_say_nothing_and_the_text_is_still_read(tmp_path, values):
    reading = read(with_core(make.docx(), **values), "docx", tmp_path)
    assert reading.problem == ""
    assert "migración" in reading.text[0]
    assert "root:" not in str(reading.properties)
    assert len(str(reading.properties)) < 10_000


@pytest.fixture
def vocabularies(home):
    make_term.LanguageFactory(code="es", name="Spanish")
    make_term.ThemeFactory(code="remittances", name="Remittances")
    make_term.ThemeFactory(code="remittances", name="Remesas", locale="es")
    make_term.CountryFactory(code="HT", name="Haití")


def test_what_properties_fill_in(vocabularies):
    assert from_properties(
        {
            "title": ["Untitled 2", "La migración"],
            "authors": ["Ana Pérez y Jan van der Berg", "IOM Caribbean Office", "Windows User"],
            "keywords": ["Remesas; Haití; niñez"],
            "language": ["es-DO"],
            "created": ["D:20200102"],
            "isbn": ["978-3-16-148410-0"],
        }
    ) == {
        "title": "La migración",
        "contributors": [
            {"role": "author", "family_name": "Pérez", "given_name": "Ana"},
            {"role": "author", "family_name": "van der Berg", "given_name": "Jan"},
            {"role": "corporate-author", "family_name": "IOM Caribbean Office", "given_name": ""},
        ],
        "themes": ["remittances"],
        "countries": ["HT"],
        "tags": ["niñez"],
        "languages": ["es"],
        "record_language": "es",
        "year": "2020",
        "isbn": "9783161484100",
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Doe, Jane", [("Doe", "Jane")]),
        ("Jane Doe, John Roe", [("Doe", "Jane"), ("Roe", "John")]),
        ("Doe, Jane; Roe, John", [("Doe", "Jane"), ("Roe", "John")]),
        ("Ministerio de Trabajo y Economía", [("Ministerio de Trabajo y Economía", "")]),
        ("admin", []),
        ("user1234", []),
    ],
)
def test_names_in_one_property(vocabularies, text, names):
    found = from_properties({"authors": [text]}).get("contributors", [])
    assert [(one["family_name"], one["given_name"]) for one in found] == names


@pytest.mark.parametrize("title", ["Microsoft Word - Report.docx", "final_v3.indd", "Slide 1", "x"])
def test_a_title_that_is_none_is_left_out(vocabularies, title):
    assert from_properties({"title": [title]}) == {}


def test_shapes_that_nobody_expects(vocabularies):
    for odd in ({"title": "text"}, {"title": [1, None]}, {"authors": [""]}, {"created": ["x"]}):
        assert from_properties(odd) == {}


def test_what_is_printed_is_surer_than_what_the_file_says(vocabularies):
    document = DocumentFactory(title="scan_0001", file=ContentFile(b"x", "scan.pdf"))
    FileDetails.objects.update_or_create(
        document=document,
        defaults={
            "language": "es",
            "text": ["© OIM 2018"],
            "properties": {"title": ["Remesas"], "created": ["D:2021"], "language": ["en"]},
        },
    )
    document.refresh_from_db()
    found = from_document(document)
    assert (found["title"], found["year"], found["languages"]) == ("Remesas", "2018", ["es"])
