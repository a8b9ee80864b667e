"""The log of submissions and publications: who reads it, what it says, what leaves it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from openpyxl import load_workbook
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import ModelLogEntry, PageLogEntry

from cpmg.users import leaving
from repository import submissions, withdrawals
from repository.factories import SubmissionFactory

pytestmark = pytest.mark.django_db
AUDIT = "desk_audit"


@pytest.fixture
def eventful(submitted: Any, people: Any) -> Any:
    """A submission that was approved, published and withdrawn."""
    submission = submitted()
    edition = submissions.edition(submission)
    submissions.approve(submission, people["editor"], edition=edition, comment="Fine work")
    submission.page.refresh_from_db()
    withdrawals.withdraw_publication(submission.page, people["moderator"], "An error")
    return submission


def rows(client: Any, question: str = "") -> list[tuple[str, str]]:
    entries = client.get(reverse(AUDIT) + question).context["object_list"]
    return [(entry.who, entry.did) for entry in entries]


@pytest.mark.parametrize("name", [AUDIT, f"{AUDIT}_results"])
@pytest.mark.parametrize("question", ["", "?export=csv", "?export=xlsx"])
def test_who_reads_the_log(eventful, people, signed_in, name, question):
    answers = {who: signed_in(who).get(reverse(name) + question).status_code for who in people}
    assert answers == {
        "member": 302,
        "other": 302,
        "editor": 200,
        "moderator": 200,
        "focal": 404,
        "admin": 200,
    }


def test_it_says_who_did_what_and_why(eventful, signed_in):
    client = signed_in("editor")
    found = rows(client)
    for row in (
        ("Maya", "Submitted for review"),
        ("Edwin", "Approved"),
        ("The platform", "Published"),
        ("Monique", "Publication withdrawn"),
        ("Monique", "Withdrawn"),
    ):
        assert row in found
    html = " ".join(client.get(reverse(AUDIT)).content.decode().split())
    assert "Fine work" in html
    assert "An error" in html
    assert reverse("desk_submission", kwargs={"key": eventful.key}) in html


def test_drafts_that_were_never_submitted_are_not_in_it(people, signed_in):
    draft = submissions.start(people["member"], {"title": "A private draft"})
    submissions.delete(draft, people["member"])
    assert "A private draft" not in signed_in("editor").get(reverse(AUDIT)).content.decode()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("?person=edwin", {"Edwin"}),
        ("?person=MAYA@example", {"Maya"}),
        ("?person=nobody", set()),
        ("?action=submission.approved", {"Edwin"}),
        ("?action=publication.withdrawn", {"Monique"}),
        ("?label=jamaica&action=submission.submitted", {"Maya"}),
        ("?label=haiti", set()),
        ("?timestamp_from=2999-01-01", set()),
        ("?timestamp_to=1999-01-01", set()),
    ],
)
def test_filters(eventful, signed_in, question, expected):
    assert {who for who, _did in rows(signed_in("editor"), question)} == expected


@pytest.mark.parametrize("question", ["?timestamp_from=x", "?action=x", "?p=x", "?person=%00"])
def test_bad_questions_are_no_error(eventful, signed_in, question):
    assert signed_in("editor").get(reverse(AUDIT) + question).status_code == 200


def test_closed_accounts_have_no_name(eventful, people, signed_in):
    leaving.delete(people["member"])
    found = rows(signed_in("editor"))
    assert ("deleted account", "Submitted for review") in found
    assert not any(who == "Maya" for who, _did in found)


FORMULAS = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(1)", "\t=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(submitted, people, signed_in, formula):
    submission = submitted(title=f"{formula} report")
    edition = submissions.edition(submission)
    submissions.reject(submission, people["editor"], edition=edition, comment=formula)
    client = signed_in("editor")
    text = b"".join(client.get(reverse(AUDIT) + "?export=csv").streaming_content).decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any(formula.strip() in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    whole = b"".join(client.get(reverse(AUDIT) + "?export=xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(whole)).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_the_log_is_not_edited(eventful):
    """No address leads to an entry of it."""
    entries = [*ModelLogEntry.objects.all(), *PageLogEntry.objects.all()]
    assert entries
    assert not any(AdminURLFinder().get_edit_url(entry) for entry in entries)
    assert not any("logentry" in str(pattern) for pattern in get_resolver().url_patterns)


def test_queries_do_not_grow(people, signed_in):
    client = signed_in("editor")
    counted = []
    for number in (10, 1000):
        for _ in range(min(number, 60)):
            submission = SubmissionFactory()
            submissions.note(submission, "submitted", submission.submitter)
        entry = ModelLogEntry.objects.filter(action="submission.submitted").first()
        ModelLogEntry.objects.bulk_create(
            ModelLogEntry(
                **{
                    field.attname: getattr(entry, field.attname)
                    for field in entry._meta.concrete_fields
                    if not field.primary_key
                }
            )
            for _ in range(number)
        )
        client.get(reverse(AUDIT))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(AUDIT))
        counted.append(len(queries))
    assert counted[0] == counted[1] < 50
