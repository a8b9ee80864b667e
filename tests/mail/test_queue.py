"""Letters are queued with what they tell, once, and leave after the commit."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection, connections, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from cpmg import mail, work
from cpmg.mail import categories, conditions, outgoing
from cpmg.mail.models import OutgoingMail
from cpmg.users import leaving
from tests.users.conftest import make

from .conftest import letter, states

pytestmark = pytest.mark.django_db


def test_what_is_rolled_back_is_not_sent(ana):
    with transaction.atomic():
        mail.queue(letter(), ana, event="a")
        transaction.set_rollback(True)
    assert not django_mail.outbox
    assert states() == []


def test_one_event_is_told_once(ana, member):
    for _time in range(3):
        mail.queue(letter(), ana, event="submission:1:approved")
    mail.queue(letter(), member, event="submission:1:approved")
    mail.queue(letter(), ana, event="submission:2:approved")
    assert [message.to[0] for message in django_mail.outbox] == [
        ana.email,
        member.email,
        ana.email,
    ]
    mail.queue(letter(), ana, event="submission:1:approved")  # also when it has long been told
    assert len(django_mail.outbox) == 3


def test_without_an_event_each_call_is_one(ana):
    mail.queue(letter(), ana)
    mail.queue(letter(), ana)
    assert len(django_mail.outbox) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer.")
@pytest.mark.django_db(transaction=True)
def test_two_who_tell_of_one_event_at_once_tell_it_once(ana):
    start = threading.Barrier(4)

    def tell():
        try:
            start.wait(10)
            with transaction.atomic():
                mail.queue(letter(), ana, event="a")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states() == ["waiting"]


def test_queueing_reaches_no_network(ana, settings):
    settings.MAIL_BACKEND = "cpmg.mail.backends.NoSuchBackend"
    mail.queue(letter(), ana)
    assert states() == ["waiting"]


def test_nothing_is_sent_inside_a_transaction(ana):
    mail.queue(letter(), ana)
    with transaction.atomic(), pytest.raises(RuntimeError):
        outgoing.drain()


def test_a_commit_wakes_the_queue(ana, settings, django_capture_on_commit_callbacks):
    settings.DRAIN_AFTER_COMMIT = True
    with django_capture_on_commit_callbacks() as callbacks:
        for _time in range(3):
            mail.queue(letter(), ana)
    assert callbacks == [work.queues()["mail"].drainer.wake]


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_a_letter_is_written_in_the_language_of_its_recipient(language):
    person = make("p@example.org", language=language)
    with translation.override("fr" if language != "fr" else "nl"):
        mail.queue(lambda: mail.Letter(gettext("Your account"), [gettext("Search")]), person)
    (message,) = django_mail.outbox
    with translation.override(language):
        assert message.subject == gettext("Your account")
        assert gettext("Search") in message.body
        assert gettext("Caribbean Platform for Migration Governance") in message.body
    assert message.extra_headers["Content-Language"] == language
    (html, kind) = message.alternatives[0]
    assert kind == "text/html"
    assert f'lang="{language}"' in html


def test_the_language_of_who_queues_stays_as_it_was(ana):
    with translation.override("nl"):
        mail.queue(letter(), ana)
        assert translation.get_language() == "nl"


def test_bodies_are_gone_once_sent(ana):
    mail.queue(letter(), ana)
    assert "secret-link" in OutgoingMail.objects.get().text
    assert "secret-link" in django_mail.outbox[0].body
    sent = OutgoingMail.objects.get()
    assert (sent.state, sent.text, sent.html) == ("sent", "", "")
    assert sent.sent_at


# Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "Report\nBcc: all@example.org",
        "Report\r\n\r\n<html>",
        "Report\x00\x0b\x0c\x1c\x85\u2028Bcc: all@example.org",
        "\u202etxt.exe report",
    ],
)
def test_a_subject_is_one_line_and_no_header(ana, server, subject):
    mail.queue(letter(subject, "Line\x00"), ana)
    assert outgoing.drain().done == 1
    (message,) = server.messages
    assert message["To"] == "ana@example.org"
    assert message["Bcc"] is None
    assert "Report" in message["Subject"] or "report" in message["Subject"]
    assert not set("\r\n\x00\u2028\u202e") & set(message["Subject"])


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@example.org\nBcc: all@example.org", "a@example.org, b@example.org"]
)
def test_an_address_is_one_address_or_gets_nothing(db, address):
    mail.queue(letter(), mail.Address(address, "en"))
    assert states() == []


def test_markup_in_a_letter_stays_text(ana):
    mail.queue(letter("<b>Title</b>", "<script>alert(1)</script>"), ana)
    (message,) = django_mail.outbox
    assert "<script>alert(1)</script>" in message.body
    html = message.alternatives[0][0]
    assert "<script>" not in html
    assert "<b>Title" not in html


def test_a_long_subject_is_cut(ana):
    mail.queue(letter("x" * 5000), ana)
    assert len(django_mail.outbox[0].subject) == 200


def test_a_category_and_a_condition_must_be_known(ana):
    with pytest.raises(LookupError):
        mail.queue(letter(), ana, category="nonsense")
    with pytest.raises(LookupError):
        mail.queue(letter(), ana, about=("nonsense", 1))
    with pytest.raises(ValueError, match="account"):
        mail.queue(letter(), mail.Address("x@example.org", "en"), category="tasks")


# Just before it leaves ----------------------------------------------------------------------


@pytest.fixture
def visible(monkeypatch):
    monkeypatch.setattr(conditions, "_known", {})
    seen = {"x"}
    conditions.register("test.may_see", lambda person, key: key in seen)
    return seen


def test_what_no_longer_concerns_the_person_is_dropped(ana, visible):
    mail.queue(letter(), ana, about=("test.may_see", "x"))
    mail.queue(letter(), ana, about=("test.may_see", "x"))
    visible.clear()
    assert not django_mail.outbox
    assert states() == ["dropped", "dropped"]
    dropped = OutgoingMail.objects.first()
    assert (dropped.text, dropped.html) == ("", "")
    assert "no longer concerns" in dropped.reason


def test_what_still_concerns_the_person_is_sent(ana, visible):
    mail.queue(letter(), ana, about=("test.may_see", "x"))
    assert len(django_mail.outbox) == 1


def test_the_disabled_get_nothing(ana):
    mail.queue(letter(), ana)
    mail.queue(letter(), mail.Address("other@example.org", "en", person=ana))
    ana.is_active = False
    ana.save()
    assert not django_mail.outbox
    assert states() == ["dropped", "dropped"]


def test_what_was_switched_off_meanwhile_is_dropped(ana):
    mail.queue(letter(), ana, category="submissions")
    mail.queue(letter(), ana, category="tasks")
    mail.queue(letter(), ana)
    categories.switch_off(ana, "submissions")
    assert len(django_mail.outbox) == 2
    assert states() == ["dropped", "sent", "sent"]


def test_a_condition_that_cannot_be_asked_puts_the_letter_off(ana, monkeypatch):
    monkeypatch.setattr(conditions, "_known", {"test.fails": lambda person, key: 1 / 0})
    mail.queue(letter(), ana, about=("test.fails", 1))
    mail.queue(letter(), ana)
    drained = outgoing.drain()
    assert (drained.done, drained.failed) == (1, 1)
    assert states() == ["waiting", "sent"]
    monkeypatch.setattr(conditions, "_known", {})  # a process older than the letter
    OutgoingMail.objects.update(available_at=timezone.now())
    assert outgoing.drain().failed == 1


# Afterwards ---------------------------------------------------------------------------------


def test_a_deleted_person_takes_their_mail_along(ana, member):
    mail.queue(letter(), ana)
    mail.queue(letter(), mail.Address("ANA@example.org", "es"))
    mail.queue(letter(), member)
    outgoing.forget_person(ana)
    ana.delete()
    assert OutgoingMail.objects.get().recipient == member


def test_the_export_of_ones_data_tells_what_was_written(ana, member):
    mail.queue(letter("To Ana"), ana)
    mail.queue(letter("To Maya"), member)
    categories.switch_off(ana, "submissions")
    data = leaving.own_data(ana)
    assert [message["subject"] for message in data["messages"]] == ["To Ana"]
    assert data["notifications"]["submissions"] is False
    assert "secret-link" not in str(data)


def test_what_is_long_past_is_forgotten(ana, monkeypatch):
    for state in ("sent", "dropped", "failed", "uncertain", "waiting", "sent"):
        mail.queue(letter(), ana)
        newest = OutgoingMail.objects.latest("pk")
        OutgoingMail.objects.filter(pk=newest.pk).update(
            state=state,
            created_at=timezone.now() - timedelta(days=91),
            available_at=timezone.now() + timedelta(days=1),
        )
    OutgoingMail.objects.filter(pk=newest.pk).update(created_at=timezone.now() - timedelta(days=89))
    mail.queue(letter(), mail.Address("stranger@example.org", "en"))
    OutgoingMail.objects.filter(recipient=None).update(
        state="sent", created_at=timezone.now() - timedelta(days=8)
    )
    monkeypatch.setattr(outgoing, "_tidied_at", 0.0)
    outgoing.tidy()
    assert states() == ["waiting", "sent"]


def test_letters_of_a_conversation_belong_together(ana):
    mail.queue(letter(), ana, thread="submission:1")
    mail.queue(letter(), ana, thread="submission:1")
    mail.queue(letter(), ana, thread="submission:2")
    first, second, other = (message.extra_headers for message in django_mail.outbox)
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["References"] != other["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_what_others_write_is_queued_too(ana, settings):
    settings.EMAIL_BACKEND = "cpmg.mail.backends.QueueBackend"
    django_mail.send_mail(
        "Page\xa0approved", "Text", None, [ana.email, "x@example.org"], html_message="<p>HTML</p>"
    )
    assert states() == ["waiting", "waiting"]
    first, second = django_mail.outbox
    assert (first.to, second.to) == (["ana@example.org"], ["x@example.org"])
    assert first.subject == "Page approved"
    assert first.alternatives[0][0] == "<p>HTML</p>"
    assert first.extra_headers["Content-Language"] == "es"


def test_a_pass_costs_the_same_for_each_letter(ana, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    def queries(letters: int) -> int:
        for _letter in range(letters):
            mail.queue(letter(), ana, category="submissions")
        with CaptureQueriesContext(connection) as captured:
            assert outgoing.drain().done == letters
        return len(captured)

    queries(1)
    one, eleven, twentyone = queries(1), queries(11), queries(21)
    assert (eleven - one) == (twentyone - eleven)
