"""Each format, read again by the project's own readers and by programs that are not ours."""

import json
from dataclasses import replace
from io import BytesIO, StringIO

import pymarc
import pytest
import rispy
from datacite import schema45
from lxml import etree
from pybtex.database import parse_string

from repository import references
from repository.citations import datacite, languages, styles
from repository.citations.formats import FORMATS
from repository.citations.record import record_of

from .conftest import MARKUP, TITLE, make_publication

pytestmark = pytest.mark.django_db

DC = "{http://purl.org/dc/elements/1.1/}"


def written(record, code):
    return FORMATS[code].one(record)


@pytest.mark.parametrize("code", ["bibtex", "ris", "csl-json", "datacite-json"])
def test_what_is_written_is_read_again_the_same(record, code):
    (read,) = references.read(written(record, code))
    data = read.data
    assert data["title"] == TITLE
    assert data["document_type"] == "report"
    assert (data["year"], data["month"]) == ("2023", "5")
    assert data["publisher"] == record.publisher
    assert data["doi"] == record.doi
    assert data["countries"] == ["JM"]
    assert data["themes"] == ["diaspora"]
    names = [(row["family_name"], row["given_name"]) for row in data["contributors"]]
    assert names == [
        ("de la Cruz", "María José"),
        ("Ministry of Labour and Social Security", ""),
        ("Gómez", "Ana"),
    ]
    assert [row["role"] for row in data["contributors"]] == [
        "author",
        "corporate-author",
        "editor",
    ]


@pytest.mark.parametrize("code", ["bibtex", "ris", "csl-json"])
def test_an_article_keeps_its_journal(article, code):
    (read,) = references.read(written(article, code))
    expected = {
        "document_type": "journal-article",
        "container_title": "Caribbean Studies",
        "volume": "3",
        "issue": "2",
        "page_range": "12–20",
        "issn": "1234-5679",
    }
    assert {name: read.data.get(name) for name in expected} == expected


def test_bibtex_is_read_by_pybtex(record, article):
    text = "".join(FORMATS["bibtex"].several([record, article]))
    entries = list(parse_string(text, "bibtex").entries.values())
    assert [entry.type for entry in entries] == ["techreport", "article"]
    authors = entries[0].persons["author"]
    assert [str(name) for name in authors] == [
        "de la Cruz, María José",
        "{Ministry of Labour and Social Security}",
    ]
    assert entries[0].fields["institution"] == r"Planning Institute, Kingston \& Co"
    assert entries[0].fields["url"] == "https://example.org/a_b?c=d&e=100%25"
    assert entries[1].fields["pages"] == "12--20"


def test_ris_is_read_by_rispy(record, article):
    text = "".join(FORMATS["ris"].several([record, article]))
    first, second = rispy.load(StringIO(text))
    assert first["type_of_reference"] == "RPRT"
    assert first["title"] == TITLE
    assert first["authors"] == ["de la Cruz, María José", "Ministry of Labour and Social Security"]
    assert first["abstract"] == "First & foremost 5 < 6. Second."
    assert (second["volume"], second["number"]) == ("3", "2")
    assert (second["start_page"], second["end_page"]) == ("12", "20")


def test_marcxml_is_read_by_pymarc(record, article):
    text = "".join(FORMATS["marcxml"].several([record, article]))
    first, second = pymarc.parse_xml_to_array(BytesIO(text.encode()), strict=True)
    assert first.title == TITLE
    assert first["100"]["a"] == "de la Cruz, María José"
    assert first["710"]["a"] == "Ministry of Labour and Social Security"
    assert first["041"].get_subfields("a") == ["eng", "dut"]
    assert first["008"].value()[35:38] == "mul"
    assert len(first["008"].value()) == 40
    assert first["024"]["a"] == record.doi
    assert first["856"]["u"] == record.files[0].url
    assert second["773"]["g"] == "Vol. 3, no. 2 (2023), p. 12–20"


def test_dublin_core_says_what_libraries_look_for(record):
    root = etree.fromstring(written(record, "dublin-core").encode())

    def said(name):
        return [one.text for one in root.findall(f"{DC}{name}")]

    assert said("title") == [TITLE]
    assert said("creator") == ["de la Cruz, María José", "Ministry of Labour and Social Security"]
    assert said("contributor") == ["Gómez, Ana"]
    assert said("language") == ["eng", "nld"]
    assert said("coverage") == ["Jamaica"]
    assert record.doi_url in said("identifier")
    assert said("rights") == [
        "info:eu-repo/semantics/openAccess",
        "https://creativecommons.org/licenses/by/3.0/igo/",
    ]


@pytest.mark.parametrize("what", ["record", "article"])
def test_datacite_is_valid_by_its_schema(request, what):
    record = request.getfixturevalue(what)
    data = datacite.as_dict(record)
    schema45.validator.validate(data)
    assert data["creators"][0]["nameIdentifiers"][0]["nameIdentifierScheme"] == "ORCID"
    root = etree.fromstring(written(record, "datacite-xml").encode())
    assert root.findtext("{*}identifier") == record.doi
    assert root.find("{*}creators/{*}creator/{*}creatorName").text == "de la Cruz, María José"


def test_a_record_that_says_next_to_nothing_is_valid_too(record):
    bare = replace(
        record,
        **dict.fromkeys(("authors", "editors", "languages", "files", "themes", "tags"), ()),
        **dict.fromkeys(("publisher", "doi", "isbn", "series", "series_number", "abstract"), ""),
        year=None,
        month=None,
        licence=None,
    )
    data = datacite.as_dict(bare)
    schema45.validator.validate(data)
    assert data["creators"] == [{"name": "(:unav)", "nameType": "Organizational"}]
    for form in FORMATS.values():
        assert form.one(bare)
    (read,) = references.read(written(bare, "bibtex"))
    assert read.data["title"] == TITLE


def test_signs_that_xml_cannot_hold_are_left_out(home):
    page = make_publication(title="A\x0bB\x1fC", publisher="x\ufffey")
    found = record_of(page)
    for form in FORMATS.values():
        if form.suffix.endswith("xml"):
            etree.fromstring(form.one(found).encode())


def test_several_in_json_are_a_list(record, article):
    for code in ("csl-json", "datacite-json"):
        assert len(json.loads("".join(FORMATS[code].several([record, article])))) == 2
        assert json.loads("".join(FORMATS[code].several([]))) == []


@pytest.mark.parametrize(
    ("code", "three", "marc"),
    [
        *(("en", "eng", "eng"), ("fr", "fra", "fre"), ("nl", "nld", "dut"), ("ht", "hat", "hat")),
        *(("pap", "pap", "pap"), ("de", "deu", "ger"), ("zh", "zho", "chi"), ("x", "und", "und")),
    ],
)
def test_codes_of_languages(code, three, marc):
    assert (languages.iso639_3(code), languages.iso639_2b(code)) == (three, marc)


def test_references_are_formatted_in_the_language_of_the_reader(article):
    apa = str(styles.formatted(article, "apa", "en"))
    assert apa == (
        "de la Cruz, M. J., &amp; Ministry of Labour and Social Security. (2023). Remittances."
        " <i>Caribbean Studies</i>, <i>3</i>(2), 12–20. https://doi.org/10.1000/article"
    )
    chicago = {code: str(styles.formatted(article, "chicago", code)) for code in ("en", "es", "nl")}
    assert chicago["en"] == (
        "de la Cruz, María José, and Ministry of Labour and Social Security. 2023. ‘Remittances’."
        " <i>Caribbean Studies</i> 3 (2): 12–20. https://doi.org/10.1000/article."
    )
    assert " y Ministry" in chicago["es"]
    assert " en Ministry" in chicago["nl"]


def test_a_title_stays_a_text_in_a_formatted_reference(record):
    record = replace(record, title=MARKUP)
    for style in styles.STYLES:
        text = styles.formatted(record, style, "en")
        assert "&lt;b&gt;" in text
        assert "&amp;amp;" in text
        assert "<b>" not in text


def test_without_names_a_title_is_not_said_twice(record):
    bare = replace(record, authors=(), editors=(), publisher="", title="Only a title")
    assert str(styles.formatted(bare, "apa", "en")).count("Only a title") == 1
