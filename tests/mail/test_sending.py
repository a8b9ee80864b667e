"""With a real mail server that fails in every way we know: what can be sent is sent, once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from cpmg import mail, work
from cpmg.mail import outgoing
from cpmg.mail.models import OutgoingMail

from .conftest import due, letter, states

pytestmark = pytest.mark.django_db


def wait_of(sent: OutgoingMail) -> timedelta:
    return sent.available_at - timezone.now()


def test_a_letter_arrives_with_text_and_html(ana, server, settings):
    settings.DEFAULT_FROM_EMAIL = "CPMG <cpmg@iom.example>"
    mail.queue(letter("Publicación aprobada – “Ñandú”"), ana, category="submissions")
    queued = OutgoingMail.objects.get()
    assert outgoing.drain().done == 1
    (message,) = server.messages
    assert message["Subject"] == "Publicación aprobada – “Ñandú”"
    assert message["From"] == "CPMG <cpmg@iom.example>"
    assert message["Message-ID"] == queued.message_id
    assert queued.message_id.endswith("@iom.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert "It is published." in text.get_content()
    assert "It is published." in html.get_content()
    url = message["List-Unsubscribe"].strip(" <>")
    assert url in text.get_content()
    assert url in html.get_content()


def test_an_essential_letter_cannot_be_switched_off(ana, server):
    mail.queue(letter(), ana)
    outgoing.drain()
    (message,) = server.messages
    assert message["List-Unsubscribe"] is None
    assert "unsubscribe" not in message.as_string()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("asks to come back", "450 4.2.0"),
        ("is full", "452 4.3.1"),
        ("hangs", "SMTPServerDisconnected"),
    ],
)
def test_what_fails_for_now_is_sent_later(ana, server, fault, code):
    mail.queue(letter(), ana)
    server.fault = fault
    drained = outgoing.drain()
    assert (drained.done, drained.failed, drained.errors) == (0, 1, {code})
    put_off = OutgoingMail.objects.get()
    assert (put_off.state, put_off.attempts, put_off.error) == ("waiting", 1, code)
    assert "secret" not in put_off.reason
    assert timedelta(seconds=50) < wait_of(put_off) <= timedelta(minutes=1)
    assert outgoing.drain().failed == 0, "not at once"
    server.fault = None
    due()
    assert outgoing.drain().done == 1
    assert len(server.messages) == 1
    assert states() == ["sent"]
    assert OutgoingMail.objects.get().error == ""


def test_a_server_that_is_away_is_waited_for(ana, server, settings):
    for _time in range(3):
        mail.queue(letter(), ana)
    settings.EMAIL_PORT = 9  # where nobody listens
    drained = outgoing.drain()
    assert (drained.failed, drained.errors) == (1, {"ConnectionRefusedError"})
    assert states() == ["waiting"] * 3
    attempts = OutgoingMail.objects.order_by("pk").values_list("attempts", flat=True)
    assert list(attempts) == [1, 0, 0], "one letter finds out for all"
    settings.EMAIL_PORT = server.port
    due()
    assert outgoing.drain().done == 3


def test_each_wait_is_longer_up_to_four_hours_for_three_days(ana, server):
    mail.queue(letter(), ana)
    server.fault = "asks to come back"
    waits = []
    for _attempt in range(11):
        due()
        outgoing.drain()
        waits.append(round(wait_of(OutgoingMail.objects.get()).total_seconds() / 60))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    OutgoingMail.objects.update(give_up_at=timezone.now())
    due()
    outgoing.drain()
    failed = OutgoingMail.objects.get()
    assert (failed.state, failed.error) == ("failed", "450 4.2.0")


@pytest.mark.parametrize(
    ("fault", "code"),
    [("knows nobody of that name", "550 5.1.1"), ("refuses the content", "554 5.7.1")],
)
def test_what_is_refused_for_good_fails_at_once(ana, server, fault, code):
    mail.queue(letter(), ana)
    server.fault = fault
    outgoing.drain()
    failed = OutgoingMail.objects.get()
    assert (failed.state, failed.attempts, failed.error) == ("failed", 1, code)
    assert "refused" in failed.reason
    due()
    outgoing.drain()
    assert server.messages == []


def test_one_that_is_refused_keeps_no_other_back(ana, member, server):
    mail.queue(letter(), ana)
    mail.queue(letter(), member)
    server.fault, server.only = "knows nobody of that name", ana.email
    drained = outgoing.drain()
    assert (drained.done, drained.failed) == (1, 1)
    assert states() == ["failed", "sent"]


@pytest.mark.parametrize("fault", ["falls silent", "breaks off"])
def test_what_the_server_may_have_is_uncertain_and_not_sent_twice(ana, server, fault):
    mail.queue(letter(), ana)
    server.fault = fault
    outgoing.drain()
    assert states() == ["uncertain"]
    assert "may have arrived" in OutgoingMail.objects.get().reason
    server.fault = None
    due()
    outgoing.drain()
    assert len(server.messages) == 1
    assert outgoing.send_again(OutgoingMail.objects.get())
    outgoing.drain()
    assert len(server.messages) == 2
    assert states() == ["sent"]


class Killed(BaseException):
    """As of a process: nothing is tidied up."""


def test_what_a_killed_process_was_sending_is_uncertain(ana, server, monkeypatch):
    mail.queue(letter(), ana)

    def killed(*args):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("cpmg.mail.backends.SMTPBackend.send_messages", killed)
        with pytest.raises(Killed):
            outgoing.drain()
    assert states() == ["sending"]
    assert outgoing.drain().done == 0, "the lease still holds"
    assert outgoing.is_waiting()
    due()
    outgoing.drain()
    assert states() == ["uncertain"]
    assert server.messages == []
    assert not outgoing.is_waiting()


def test_who_sent_it_although_the_lease_was_over_may_say_so(ana, server):
    mail.queue(letter(), ana)
    slow = outgoing.take()
    due()
    outgoing.tidy()
    assert states() == ["uncertain"]
    outgoing.settle(slow, outgoing.Outcome(outgoing.State.SENT))
    assert states() == ["sent"]


def test_what_an_editor_took_up_is_not_settled_by_a_late_process(ana, server):
    mail.queue(letter(), ana)
    slow = outgoing.take()
    due()
    outgoing.tidy()
    assert outgoing.give_up(OutgoingMail.objects.get())
    outgoing.settle(slow, outgoing.Outcome(outgoing.State.FAILED))
    assert states() == ["dropped"]


def test_a_letter_is_taken_once(ana):
    mail.queue(letter(), ana)
    mail.queue(letter(), ana)
    first, second = outgoing.take(), outgoing.take()
    assert first.pk != second.pk
    assert outgoing.take() is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer.")
@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_letter_once(ana, server):
    for number in range(40):
        mail.queue(letter(f"Letter {number}"), ana)
    start = threading.Barrier(3)

    def drain():
        try:
            start.wait(10)
            outgoing.drain()
            outgoing.drain()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=drain) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(message["Subject"] for message in server.messages) == sorted(
        f"Letter {number}" for number in range(40)
    )
    assert set(states()) == {"sent"}


def test_the_worker_sends(ana, server, capsys):
    mail.queue(letter(), ana)
    call_command("worker", "mail", "--once")
    assert "mail: 1 done" in capsys.readouterr().out
    server.fault = "is full"
    mail.queue(letter(), ana)
    with pytest.raises(SystemExit):
        call_command("worker", "mail", "--once")
    assert "1 failed: 452 4.3.1" in capsys.readouterr().out


def test_mail_is_one_of_the_queues():
    assert "mail" in work.queues()


def test_the_status_is_for_monitoring(ana, server, capsys):
    mail.queue(letter(), ana)
    call_command("mail_status")
    assert "waiting 1" in capsys.readouterr().out
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(SystemExit) as left:
        call_command("mail_status")
    assert left.value.code == 1
    server.fault = "knows nobody of that name"
    outgoing.drain()
    with pytest.raises(SystemExit):
        call_command("mail_status", "--json")
    out = capsys.readouterr().out
    assert '"failed": 1' in out
    assert "127.0.0.1" not in out


def test_mails_may_go_into_a_folder(ana, settings, tmp_path):
    settings.MAIL_BACKEND = "cpmg.mail.backends.FileBackend"
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    mail.queue(letter(), ana)
    mail.queue(letter(), ana)
    outgoing.drain()
    files = sorted((tmp_path / "mail").iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    assert b"It is published." in files[0].read_bytes()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("consolemail://", {"MAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        (
            "filemail:///var/mail/cpmg",
            {"MAIL_BACKEND": "cpmg.mail.backends.FileBackend", "MAIL_FOLDER": "/var/mail/cpmg"},
        ),
        (
            "smtp+tls://me%40iom.int:p%2Fw@smtp.iom.int",
            {
                "MAIL_BACKEND": "cpmg.mail.backends.SMTPBackend",
                "EMAIL_HOST": "smtp.iom.int",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "me@iom.int",
                "EMAIL_HOST_PASSWORD": "p/w",
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtp+ssl://smtp.iom.int", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        ("smtp://localhost:2525", {"EMAIL_PORT": 2525}),
    ],
)
def test_the_address_of_the_mail_server_is_one_setting(url, expected):
    from cpmg.settings.base import mail_settings

    found = mail_settings(url)
    assert {name: found[name] for name in expected} == expected
    assert "EMAIL_BACKEND" not in found, "whoever writes mail, writes into the queue"
