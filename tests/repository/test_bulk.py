"""Many publications at once: read as people's programs write them, checked row by row, made all
together or not at all."""

from __future__ import annotations

import csv
import io
import stat
import struct
import time
import uuid
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.documents import get_document_model

from pages import factories as make
from pages.models.vocabularies import forget_labels
from repository import bulk, submissions
from repository.bulk import tables
from repository.factories import PublicationPageFactory
from repository.files import receiving
from repository.models import Submission
from repository.models.files import Upload

from .conftest import record

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
HEADING = (
    "title,record_language,document_type,contributors,year,publisher,languages,licence,shelf,"
    "external_url,files"
)
COMPLETE = (
    'Return to {n},en,report,"Brown, Carol; PIOJ",2024,PIOJ,en,CC-BY-4.0,public,'
    "https://example.org/{n},"
)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member(people):
    make.CountryFactory(code="JM", name="Jamaica")
    make.ThemeFactory(code="remittances", name="Remittances")
    make.ThemeFactory(code="remittances", name="Remesas", locale="es")
    return people["member"]


def table(*lines, heading=HEADING, encoding="utf-8"):
    return "\r\n".join([heading, *lines]).encode(encoding)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def package_of(content, name):
    from repository.bulk.packages import Package

    return Package(io.BytesIO(content), name)


def look(member, content, name="records.csv", **defaults):
    return bulk.look(package_of(content, name), member, defaults)


def said(findings):
    return [(found.row, found.column, found.value) for found in findings]


def kept(member, content, name="records.csv"):
    return bulk.keep(member, ContentFile(content, name), name)


# Tables -------------------------------------------------------------------------------

CELLS = {
    "title": "Gestión de fronteras; y más",
    "record_language": "es",
    "contributors": "Núñez, Ana; de la Cruz, Juan [editor]; OIM; CBS, Curaçao [corporate-author]",
    "languages": "es; Inglés",
    "countries": "Jamaica",
    "themes": "REMESAS; remittances",
    "tags": "uno; dos, tres",
    "abstract": "Primero.\n\nSegundo.",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_spreadsheets_write_them(member, encoding, delimiter):
    make.LanguageFactory(code="en", name="inglés", locale="es")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, CELLS, delimiter=delimiter)
    writer.writeheader()
    writer.writerow(CELLS)
    report = look(member, out.getvalue().encode(encoding))
    assert report.wrong == []
    (row,) = report.rows
    assert row.data["title"] == CELLS["title"]
    assert row.data["contributors"] == [
        {"role": "author", "family_name": "Núñez", "given_name": "Ana"},
        {"role": "editor", "family_name": "de la Cruz", "given_name": "Juan"},
        {"role": "corporate-author", "family_name": "OIM", "given_name": ""},
        {"role": "corporate-author", "family_name": "CBS, Curaçao", "given_name": ""},
    ]
    assert row.data["languages"] == ["es", "en"]
    assert row.data["countries"] == ["JM"]
    assert set(row.data["themes"]) == {"remittances"}
    assert row.data["tags"] == ["uno", "dos, tres"]
    assert row.data["abstract"] == "Primero.\n\nSegundo."
    notes = [found.message for found in report.notes]
    assert any("Windows-1252" in note for note in notes) == (encoding == "cp1252")


def test_excel_names_the_separator_and_rows_are_counted_as_it_counts(member):
    content = b'sep=;\r\nTitle;Year\r\n;\r\nA;2020\r\n\r\n"B\nb";nonsense\r\n'
    report = look(member, content)
    assert [(row.number, row.data["title"]) for row in report.rows] == [(4, "A"), (6, "B b")]
    assert said(report.wrong) == [(6, "year", "nonsense")]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", "no heading with a column"),
        (b"year\n2020\n", "no heading with a column"),
        (b"title\n", "no publications below it"),
        (
            b"title,colour,isbn\nA,red,\n",
            "column that is not known: colour. The columns are: title",
        ),
        (b"title,title\nA,B\n", "the column “title” twice"),
        (b"title,year\nA,2020,surplus\n", "Row 2 has more cells"),
        (b'title,year\n"A,2020\n' + b"x" * 200_000, "Line . can't be read"),
        (b"title\n" + b"A\n" * 1_001, "at most 1000 publications"),
        (b"\x00\xff\x00\xfe" * 1000, "column that is not known"),
        (b"title," * 100_000, "twice"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(member, sent, message):
    with pytest.raises(bulk.Unreadable, match=message):
        look(member, sent)


def test_each_finding_names_row_column_value_and_what_is_valid(member):
    make.CountryFactory(code="BB", name="Barbados")
    report = look(
        member,
        table(
            COMPLETE.format(n=1),
            'Two,xx,report,,1066,,en,WTFPL,network:other,"javascript:alert(1)",missing.pdf',
        ),
    )
    assert [row.number for row in report.rows] == [2, 3]
    assert said(report.wrong) == [
        (3, "files", "missing.pdf"),
        (3, "record_language", "xx"),
        (3, "year", "1066"),
        (3, "shelf", "network:other"),
        (3, "licence", "WTFPL"),
        (3, "external_url", "javascript:alert(1)"),
    ] or {found.column for found in report.wrong} == {
        *("files", "record_language", "year", "shelf", "licence", "external_url")
    }
    messages = {found.column: found.message for found in report.wrong}
    assert "in a zip" in messages["files"]
    assert "en, es, fr, nl" in messages["record_language"]
    assert "CC-BY-4.0" in messages["licence"]
    assert ("contributors", 3) in {(found.column, found.row) for found in report.missing}
    assert not report.may_be_drafts


def test_nobody_submits_to_a_shelf_of_others(people):
    line = COMPLETE.format(n=1).replace("public", "network:diaspora")
    assert look(people["member"], table(line)).wrong == []
    (found,) = look(people["other"], table(line)).wrong
    assert (found.column, found.value) == ("shelf", "network:diaspora")
    assert "network:diaspora" not in found.message.partition(":")[2].replace(found.value, "", 1)


def test_defaults_count_for_rows_that_say_nothing(member):
    content = b"title,shelf\nA,\nB,members\n"
    report = look(member, content, shelf="public", licence="CC0-1.0", record_language="fr")
    assert [row.data["shelf"] for row in report.rows] == ["public", "members"]
    assert {row.data["licence"] for row in report.rows} == {"CC0-1.0"}


# Formulas and hidden characters -------------------------------------------------------


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_looks_like_a_formula_is_text_and_leaves_escaped(member, sign):
    title = f'{sign}HYPERLINK("http://evil.example","x")'
    report = look(member, tables.write(["title"], [[title]], "en"))
    assert report.rows[0].data["title"] == title
    written = tables.write(["title"], [[title]], "es").decode("utf-8-sig")
    assert written.splitlines()[1].lstrip('"').startswith(f"'{sign}")
    assert look(member, f'title\n"{sign}1"'.encode()).rows[0].data["title"] == f"{sign}1"


def test_nothing_hidden_comes_through(member):
    content = "title,tags\nA\0B\u202eC\u2066,\u200fx\u202e;\0\n".encode()
    (row,) = look(member, content).rows
    assert row.data["title"] == "ABC"
    assert row.data["tags"] == ["x"]


def test_what_is_written_is_read_the_same(member):
    data = record(
        title="=1+1; “x”\t",
        contributors=[
            {"role": "author", "family_name": "Plato", "given_name": ""},
            {"role": "author", "family_name": "van der Berg", "given_name": "Jan, Jr."},
            {"role": "editor", "family_name": "CBS, Curaçao", "given_name": ""},
            {"role": "corporate-author", "family_name": "-OIM, Ginebra", "given_name": ""},
        ],
        countries=["JM", "HT"],
        tags=["a", "b c"],
        no_year="on",
    )
    for language in ("en", "fr"):
        content = tables.write(
            bulk.COLUMNS, [tables.cells_of(data, ["a.pdf [es] Annex"]).values()], language
        )
        (line,) = tables.read(content).lines
        again = tables.data_of(line[1])
        assert {**again, "title": again["title"].strip()} == {
            **data,
            "title": data["title"].strip(),
        }
        assert line[1]["files"] == "a.pdf [es] Annex"


# Zips ---------------------------------------------------------------------------------


def test_files_are_found_by_name_with_language_and_label(member):
    content = zipped(
        {
            "package/records.csv": table(
                COMPLETE.format(n=1) + "REPORT-é.pdf [es]; annexes/a.pdf [en] Annex A",
                COMPLETE.format(n=2) + "a.pdf",
                COMPLETE.format(n=3) + "report-é.pdf [xx]",
            ),
            "package/report-é.pdf": PDF,
            "package/annexes/a.pdf": PDF + b"a",
            "package/other/a.pdf": PDF + b"other",
            "package/data.txt": b"unused",
            "__MACOSX/package/._report.pdf": b"junk",
            "package/.DS_Store": b"junk",
        }
    )
    report = look(member, content, "many.zip")
    first = report.rows[0]
    assert [(f.name, f.language, f.label) for f in first.files] == [
        ("package/report-é.pdf", "es", ""),
        ("package/annexes/a.pdf", "en", "Annex A"),
    ]
    assert said(report.wrong) == [
        (3, "files", "a.pdf"),
        (4, "files", "report-é.pdf [xx]"),
    ]
    assert {found.value for found in report.notes} >= {"package/data.txt"}


def test_a_file_is_found_below_the_folder_of_the_table(member):
    content = zipped(
        {
            "p/records.csv": table(COMPLETE.format(n=1) + "files/a.pdf"),
            "p/files/a.pdf": PDF,
        }
    )
    report = look(member, content, "many.zip")
    assert [wanted.name for wanted in report.rows[0].files] == ["p/files/a.pdf"]


@pytest.mark.parametrize(
    ("name", "records"),
    [
        (
            "records.bib",
            "@report{a, title={Migración}, author={{OIM}}, year=2020, langid=spanish,"
            " file={Texto:C\\:\\\\Users\\\\x\\\\Zotero\\\\año.pdf:application/pdf}}",
        ),
        (
            "records.ris",
            "TY  - RPRT\nTI  - Migración\nAU  - OIM\nPY  - 2020\nLA  - es\n"
            "L1  - internal-pdf://1/año.pdf\nER  - ",
        ),
        ("records.json", '[{"type": "report", "title": "Migración", "language": "es"}]'),
    ],
)
def test_references_bring_their_files(member, name, records):
    content = zipped({name: records, "files/12/año.pdf": PDF, "no.pdf": PDF})
    report = look(member, content, "many.zip", shelf="public", licence="CC-BY-4.0")
    (row,) = report.rows
    assert row.data["title"] == "Migración"
    assert (row.data["record_language"], row.data["languages"]) == ("es", ["es"])
    assert [f.name for f in row.files] == ([] if name.endswith("json") else ["files/12/año.pdf"])
    assert report.may_be_drafts


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(content):
    """The zip with the mark of encryption on its members."""
    raw = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            (flags,) = struct.unpack_from("<H", raw, place + offset)
            struct.pack_into("<H", raw, place + offset, flags | 1)
            place = raw.find(mark, place + 4)
    return bytes(raw)


GOOD = {"records.csv": table(COMPLETE.format(n=1)), "a.pdf": PDF}


def twice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("records.csv", GOOD["records.csv"])
        archive.writestr("A.pdf", PDF)
        archive.writestr("a.PDF", PDF)
    return out.getvalue()


def other_compression():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("records.csv", GOOD["records.csv"])
    return out.getvalue()


def overlong():
    """Says that a member unfolds into less than it does."""
    raw = bytearray(zipped({"records.csv": b"title\n" + b"A\n" * 1000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", raw, raw.find(mark) + offset, 10)
    return bytes(raw)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({**GOOD, "../../etc/cron.d/x.pdf": PDF}), "leads out of it"),
        (zipped({**GOOD, "/etc/x.pdf": PDF}), "leads out of it"),
        (zipped({**GOOD, "C:x.pdf": PDF}), "leads out of it"),
        (zipped({**GOOD, "a\u202efdp.exe": PDF}), "hidden characters"),
        (zipped({**GOOD, link("a2.pdf"): "/etc/passwd"}), "is a link"),
        (zipped({**GOOD, "more.zip": zipped(GOOD)}), "an archive in the zip"),
        (zipped({**GOOD, "big.txt": b"\0" * 30_000_000}), "unfolds into more than can be read"),
        (encrypted(zipped(GOOD)), "locked with a password"),
        (twice(), "holds “a.PDF” twice"),
        (other_compression(), "compressed in an unusual way"),
        (overlong(), "is damaged"),
        (zipped({"a.pdf": PDF}), "holds no table"),
        (zipped({}), "Send a table"),
        (
            zipped({"a.csv": "title\nA", "b.csv": "title\nB"}),
            "several tables or lists: a.csv, b.csv",
        ),
        (zipped(GOOD)[:-30], "damaged"),
        (zipped({**GOOD, **{f"{n}.txt": b"x" for n in range(2_001)}}), "at most 2000 files"),
        (zipped({"records.bib": "@book{a, title={"}), "Line 1: this BibTeX record"),
        (b"PK\x03\x04" + b"\0" * 1000, "damaged"),
    ],
    ids=range(18),
)
def test_a_zip_that_is_no_honest_package_is_refused(member, content, message):
    with pytest.raises(bulk.Unreadable, match=message):
        look(member, content, "many.zip")


def test_a_zip_that_unfolds_without_end_takes_no_time(member):
    bomb = {f"{n}.txt": b"\0" * 9_000_000 for n in range(40)}
    content = zipped({**GOOD, **bomb})
    began = time.process_time()
    with pytest.raises(bulk.Unreadable, match="unfolds into more than"):
        look(member, content, "many.zip")
    assert time.process_time() - began < 2


def test_a_file_must_be_what_its_name_says(member):
    content = zipped(
        {
            "records.csv": table(COMPLETE.format(n=1) + "a.pdf; b.exe"),
            "a.pdf": b"MZ",
            "b.exe": b"MZ",
        }
    )
    report = look(member, content, "many.zip")
    messages = " ".join(found.message for found in report.wrong)
    assert "not PDF, although its name says so" in messages
    assert "Files of this kind are not taken" in messages


# What is there already ----------------------------------------------------------------


def test_duplicates_are_flagged_among_what_the_person_may_see(shelves, people):
    PublicationPageFactory(
        title="Return migration", parent=shelves["public"]["en"], doi="10.1000/1"
    )
    PublicationPageFactory(
        title="Hidden", parent=shelves["network:diaspora"]["en"], doi="10.1000/hidden"
    )
    submissions.start(people["other"], record(title="Waiting", doi="10.1000/2"))
    content = (
        b"title,doi\nRETURN  Migration,\nB,https://doi.org/10.1000/1\nHidden,10.1000/HIDDEN\n"
        b"Waiting,\nC,10.1000/3\nc,10.1000/3\n"
    )
    found = look(people["other"], content).duplicates
    assert sorted((one.row, one.column) for one in found) == [
        *((2, "title"), (3, "doi"), (5, "title"), (7, "doi"), (7, "title"))
    ]
    assert {(one.row, one.column) for one in look(people["member"], content).duplicates} >= {
        *((4, "doi"), (4, "title"))
    }


def test_the_same_file_is_flagged(member):
    content = zipped(
        {
            "records.csv": table(
                COMPLETE.format(n=1) + "a.pdf", COMPLETE.format(n=2) + "a.pdf; b.pdf"
            ),
            "a.pdf": PDF,
            "b.pdf": PDF,
        }
    )
    messages = [one.message for one in look(member, content, "many.zip").duplicates]
    assert "Several rows name this file: 2, 3." in messages
    assert "The same file is in the zip under another name." in messages


# Making -------------------------------------------------------------------------------


@pytest.fixture
def good(member):
    """A kept package of two rows with files."""
    content = zipped(
        {
            "records.csv": table(
                COMPLETE.format(n=1) + "a.pdf [es] Annex", COMPLETE.format(n=2) + "b.pdf"
            ),
            "a.pdf": PDF,
            "b.pdf": PDF + b"b",
        }
    )
    return kept(member, content, "many.zip")


def test_all_rows_become_drafts_with_their_files(member, good):
    made = bulk.make(good, member, {})
    assert [one.title for one in made] == ["Return to 1", "Return to 2"]
    assert {one.state for one in made} == {"draft"}
    (file,) = made[0].files.all()
    assert (file.language, file.label, file.document.title) == ("es", "Annex", "a")
    assert file.document.uploaded_by_user == member
    assert submissions.problems(made[0]) == {}


def test_all_rows_are_submitted_at_once(member, good):
    made = bulk.make(good, member, {}, submit=True)
    assert {Submission.objects.get(pk=one.pk).state for one in made} == {"in-review"}


def test_a_package_is_used_once(member, good):
    bulk.make(good, member, {})
    assert bulk.kept(member, good.pk) is None
    assert bulk.was_used(member, good.pk)
    again = Upload.objects.get(pk=good.pk)
    again.offset = again.length  # a second request that read the row before
    with pytest.raises(submissions.Changed):
        bulk.make(again, member, {})
    assert Submission.objects.count() == 2
    assert get_document_model().objects.count() == 2


@pytest.mark.parametrize("failing", ["attach", "submit", "start"])
def test_when_one_row_fails_nothing_is_made(
    member, good, monkeypatch, failing, tmp_path, django_capture_on_commit_callbacks
):
    calls = []
    real = getattr(submissions, failing)

    def fail_at_the_second(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise submissions.Refused("No.")
        return real(*args, **kwargs)

    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(bulk.submissions, failing, fail_at_the_second)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(submissions.Refused):
        bulk.make(good, member, {}, submit=True)
    assert not Submission.objects.exists()
    assert not get_document_model().objects.exists()
    assert bulk.kept(member, good.pk) is not None
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_package_with_something_wrong_makes_nothing(member):
    upload = kept(member, table(COMPLETE.format(n=1), "Two,xx"))
    with pytest.raises(submissions.Refused):
        bulk.make(upload, member, {})
    assert not Submission.objects.exists()


def test_drafts_may_lack_what_submitting_needs(member):
    upload = kept(member, b"title\nA\n")
    with pytest.raises(submissions.Refused):
        bulk.make(upload, member, {}, submit=True)
    assert len(bulk.make(upload, member, {})) == 1


def test_too_many_are_not_submitted_in_one_go(member, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_SUBMITTED", 1)
    upload = kept(member, table(COMPLETE.format(n=1), COMPLETE.format(n=2)))
    with pytest.raises(submissions.Refused, match="At most 1 publications"):
        bulk.make(upload, member, {}, submit=True)


def test_a_package_belongs_to_its_person_and_expires(people, good):
    assert bulk.kept(people["member"], good.pk)
    assert bulk.kept(people["other"], good.pk) is None
    assert bulk.kept(people["member"], uuid.uuid4()) is None
    Upload.objects.filter(pk=good.pk).update(expires_at=timezone.now())
    assert bulk.kept(people["member"], good.pk) is None
    receiving.tidy(timezone.now())
    assert not Upload.objects.exists()


def test_checking_takes_as_many_queries_for_many_rows_as_for_one(member):
    def queries(count):
        forget_labels()
        lines = [COMPLETE.format(n=n) for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            report = look(member, table(*lines))
        assert len(report.rows) == count
        return len(captured)

    assert queries(200) == queries(1)


# On the reader site -------------------------------------------------------------------

MANY = "/en/account/submissions/bulk/"


def send(client, content, name="records.csv", **chosen):
    return client.post(MANY, {"package": ContentFile(content, name), **chosen})


def test_the_page_describes_the_columns_in_the_readers_language(member, signed_in):
    client = signed_in("member")
    page = client.get(MANY)
    assert page.status_code == 200
    for name in bulk.COLUMNS:
        assert f"<code>{name}</code>" in page.text
    with translation.override("fr"):
        from django.urls import reverse

        french = client.get(reverse("submissions_many"))
    assert french.status_code == 200
    assert 'lang="fr"' in french.text


def test_the_empty_table_opens_in_each_language(signed_in):
    from django.urls import reverse

    client = signed_in("member")
    for language, separator in (("en", ","), ("es", ";"), ("fr", ";"), ("nl", ";")):
        with translation.override(language):
            answer = client.get(reverse("submissions_template"))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        text = answer.content.decode("utf-8-sig")
        assert text == separator.join(bulk.COLUMNS) + "\r\n"


def test_a_package_is_sent_looked_at_and_made(member, signed_in):
    client = signed_in("member")
    answer = send(client, table(COMPLETE.format(n=1)), shelf="public")
    assert answer.status_code == 302
    report = client.get(answer["Location"])
    assert "Everything is there." in report.text
    assert "Submit all" in report.text
    assert not Submission.objects.exists()
    done = client.post(answer["Location"], {"drafts": "1"}, follow=True)
    assert "1 draft was saved." in done.text
    twice = client.post(answer["Location"], {"drafts": "1"}, follow=True)
    assert twice.redirect_chain
    assert Submission.objects.count() == 1


def test_what_is_wrong_is_shown_and_can_be_taken_away_as_a_table(member, signed_in):
    client = signed_in("member")
    address = send(client, table("=cmd|x,xx,<script>alert(1)</script>"))["Location"]
    page = client.get(address)
    assert "Save all as drafts" not in page.text
    assert "<script>alert(1)" not in page.text
    taken = client.get(address.partition("?")[0] + "report.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(taken)))
    assert {(row["Row"], row["Column"], row["Value"]) for row in rows} >= {
        ("2", "record_language", "xx"),
        ("2", "document_type", "<script>alert(1)</script>"),
    }
    assert client.post(address, {"drafts": "1"}).status_code == 409
    assert not Submission.objects.exists()


def test_an_unreadable_package_is_answered_beside_the_field_and_not_kept(member, signed_in):
    client = signed_in("member")
    for content, name in (
        (b"colour\nred\n", "records.csv"),
        (b"MZ", "virus.exe"),
        (zipped({**GOOD, "../x.pdf": PDF}), "many.zip"),
        (b"", "records.csv"),
    ):
        answer = send(client, content, name)
        assert answer.status_code == 422
        assert "errorlist" in answer.text
    assert not Upload.objects.exists()


def test_a_package_can_be_discarded(member, signed_in):
    client = signed_in("member")
    address = send(client, table(COMPLETE.format(n=1)))["Location"]
    assert client.post(address, {"discard": "1"})["Location"] == MANY
    assert client.get(address).status_code == 404
    assert not Upload.objects.exists()


def test_nobody_else_gets_a_package(people, signed_in):
    address = send(signed_in("member"), table(COMPLETE.format(n=1)))["Location"]
    for name in ("other", "moderator", "focal"):
        client = signed_in(name)
        assert client.get(address).status_code == 404
        assert client.get(address.partition("?")[0] + "report.csv").status_code == 404
        assert client.post(address, {"drafts": "1"}).status_code == 404
    assert not Submission.objects.exists()


def test_who_may_not_submit_sends_nothing(people, person, signed_in, client):
    assert client.get(MANY).status_code == 302
    client.force_login(person("nora"))
    assert client.get(MANY).status_code == 403
    assert send(client, table(COMPLETE.format(n=1))).status_code == 403


def test_ones_own_submissions_can_be_taken_away_and_sent_again(people, signed_in):
    client = signed_in("member")
    upload = kept(
        people["member"],
        zipped({**GOOD, "records.csv": table(COMPLETE.format(n=1) + "a.pdf [es] Annex")}),
        "many.zip",
    )
    bulk.make(upload, people["member"], {})
    submissions.start(people["member"], record(title="@SUM(1)", contributors="nonsense"))
    submissions.start(people["other"], record(title="Somebody else's"))
    taken = client.get("/en/account/submissions/submissions.csv").content
    assert b"Somebody else" not in taken
    assert b"'@SUM(1)" in taken
    lines = tables.read(taken).lines
    assert [cells["title"] for _number, cells in lines] == ["Return to 1", "@SUM(1)"]
    assert lines[0][1]["files"] == "a.pdf [es] Annex"
    again = bulk.look(
        package_of(zipped({"records.csv": taken, "a.pdf": PDF}), "x.zip"), people["member"]
    )
    assert again.wrong == []
    assert again.rows[0].data["contributors"] == [
        {"role": "author", "family_name": "Brown", "given_name": "Carol"},
        {"role": "corporate-author", "family_name": "PIOJ", "given_name": ""},
    ]


def test_pages_take_as_many_queries_for_many_as_for_few(member, signed_in):
    client = signed_in("member")

    def queries(address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    few = send(client, table(COMPLETE.format(n=0)))["Location"]
    many = send(client, table(*(COMPLETE.format(n=n) for n in range(50))))["Location"]
    assert queries(few) == queries(many)
    own = "/en/account/submissions/submissions.csv"
    bulk.make(bulk.kept(member, uuid.UUID(few.split("/")[-2])), member, {})
    before = queries(own)
    bulk.make(bulk.kept(member, uuid.UUID(many.split("/")[-2])), member, {})
    assert queries(own) == before
