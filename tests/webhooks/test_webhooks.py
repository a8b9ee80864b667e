"""Other servers are told what happens: signed, until they have it; nothing inside is reached."""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from cpmg.users.models import User
from cpmg.webhooks import addresses, outgoing, sending
from cpmg.webhooks.models import Delivery, Endpoint, Event
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from pages import factories as make
from repository.factories import LibraryPageFactory, PublicationPageFactory, RepositoryPageFactory

pytestmark = pytest.mark.django_db
State = Delivery.State


class Receiver(ThreadingHTTPServer):
    """Answers as it is told, and keeps what it got."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got = []
        self.answers = []
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1200\r\n\r\n")
            for _number in range(1200):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.url)
        answer = b"y" * 5000 if status == 200 else b""
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_MAY_USE_HTTP = settings.WEBHOOKS_MAY_GO_INSIDE = True
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(receiver):
    return Endpoint.objects.create(name="Front end", url=receiver.url, events=list(Event.values))


def events():
    return [(one.event, json.loads(one.payload)["data"]) for one in Delivery.objects.order_by("pk")]


def test_a_published_page_is_told_of_and_the_receiver_can_verify_it(receiver, endpoint):
    page = make.ContentPageFactory(title="Néw", slug="new")
    page.save_revision().publish()
    outgoing.drain()
    [(path, headers, body)] = receiver.got
    assert path == "/hook?x=1"
    said = Webhook(endpoint.secret).verify(body, headers)
    assert said["type"] == "page.published"
    assert said["data"]["id"] == page.pk
    assert said["data"]["title"] == "Néw"
    assert said["data"]["locale"] == "en"
    assert said["data"]["url"].endswith("/en/new/")
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace("Néw", "Old"), headers)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == (State.DELIVERED, 204)
    assert headers["webhook-id"] == delivery.message_id


def test_what_happens_to_a_page_is_told_in_order(endpoint):
    section = make.ContentPageFactory(title="Section", slug="section")
    page = make.ContentPageFactory(title="Page", slug="page")
    page.save_revision().publish()
    page.move(section, pos="last-child")
    type(page).objects.get(pk=page.pk).unpublish()
    type(page).objects.get(pk=page.pk).save_revision().publish()
    type(page).objects.get(pk=page.pk).delete()
    told = events()
    assert [event for event, _data in told] == [
        *("page.published", "page.moved", "page.unpublished", "page.published", "page.deleted"),
    ]
    assert {data["id"] for _event, data in told} == {page.pk}
    assert told[1][1]["path_before"] == "/en/page/"
    assert told[1][1]["url"].endswith("/en/section/page/")


def test_deleting_a_section_tells_of_each_page_below_it(endpoint):
    section = make.ContentPageFactory(title="Section", slug="section")
    inner = make.ContentPageFactory(title="Inner", slug="inner", parent=section)
    numbers = {section.pk, inner.pk}
    section.delete()
    assert {data["id"] for event, data in events() if event == "page.deleted"} == numbers
    assert len(events()) == 2


def test_filters_are_by_event_type_language_and_network(endpoint):
    network = make.NetworkFactory(code="data")
    make.EventCalendarPageFactory()
    make.EventCalendarPageFactory(locale="es")
    for number, (field, value, expected) in enumerate(
        (
            ("events", ["page.deleted"], []),
            ("types", ["pages.EventPage"], ["In English", "En español"]),
            ("locales", ["es"], ["En español"]),
            ("networks", ["data"], ["In English"]),
            ("networks", ["counter-trafficking"], []),
        )
    ):
        Endpoint.objects.update(events=list(Event.values), types=[], locales=[], networks=[])
        Endpoint.objects.update(**{field: value})
        Delivery.objects.all().delete()
        english = make.EventPageFactory(title="In English", slug=f"e-{number}", networks=[network])
        spanish = make.EventPageFactory(title="En español", slug=f"s-{number}", locale="es")
        for page in (english, spanish):
            page.save_revision().publish()
        assert [data["title"] for _event, data in events()] == expected, (field, value)
    Endpoint.objects.update(is_active=False)
    Delivery.objects.all().delete()
    english.save_revision().publish()
    assert events() == []


def test_nothing_is_told_of_what_is_restricted(endpoint):
    repository = RepositoryPageFactory()
    NetworkIndexPageFactory()
    library = LibraryPageFactory(parent=NetworkPageFactory(title="Data"))
    Delivery.objects.all().delete()
    secret = PublicationPageFactory(parent=library, title="Secret", slug="secret")
    secret.save_revision().publish()
    secret.unpublish()
    secret.save_revision().publish()
    assert events() == []
    page = PublicationPageFactory(parent=repository, title="Was open", slug="was-open")
    page.move(library, pos="last-child")
    assert events() == [("page.moved", {"id": page.pk, "type": "repository.PublicationPage"})]
    Delivery.objects.all().delete()
    shelf = type(repository).objects.get(pk=repository.pk)
    type(page).objects.get(pk=page.pk).move(shelf, pos="last-child")
    [(event, data)] = events()
    assert (event, data["title"], data["path_before"]) == ("page.moved", "Was open", None)
    Delivery.objects.all().delete()
    secret.delete()
    draft = make.ContentPageFactory(title="Draft", slug="draft", live=False)
    draft.delete()
    assert events() == []


# Retries ------------------------------------------------------------------------------


def later(**fields):
    Delivery.objects.update(available_at=timezone.now() - timedelta(seconds=1), **fields)


def test_it_is_sent_again_under_the_same_number_until_it_is_taken(receiver, endpoint):
    receiver.answers[:] = [500, 302, 429, 204]
    outgoing.test(endpoint)
    for number in range(1, 4):
        assert outgoing.drain().failed == 1
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts) == (State.WAITING, number)
        wait = delivery.available_at - timezone.now()
        assert wait > outgoing.WAITS[number - 1] - timedelta(seconds=5)
        assert outgoing.drain().failed == 0  # not before its time
        later()
    assert outgoing.drain().done == 1
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 4
    assert timedelta(days=3) < sum(outgoing.WAITS, timedelta()) < timedelta(days=5)


def test_it_is_given_up_after_days_and_can_be_replayed(receiver, endpoint):
    receiver.answers[:] = [500]
    outgoing.test(endpoint)
    later(attempts=len(outgoing.WAITS))
    outgoing.drain()
    delivery = Delivery.objects.get()
    assert delivery.state == State.FAILED
    assert outgoing.replay(delivery)
    assert not outgoing.replay(delivery)
    assert outgoing.drain().done == 1
    assert receiver.got[0][1]["webhook-id"] == receiver.got[1][1]["webhook-id"]


def test_what_a_killed_process_was_sending_is_sent_again(receiver, endpoint):
    outgoing.test(endpoint)
    assert outgoing.take()
    assert outgoing.take() is None
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert outgoing.drain().done == 1


def test_who_answers_gone_is_told_nothing_more(receiver, endpoint):
    receiver.answers[:] = [410]
    outgoing.test(endpoint)
    outgoing.drain()
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert Delivery.objects.get().state == State.FAILED


def test_for_a_day_after_a_rotation_both_secrets_verify(receiver, endpoint):
    former = endpoint.secret
    endpoint.rotate()
    assert endpoint.secret != former
    outgoing.test(endpoint)
    outgoing.drain()
    _path, headers, body = receiver.got[0]
    for secret in (former, endpoint.secret):
        Webhook(secret).verify(body, headers)
    Endpoint.objects.update(secret_changed_at=timezone.now() - timedelta(days=2))
    outgoing.test(endpoint)
    outgoing.drain()
    _path, headers, body = receiver.got[1]
    with pytest.raises(WebhookVerificationError):
        Webhook(former).verify(body, headers)


def test_the_answer_is_bounded_in_size_and_time(receiver, endpoint, monkeypatch):
    receiver.answers[:] = [200, "drip"]
    outgoing.test(endpoint)
    outgoing.drain()
    assert len(Delivery.objects.get().answer) == sending.MOST
    monkeypatch.setattr(sending, "TOTAL", 0.5)
    outgoing.test(endpoint)
    begun = time.monotonic()
    outgoing.drain()
    assert time.monotonic() - begun < 30, "it takes a minute to drip"


def test_a_server_that_is_away_is_tried_again(endpoint, receiver):
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    outgoing.test(endpoint)
    outgoing.drain()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == (State.WAITING, None)
    assert delivery.error == "The connection was refused or cut."


# Addresses ----------------------------------------------------------------------------

INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1"),
    *("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2001:db8::1"),
]


@pytest.mark.parametrize("number", INSIDE)
def test_addresses_of_internal_networks_are_refused(number, monkeypatch):
    assert not addresses.is_public(ipaddress.ip_address(number))
    host = f"[{number}]" if ":" in number else number
    with pytest.raises(ValidationError):
        Endpoint(name="x", url=f"https://{host}/", events=["page.moved"]).full_clean()
    # A name that leads there, among others that are public.
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (number, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(addresses.Unreachable):
        addresses.look_up(addresses.parse("https://rebinding.example.org/"))


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "https://user:pw@example.org/"),
        *("https://localhost/", "https://a.localhost:8000/", "https://printer.local/"),
        *("https://metadata.google.internal/", "https://example.org:99999/", "https://[::1/"),
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/"),
    ],
)
def test_addresses_that_are_none_are_refused(url, monkeypatch):
    """Numbers in other notations are names to us, and what they are looked up as counts."""
    try:
        target = addresses.parse(url)
    except addresses.Unreachable:
        return
    with pytest.raises(addresses.Unreachable):
        addresses.look_up(target)


def test_public_addresses_are_taken():
    for number in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"):
        assert addresses.is_public(ipaddress.ip_address(number)), number
    assert addresses.parse("https://bücher.example/hook?x=1").path == "/hook?x=1"


def test_the_connection_goes_to_the_address_that_was_looked_at(receiver, endpoint, monkeypatch):
    """The name leads elsewhere a moment later: nobody asks it again."""
    Endpoint.objects.update(url=f"http://hook.example.org:{receiver.server_port}/")
    looked_up = []

    def once(host, *args, **kwargs):
        looked_up.append(host)
        number = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, receiver.server_port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: once(host) if host == "hook.example.org" else real(host, *a, **k),
    )
    outgoing.test(endpoint)
    assert outgoing.drain().done == 1
    assert looked_up == ["hook.example.org"]
    assert receiver.got[0][1]["host"] == f"hook.example.org:{receiver.server_port}"


# In the admin -------------------------------------------------------------------------


def test_webhooks_are_kept_in_the_admin(client, receiver, endpoint):
    client.force_login(User.objects.create_superuser("boss@example.org", "correct horse battery"))
    made = client.post(
        "/admin/webhooks/new/",
        {
            "name": "Static site",
            "url": "https://example.org/hook",
            "events": ["page.published"],
            "types": ["pages.EventPage"],
            "is_active": "on",
        },
    )
    assert made.status_code == 302, made.content
    new = Endpoint.objects.get(name="Static site")
    assert (new.events, new.types, new.locales) == (["page.published"], ["pages.EventPage"], [])
    look = f"/admin/webhooks/inspect/{endpoint.pk}/"
    assert endpoint.secret in client.get(look).content.decode()
    client.post(look, {"test": "1"})
    outgoing.drain()
    assert Delivery.objects.get().state == State.DELIVERED
    client.post(look, {"rotate": "1"})
    assert endpoint.secret not in client.get(look).content.decode() or (
        Endpoint.objects.get(pk=endpoint.pk).secret != endpoint.secret
    )
    listed = client.get("/admin/webhook-messages/")
    assert listed.status_code == 200
    delivery = Delivery.objects.get()
    page = f"/admin/webhook-messages/edit/{delivery.pk}/"
    assert delivery.message_id in client.get(page).content.decode()
    client.post(page, {"again": "1"})
    outgoing.drain()
    assert len(receiver.got) == 2
    refused = client.post(
        "/admin/webhooks/new/",
        {"name": "x", "url": "https://user:pw@example.org/", "events": ["page.moved"]},
    )
    assert refused.status_code == 200


def test_only_administrators_see_webhooks(client, endpoint):
    from django.contrib.auth.models import Group

    editor = User.objects.create_user("ed@example.org", "correct horse battery")
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    for address in ("/admin/webhooks/", "/admin/webhook-messages/", "/admin/webhooks/new/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert endpoint.secret not in answer.content.decode()
