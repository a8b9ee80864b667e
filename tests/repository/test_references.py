"""Records of other systems, as people paste them: well made, badly made, and made to harm."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from django.utils import translation

from pages import factories as make
from repository import factories as make_repository
from repository.references import Unreadable, read
from tests.shared import shared

pytestmark = pytest.mark.usefixtures("vocabularies")

NAMES = {
    "country": {
        "JM": ("Jamaica", "Jamaica", "Jamaïque", "Jamaica"),
        "CW": ("Curaçao", "Curazao", "Curaçao", "Curaçao"),
        "HT": ("Haiti", "Haití", "Haïti", "Haïti"),
    },
    "theme": {
        "remittances": ("Remittances", "Remesas", "Envois de fonds", "Overmakingen"),
        "diaspora": ("Diaspora", "Diáspora", "Diaspora", "Diaspora"),
    },
    "language": {
        "en": ("English", "inglés", "anglais", "Engels"),
        "es": ("Spanish", "español", "espagnol", "Spaans"),
        "fr": ("French", "francés", "français", "Frans"),
        "nl": ("Dutch", "neerlandés", "néerlandais", "Nederlands"),
        "ht": ("Haitian Creole", "criollo haitiano", "créole haïtien", "Haïtiaans Creools"),
    },
    "type": {
        "report": ("Report", "Informe", "Rapport", "Rapport"),
        "working-paper": ("Working paper", "Documento de trabajo", "Document de travail", "x"),
        "thesis": ("Thesis", "Tesis", "Thèse", "Proefschrift"),
        **{
            code: (code.replace("-", " "),) * 4
            for code in ("journal-article", "book", "book-chapter", "dataset", "document")
        },
    },
}
FACTORIES = {
    "country": make.CountryFactory,
    "theme": make.ThemeFactory,
    "language": make.LanguageFactory,
    "type": make_repository.DocumentTypeFactory,
}


@shared
def vocabularies(home):
    for kind, terms in NAMES.items():
        for code, names in terms.items():
            for locale, name in zip(("en", "es", "fr", "nl"), names, strict=True):
                FACTORIES[kind](code=code, locale=locale, name=name)


def one(text):
    references = read(text)
    assert len(references) == 1
    return references[0]


def people(data):
    return [(p["family_name"], p["given_name"], p["role"]) for p in data["contributors"]]


# BibTeX -------------------------------------------------------------------------------

SPANISH = r"""
@string{cepal = "Comisi{\'o}n Econ{\'o}mica para Am{\'e}rica Latina"}
@techreport{canales2019,
  author      = {Canales, Alejandro I. and Fuentes Knight, Juan Alberto and
                 de Le{\'o}n Escribano, Carmen Rosa},
  title       = {Desarrollo y migraci\'on: {D}esaf{\'\i}os y oportunidades},
  institution = cepal # " y el Caribe",
  year        = {2019}, month = may,
  type        = {Documento de trabajo},
  number      = {LC/TS.2019/7},
  language    = {spanish},
  keywords    = {Remesas; Haití; pol{\'\i}ticas públicas},
  url         = {https://repositorio.cepal.org/handle/11362/44649},
  license     = {https://creativecommons.org/licenses/by-nc-nd/3.0/igo/},
  internalref = {X-77},
}
"""


def test_a_spanish_report_in_bibtex():
    reference = one(SPANISH)
    assert people(reference.data) == [
        ("Canales", "Alejandro I.", "author"),
        ("Fuentes Knight", "Juan Alberto", "author"),
        ("de León Escribano", "Carmen Rosa", "author"),
    ]
    del reference.data["contributors"]
    assert reference.data == {
        "title": "Desarrollo y migración: Desafíos y oportunidades",
        "publisher": "Comisión Económica para América Latina y el Caribe",
        "year": "2019",
        "month": "5",
        "document_type": "working-paper",
        "series_number": "LC/TS.2019/7",
        "languages": ["es"],
        "record_language": "es",
        "themes": ["remittances"],
        "countries": ["HT"],
        "tags": ["políticas públicas"],
        "external_url": "https://repositorio.cepal.org/handle/11362/44649",
        "licence": "CC-BY-NC-ND-3.0-IGO",
    }
    assert reference.unknown == {"internalref": "X-77"}
    assert reference.place == "line 2"


def test_dutch_particles_corporate_authors_and_others():
    reference = one(
        r"""@article{x, author = "Jan van der Berg and {Centraal Bureau voor de Statistiek}
        and King, Jr., Martin Luther and family=Beek, prefix=ter, given={Ch\'e} and others",
        title = {Migratie naar Cura\c{c}ao}, journal = {Tijdschrift}, volume = 12, number = "3-4",
        pages = {101--120}, date = {2021-07-14}, langid = {dutch}, issn = {1234567x},
        doi = {https://doi.org/10.1000/ABC_d}, editor = {Marie de la Tour}}"""
    )
    assert people(reference.data) == [
        ("van der Berg", "Jan", "author"),
        ("Centraal Bureau voor de Statistiek", "", "corporate-author"),
        ("King", "Martin Luther, Jr.", "author"),
        ("ter Beek", "Ché", "author"),
        ("de la Tour", "Marie", "editor"),
    ]
    data = reference.data
    assert data["title"] == "Migratie naar Curaçao"
    assert (data["volume"], data["issue"], data["page_range"]) == ("12", "3-4", "101–120")
    assert (data["year"], data["month"], data["doi"]) == ("2021", "7", "10.1000/abc_d")
    assert data["issn"] == "1234-567X"
    assert data["record_language"] == "nl"
    assert "names only some of the authors" in reference.warnings[0]


def test_percent_signs_and_lonely_dollars_stay():
    data = one("@misc{a, title={Remittances: 50% of GDP cost $ 5 & more}, year=2020}").data
    assert data["title"] == "Remittances: 50% of GDP cost $ 5 & more"


def test_a_number_is_of_a_journal_or_of_a_series():
    chapter = one("@incollection{a, title={A}, booktitle={B}, series={S}, number=7, year=2020}")
    assert (chapter.data["container_title"], chapter.data["series_number"]) == ("B", "7")
    page = one(r"@misc{a, title={A}, howpublished={\url{https://example.org/a_b}}, year=2020}")
    assert page.data["external_url"] == "https://example.org/a_b"
    assert "publisher" not in page.data
    report = one("TY  - RPRT\nTI  - A\nSN  - LC/TS.2019/7\nER  - ")
    assert report.data["series_number"] == "LC/TS.2019/7"


def test_many_records_and_the_place_of_each():
    references = read("% mine\n@book{a, title={A}}\n\n@book{a,\n title={B}}\n@comment{no}\n")
    assert [(r.data["title"], r.place) for r in references] == [("A", "line 2"), ("B", "line 4")]


def test_a_broken_record_is_named_by_its_line():
    with pytest.raises(Unreadable, match="Line 3: this BibTeX record"):
        read("@book{a, title={A}}\n\n@book{b, title={never closed\n@book{c, title={C}}")


# RIS ----------------------------------------------------------------------------------

FRENCH = """TY  - JOUR
AU  - Désir, Jean-Robert
AU  - Organisation internationale pour les migrations
A2  - Sainte-Rose, Anaïs, fils
TI  - Envois de fonds et diaspora haïtienne
JF  - Espaces caribéens
VL  - 4
IS  - 2
SP  - 15
EP  - 33
PY  - 2018/11//printemps
SN  - 2049-3630
DO  - doi:10.1234/ec.2018.4
LA  - fra
KW  - Envois de fonds
KW  - Jamaïque
KW  - <b>transferts</b>
AB  - Première ligne
continuée ici.
C1  - interne
ER  -\x20
"""


def test_a_french_article_in_ris():
    reference = one(FRENCH.replace("\n", "\r\n"))
    data = reference.data
    assert people(data) == [
        ("Désir", "Jean-Robert", "author"),
        ("Organisation internationale pour les migrations", "", "corporate-author"),
        ("Sainte-Rose", "Anaïs, fils", "editor"),
    ]
    assert data["document_type"] == "journal-article"
    assert (data["container_title"], data["volume"], data["issue"]) == (
        "Espaces caribéens",
        "4",
        "2",
    )
    assert data["page_range"] == "15–33"
    assert (data["year"], data["month"]) == ("2018", "11")
    assert (data["issn"], data["doi"]) == ("2049-3630", "10.1234/ec.2018.4")
    assert (data["languages"], data["record_language"]) == (["fr"], "fr")
    assert data["themes"] == ["remittances"]
    assert data["countries"] == ["JM"]
    assert data["tags"] == ["transferts"]
    assert data["abstract"] == "Première ligne continuée ici."
    assert reference.unknown == {"C1": "interne"}


def test_ris_without_its_end_and_with_the_next_record():
    text = "TY  - RPRT\nT1  - One\nSP  - 64\nSN  - 978-92-9068-824-2\nTY  - XXXX\nTI  - Two"
    first, second = read(text)
    assert first.data["extent"] == "64 p."
    assert second.place == "record 2, line 5"
    assert "“XXXX”" in second.warnings[0]


def test_a_name_without_a_comma_is_a_body_to_look_at():
    reference = one("TY  - RPRT\nTI  - A\nAU  - John Smith\nER  - ")
    assert reference.data["contributors"][0]["role"] == "corporate-author"
    assert "“John Smith”" in reference.warnings[0]


# JSON ---------------------------------------------------------------------------------

CROSSREF = {
    "status": "ok",
    "message-type": "work",
    "message": {
        "DOI": "10.1111/IMIG.12345",
        "type": "journal-article",
        "title": ["Climate mobility in the <i>Caribbean</i> &amp; beyond"],
        "subtitle": ["A review"],
        "container-title": ["International Migration"],
        "publisher": "Wiley",
        "author": [
            {"given": "Vincent", "family": "de Gaulle", "sequence": "first", "affiliation": []},
            {"name": "The Migration Group", "sequence": "additional"},
        ],
        "issued": {"date-parts": [[2022, 3]]},
        "volume": "60",
        "issue": "2",
        "page": "12-34",
        "ISSN": ["0020-7985", "1468-2435"],
        "URL": "http://dx.doi.org/10.1111/imig.12345",
        "language": "en",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>One &lt; two.</jats:p>"
        "<jats:p>Three.<script>alert(1)</script></jats:p>",
        "license": [
            {"URL": "http://onlinelibrary.wiley.com/termsAndConditions", "content-version": "vor"},
            {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "am"},
        ],
        "reference": [{"key": "x"}],
        "member": "311",
    },
}


def test_a_crossref_record():
    reference = one(json.dumps(CROSSREF))
    data = reference.data
    assert data["title"] == "Climate mobility in the Caribbean & beyond: A review"
    assert people(data) == [
        ("de Gaulle", "Vincent", "author"),
        ("The Migration Group", "", "corporate-author"),
    ]
    assert data["abstract"] == "Abstract\n\nOne < two.\n\nThree."
    assert (data["doi"], data["issn"]) == ("10.1111/imig.12345", "0020-7985")
    assert (data["year"], data["month"], data["page_range"]) == ("2022", "3", "12–34")
    assert data["licence"] == "CC-BY-4.0"
    assert "external_url" not in data
    assert reference.unknown == {"licence": "http://onlinelibrary.wiley.com/termsAndConditions"}


def test_csl_json_as_doi_org_and_reference_managers_give_it():
    record = {
        "id": "a",
        "type": "thesis",
        "title": "Retour au pays",
        "author": [
            {"family": "Humboldt", "given": "Anna", "dropping-particle": "von"},
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"},
            {"literal": "Ministère de l’Intérieur"},
        ],
        "issued": {"raw": "mai 2017"},
        "number-of-pages": "212",
        "language": "fr-HT",
        "ISBN": "978-3-16-148410-0",
        "custom": "kept",
    }
    first, second = read(json.dumps([record, {**record, "ISBN": "978-3-16-148410-1"}]))
    assert people(first.data) == [
        ("Humboldt", "Anna von", "author"),
        ("van den Berg", "Jan", "author"),
        ("Ministère de l’Intérieur", "", "corporate-author"),
    ]
    assert (first.data["year"], first.data["month"]) == ("2017", "5")
    assert (first.data["isbn"], first.data["extent"]) == ("9783161484100", "212 p.")
    assert first.data["languages"] == ["fr"]
    assert first.unknown == {"custom": "kept"}
    assert "isbn" not in second.data
    assert "978-3-16-148410-1" in second.warnings[0]


DATACITE = {
    "id": "https://doi.org/10.5281/zenodo.123",
    "doi": "10.5281/zenodo.123",
    "types": {"resourceTypeGeneral": "Text", "resourceType": "Report"},
    "titles": [{"title": "Migration in Curaçao"}, {"title": "Data", "titleType": "Subtitle"}],
    "creators": [
        {"name": "Martina, Lisette", "nameType": "Personal"},
        {"name": "CBS, Curaçao", "nameType": "Organizational"},
    ],
    "contributors": [
        {"name": "Maduro", "familyName": "Maduro", "givenName": "R.", "contributorType": "Editor"}
    ],
    "publisher": {"name": "Zenodo"},
    "publicationYear": 2024,
    "dates": [{"date": "2024-02-09", "dateType": "Issued"}],
    "language": "nld",
    "subjects": [{"subject": "Curazao"}, {"subject": "Diáspora"}],
    "descriptions": [{"description": "<p>Een.</p><p>Twee.</p>", "descriptionType": "Abstract"}],
    "rightsList": [{"rightsIdentifier": "cc-by-sa-4.0"}],
    "sizes": ["2 MB", "48 pages"],
    "url": "https://zenodo.org/records/123",
}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_datacite_record(wrapped):
    record = {"data": {"id": "x", "type": "dois", "attributes": DATACITE}} if wrapped else DATACITE
    data = one(json.dumps(record)).data
    assert data["title"] == "Migration in Curaçao: Data"
    assert people(data) == [
        ("Martina", "Lisette", "author"),
        ("CBS, Curaçao", "", "corporate-author"),
        ("Maduro", "R.", "editor"),
    ]
    assert (data["document_type"], data["publisher"]) == ("report", "Zenodo")
    assert (data["year"], data["month"], data["extent"]) == ("2024", "2", "48 pages")
    assert (data["countries"], data["themes"]) == (["CW"], ["diaspora"])
    assert (data["licence"], data["record_language"]) == ("CC-BY-SA-4.0", "nl")
    assert data["abstract"] == "Een.\n\nTwee."
    assert data["external_url"] == "https://zenodo.org/records/123"


def test_a_schema_org_record():
    data = one(
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "ScholarlyArticle",
                "@id": "https://doi.org/10.1000/182",
                "headline": "Remesas",
                "author": [{"@type": "Person", "name": "Ana María Pérez"}],
                "datePublished": "2020-10-05",
                "inLanguage": "es",
                "isPartOf": {
                    "@type": "PublicationIssue",
                    "issueNumber": "3",
                    "isPartOf": {
                        "@type": ["PublicationVolume", "Periodical"],
                        "volumeNumber": 8,
                        "name": "Revista",
                        "issn": "1234-5679",
                    },
                },
                "pageStart": "1",
                "pageEnd": "9",
                "license": "CC BY 4.0",
                "keywords": "Remesas, Haití",
            }
        )
    ).data
    assert people(data) == [("Pérez", "Ana María", "author")]
    assert (data["container_title"], data["volume"], data["issue"]) == ("Revista", "8", "3")
    assert (data["doi"], data["issn"], data["licence"]) == ("10.1000/182", "1234-5679", "CC-BY-4.0")
    assert (data["themes"], data["countries"]) == (["remittances"], ["HT"])


# DOIs and nothing known ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["10.1000/182", "doi: 10.1000/182", "https://doi.org/10.1000/182", " <10.1000/182>. "]
)
def test_a_bare_doi_fills_in_the_doi_and_says_so(text):
    reference = one(text)
    assert reference.data == {"doi": "10.1000/182"}
    assert "does not fetch records" in reference.warnings[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is nothing to read."),
        ("Dear editors, please find attached", "What can be read: BibTeX, RIS"),
        ("10.1000/182 and more", "What can be read"),
        ("[]", "What can be read"),
        ('{"a": 1}', "Record 1: neither a title nor authors"),
        ("[1]", "Record 1: a record is a JSON object"),
        ('[{"title": "A"},\n {"title": }]', "Line 2, column 12: this is not JSON"),
        ("AU  - Nobody\nTY  - RPRT\nER  - ", "Line 1: an RIS record begins"),
        ("x" * 1_000_001, "too long"),
        (json.dumps([{"title": "A"}] * 501), "At most 500 records"),
        ("@book{a, title={A}}\n" * 501, "At most 500 records"),
    ],
)
def test_what_is_no_record_is_answered_with_what_is(text, message):
    with pytest.raises(Unreadable, match=message):
        read(text)


def test_five_hundred_records_take_as_many_queries_as_one(django_assert_num_queries):
    with django_assert_num_queries(4):
        assert len(read("@book{a, title={A}, language={en}}\n" * 500)) == 500


# Made to harm -------------------------------------------------------------------------

MILLION = 1_000_000
HOSTILE = {
    "braces": "@book{a, title={" + "{" * 990_000,
    "closed braces": "@book{a, title={" + "{" * 490_000 + "}" * 490_000 + "}}",
    "commands": "@book{a, title={" + r"\emph{" * 160_000 + "}}",
    "accents": "@book{a, title={" + "\\'" * 490_000 + "}}",
    "environments": "@book{a, title={" + r"\begin{a}" * 100_000 + "}}",
    "dollars": "@book{a, title={" + "$" * 990_000 + "}}",
    "entries": "@book{" * 150_000,
    "joined": "@book{a, title=" + "a # " * 240_000 + "a}",
    "strings": "@string{a0={xxxxxxxxxx}}"
    + "".join(f"@string{{a{n}=a{n - 1} # a{n - 1}}}" for n in range(1, 500))
    + "@book{q, title=a499}",
    "names": "@book{a, title={A}, author={" + "A and " * 160_000 + "B}}",
    "commas": "@book{a, title={A}, author={" + "," * 900_000 + "}}",
    "spaces": "@book{a, title={A}, author={A" + " " * 900_000 + "and B}}",
    "continued lines": "TY  - RPRT\nTI  - A\n" + "a\n" * 490_000 + "ER  - ",
    "tags": "TY  - RPRT\nTI  - A\n" + "AU  - B, C\n" * 89_000,
    "markup": "TY  - RPRT\nTI  - " + "<a" * 490_000,
    "comments": "TY  - RPRT\nTI  - " + "<!--" * 240_000,
    "scripts": "TY  - RPRT\nTI  - </script>" + "<script>" * 120_000,
    "entities": "TY  - RPRT\nTI  - " + "&amp;" * 190_000,
    "digits": "TY  - RPRT\nTI  - A\nSN  - " + "1 -" * 300_000 + "\nPY  - " + "1" * 50_000,
    "dois": "10.1000/" * 120_000,
    "lists": "[" * 990_000,
    "objects": '{"a":' * 190_000,
    "a number": '{"title": "A", "volume": ' + "9" * 900_000 + "}",
    "names in json": json.dumps({"title": "A", "author": [{"family": "B"}] * 50_000}),
    "nested names": '{"title": ' + "[" * 900 + '"A"' + "]" * 900 + "}",
    "keywords": json.dumps({"title": "A", "keyword": ["x"] * 150_000}),
    "line ends": "TY  - RPRT" + "\r" * 900_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_input_takes_long(name):
    assert len(HOSTILE[name]) <= MILLION
    began = time.process_time()
    with suppress(Unreadable):
        references = read(HOSTILE[name])
        assert len(json.dumps(references[0].data)) < 8 * MILLION
    assert time.process_time() - began < 10


def test_nothing_but_text_comes_through():
    title = "A\0B\u202eC\u200f\x07D\ud800E\u2066 <script>alert(1)</script><img src=x onerror=y>F"
    record = {"title": title, "author": [{"family": title}], "type": "book", "x\u202e": title}
    data = one(json.dumps(record)).data
    assert data["title"] == data["contributors"][0]["family_name"] == "ABCDE F"
    assert one("TY  - RPRT\nTI  - A\0\u202eB\nER  - ").data["title"] == "AB"
    assert one(r"@book{a, title={A\input{/etc/passwd}B\u202e}}").data["title"].startswith("A")


def test_shapes_that_nobody_expects():
    odd = {
        "title": {"x": [1]},
        "author": ["A, B", 7, None, {"family": ["C"]}, {"family": {"a": 1}}, [[]]],
        "issued": {"date-parts": [[None]]},
        "DOI": {"a": 1},
        "ISBN": [None, 3, {}],
        "ISSN": 5,
        "license": [None, "x", {"URL": []}],
        "keyword": {"a": "b"},
        "page": 3.5,
        "language": ["en"],
        "resource": [],
        "type": ["book"],
    }
    data = one(json.dumps(odd)).data
    assert [row["family_name"] for row in data["contributors"]] == ["A", "7", "C"]
    for record in (
        {"titles": "A", "creators": "B, C", "types": 3, "dates": [1], "container": []},
        {"@type": None, "name": "A", "author": 3, "isPartOf": [[{}]], "identifier": [{}]},
        {"@type": "Book", "name": "A", "isPartOf": "Journal", "author": ["A B"], "license": {}},
    ):
        assert one(json.dumps(record)).data["title"] == "A"


def test_messages_are_in_the_language_of_the_reader():
    with translation.override("es"), pytest.raises(Unreadable) as raised:
        read("hola")
    assert "Se puede leer" in str(raised.value)
