"""The list of mails: what needs somebody to look comes first, and who may look."""

from __future__ import annotations

import pytest
from django.core import mail as django_mail
from wagtail.models import ModelLogEntry

from cpmg import mail
from cpmg.mail.models import OutgoingMail
from cpmg.users.models import User
from tests.users.conftest import make

from .conftest import letter, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(ana) -> OutgoingMail:
    mail.queue(letter("Failed letter"), ana)
    OutgoingMail.objects.update(state="failed", error="550 5.1.1", attempts=1)
    return OutgoingMail.objects.get()


@pytest.fixture
def moderating(client, moderator):
    client.force_login(moderator)
    return client


def look(client, letter_, **posted):
    address = f"/admin/mail/edit/{letter_.pk}/"
    return client.post(address, posted, follow=True) if posted else client.get(address)


def test_what_failed_comes_first(moderating, failed, ana):
    for state in ("sent", "uncertain", "waiting"):
        mail.queue(letter(f"A {state} letter"), ana)
        newest = OutgoingMail.objects.latest("pk")
        OutgoingMail.objects.filter(pk=newest.pk).update(state=state)
    page = moderating.get("/admin/mail/").content.decode()
    places = [page.index(f"{name} letter") for name in ("Failed", "A uncertain", "A waiting")]
    assert [*places, page.index("A sent letter")] == sorted([*places, page.index("A sent letter")])
    assert "The mail server refused it (550 5.1.1)." in page
    only = moderating.get("/admin/mail/?state=sent").content.decode()
    assert "A sent letter" in only
    assert "Failed letter" not in only
    assert "Failed letter" in moderating.get("/admin/mail/?q=Failed").content.decode()
    assert moderating.get("/admin/mail/?ordering=-address").status_code == 200
    assert moderating.get("/admin/mail/?ordering=nonsense").status_code == 200


def test_nobody_reads_the_letters_of_others(moderating, failed):
    for address in ("/admin/mail/", f"/admin/mail/edit/{failed.pk}/"):
        page = moderating.get(address).content.decode()
        assert "Failed letter" in page
        assert "secret-link" not in page
        assert "It is published." not in page


def test_the_list_costs_the_same_however_long_it_is(moderating, failed, ana):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            moderating.get("/admin/mail/")
        return len(captured)

    queries()
    few = queries()
    for _letter in range(30):
        mail.queue(letter(), ana)
    assert queries() == few


def test_sent_again(moderating, moderator, failed):
    page = look(moderating, failed).content.decode()
    assert "Send again" in page
    assert "sent again" in look(moderating, failed, again="1").content.decode()
    assert states() == ["waiting"]
    assert len(django_mail.outbox) == 1
    entry = ModelLogEntry.objects.get(action="mail.send_again")
    assert entry.user == moderator
    page = look(moderating, failed).content.decode()
    assert "Send again" not in page
    assert "Give up" not in page
    answer = look(moderating, failed, again="1").content.decode()
    assert "has left" in answer
    assert len(django_mail.outbox) == 1


def test_given_up(moderating, failed):
    look(moderating, failed, **{"give-up": "1"})
    assert states() == ["dropped"]
    given_up = OutgoingMail.objects.get()
    assert (given_up.text, given_up.html) == ("", "")
    assert not django_mail.outbox
    assert ModelLogEntry.objects.filter(action="mail.give_up").exists()
    assert "Given up by an editor" in look(moderating, failed).content.decode()


def test_an_uncertain_letter_is_sent_again_knowingly(moderating, failed):
    OutgoingMail.objects.update(state="uncertain", error="lost")
    page = look(moderating, failed).content.decode()
    assert "may arrive twice" in page
    assert "was ended" in page


def test_markup_in_a_subject_stays_text(moderating, ana):
    mail.queue(letter("<script>alert(1)</script>"), ana)
    sent = OutgoingMail.objects.get()
    for address in ("/admin/mail/", f"/admin/mail/edit/{sent.pk}/"):
        assert "<script>alert(1)" not in moderating.get(address).content.decode()


# Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["", "new/", "edit/{pk}/", "delete/{pk}/", "history/{pk}/"])
def test_members_reach_no_mail(client, member, failed, action):
    client.force_login(member)
    address = "/admin/mail/" + action.format(pk=failed.pk)
    assert client.get(address, follow=True).status_code in (403, 404)
    client.post(address, {"again": "1"})
    assert states() == ["failed"]


@pytest.mark.parametrize("action", ["new/", "delete/{pk}/"])
def test_nobody_writes_or_removes_mail_in_the_admin(client, failed, action):
    client.force_login(User.objects.create_superuser("ada@example.org", "x"))
    address = "/admin/mail/" + action.format(pk=failed.pk)
    assert client.get(address)["Location"] == "/admin/"
    client.post(address)
    assert states() == ["failed"]


@pytest.mark.parametrize("group", ["Editors", "Moderators"])
def test_editors_and_moderators_look_after_mail(client, failed, group):
    client.force_login(make("eddie@example.org", group))
    home = client.get("/admin/").content.decode()
    assert "Mail that did not arrive" in home
    assert "/admin/mail/" in home
    assert look(client, failed).status_code == 200


def test_the_dashboard_speaks_of_mail_only_when_something_failed(client, moderator, ana):
    mail.queue(letter(), ana)
    client.force_login(moderator)
    assert "Mail that did not arrive" not in client.get("/admin/").content.decode()
    OutgoingMail.objects.update(state="uncertain")
    assert "Uncertain: 1." in client.get("/admin/").content.decode()


def test_what_waits_can_be_given_up(moderating, ana):
    mail.queue(letter(), ana)
    waiting = OutgoingMail.objects.get()
    page = look(moderating, waiting).content.decode()
    assert "Give up" in page
    assert "Send again" not in page
    look(moderating, waiting, **{"give-up": "1"})
    assert states() == ["dropped"]
