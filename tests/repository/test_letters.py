"""Who is written to at each step, in which language, and how often."""

from __future__ import annotations

import json

import pytest
from django.core import mail

from cpmg.users import leaving
from repository import submissions, withdrawals
from repository.models import PublicationPage, Submission

from .conftest import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters():
    """The letters since one last looked: addresses and subjects."""

    def new():
        found = [(message.to[0].partition("@")[0], message.subject) for message in mail.outbox]
        mail.outbox.clear()
        return found

    return new


def decide(what, submission, user, **how):
    edition = submissions.edition(submission)
    return getattr(submissions, what)(submission, user, edition=edition, **how)


def test_from_the_submission_to_the_library_of_a_network(submitted, people, letters):
    submission = submitted("network:diaspora")
    assert set(letters()) == {
        ("maya", "Hemos recibido «Return migration to Jamaica»"),
        ("edwin", "« Return migration to Jamaica » attend votre décision"),
        ("monique", "“Return migration to Jamaica” waits for your decision"),
    }
    decide("approve", submission, people["editor"])
    assert {name for name, _subject in letters()} == {"maya", "fiona"}
    decide("approve", submission, people["focal"])
    assert letters() == [("maya", "Se ha publicado «Return migration to Jamaica»")]


def test_the_reasons_reach_the_submitter(submitted, people, letters):
    submission = submitted()
    letters()
    decide("request_changes", submission, people["editor"], comment="Which <year>? 100 % sure")
    (message,) = mail.outbox
    assert message.to == ["maya@example.org"]
    assert "Which <year>? 100 % sure" in message.body
    html = message.alternatives[0][0]
    assert "Which &lt;year&gt;?" in html
    assert f"/es/cuenta/envios/{submission.key}/" in message.body
    mail.outbox.clear()
    submissions.submit(submission, people["member"])
    letters()
    decide("reject", submission, people["editor"], comment="Not about migration")
    (message,) = mail.outbox
    assert "Not about migration" in message.body


def test_once_for_each_event(submitted, people, letters):
    submission = submitted()
    letters()
    submissions.submit(submission, people["member"])
    assert letters() == []


def test_letters_say_how_to_switch_them_off(submitted, people):
    submitted()
    for message in mail.outbox:
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_nobody_is_told_about_what_they_may_no_longer_see(submitted, people, letters):
    submitted()
    people["editor"].groups.clear()
    assert {name for name, _subject in letters()} == {"maya", "monique"}


def test_a_withdrawal_is_asked_for_and_told(submitted, people, letters):
    submission = submitted()
    decide("approve", submission, people["editor"])
    letters()
    submissions.withdraw(submission, people["member"], "A newer one is coming")
    assert {name for name, _subject in letters()} == {"edwin", "monique"}
    withdrawals.withdraw_publication(
        PublicationPage.objects.get(), people["moderator"], "Wrong figures"
    )
    (message,) = mail.outbox
    assert "Wrong figures" in message.body


# Leaving ------------------------------------------------------------------------------


def test_who_leaves_takes_drafts_along_and_leaves_the_rest(submitted, people):
    published = submitted()
    decide("approve", published, people["editor"])
    waiting = submitted(title="Another report")
    submissions.start(people["member"], record(title="Never submitted"))
    kept = json.dumps(leaving.own_data(people["member"]), default=str)
    assert "Never submitted" in kept
    assert "Another report" in kept
    leaving.delete(people["member"])
    titles = set(Submission.objects.values_list("title", flat=True))
    assert titles == {"Return migration to Jamaica", "Another report"}
    published.refresh_from_db()
    assert (published.submitter, published.organisation) == (None, "PIOJ")
    waiting.refresh_from_db()
    decide("approve", waiting, people["editor"])
    assert PublicationPage.objects.live().count() == 2
    assert submissions.history(published)[0].who is None
