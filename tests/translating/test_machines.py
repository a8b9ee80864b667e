"""Machine translation: off by default, a draft at most, never published unreviewed.

The machine of these tests is a stub: a small server that speaks LibreTranslate's protocol and
turns words around. No real machine is asked.
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.utils import timezone

from pages.models import TranslationRecord
from pages.translating import machines, work
from pages.translating.records import UnreviewedError
from pages.translations import ApartError

from .conftest import browser, fresh, locale, posted


class Stub(BaseHTTPRequestHandler):
    """Speaks the part of LibreTranslate's protocol that is used: POST /translate."""

    asked: list[dict] = []
    answer = staticmethod(lambda text: f"es: {text}")
    status = 200

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Stub.asked.append(body)
        self.send_response(Stub.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        translated = [Stub.answer(text) for text in body["q"]]
        self.wfile.write(json.dumps({"translatedText": translated}).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def stub(settings):
    server = HTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Stub.asked, Stub.status = [], 200
    Stub.answer = staticmethod(lambda text: f"es: {text}")
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "wagtail_localize.machine_translators.libretranslate.LibreTranslator",
        "OPTIONS": {
            "LIBRETRANSLATE_URL": f"http://127.0.0.1:{server.server_port}",
            "API_KEY": "key",
        },
    }
    yield Stub
    server.shutdown()
    server.server_close()


@pytest.fixture
def begun(page, translator):
    client = browser(translator)
    client.post(f"/admin/translations/{page.pk}/es/")
    return client


def draft(page):
    return work.translation_of(page, locale("es")).specific.get_latest_revision_as_object()


def test_it_is_off_by_default(page, begun):
    assert not machines.available()
    html = begun.get(f"/admin/translations/{page.pk}/es/").content.decode()
    assert 'value="machine"' not in html
    response = posted(begun, page, {}, "machine")
    assert "No machine translation is configured." in response.content.decode()


def test_what_it_makes_is_checked_before_it_is_submitted(page, begun, stub, moderator):
    assert posted(begun, page, {}, "machine").status_code == 302
    assert stub.asked[0]["source"] == "en"
    assert stub.asked[0]["target"] == "es"
    spanish = work.translation_of(page, locale("es")).specific
    assert draft(page).summary == "es: An island of migrant workers."
    assert not spanish.live
    record = TranslationRecord.objects.get(page=spanish)
    assert (record.machine, record.to_do) == (5, 0)

    response = posted(begun, page, {}, "submit")
    assert "nobody has checked" in response.content.decode()
    with pytest.raises(UnreviewedError), transaction.atomic():
        draft(page).save_revision().publish()
    response = browser(moderator).post(
        f"/admin/pages/{spanish.pk}/edit/", {"action-publish": "1", "title": "x", "slug": "x"}
    )
    assert not fresh(spanish).live

    html = begun.get(f"/admin/translations/{page.pk}/es/").content.decode()
    boxes = BeautifulSoup(html, "html.parser").select('input[name="right"]')
    keys = [str(box["value"]) for box in boxes]
    assert len(keys) == 5
    posted(begun, page, {}, "submit", right=keys)
    spanish = fresh(spanish)
    assert spanish.current_workflow_state is not None
    spanish.current_workflow_task_state.approve(user=moderator)
    assert fresh(spanish).live
    made = TranslationRecord.objects.get(page=spanish).published
    assert made["summary"]["by"] == ["checked"], "it stays known that a machine made it"


def test_what_people_change_is_theirs(page, begun, stub):
    posted(begun, page, {}, "machine")
    posted(begun, page, {"summary#0": "Una isla."}, "save")
    record = TranslationRecord.objects.get(page=work.translation_of(page, locale("es")))
    assert record.working["summary"]["by"] == ["human"]
    assert record.machine == 4


def test_what_it_breaks_is_left_to_people(page, begun, stub):
    stub.answer = staticmethod(lambda text: text.replace("<a", "<p").replace("One", "Uno"))
    posted(begun, page, {}, "machine")
    assert "<p>Uno.</p>" in draft(page).overview
    record = TranslationRecord.objects.get(page=work.translation_of(page, locale("es")))
    assert record.to_do == 1, "the passage with the link"


@pytest.mark.parametrize("status", [429, 500])
def test_a_machine_that_does_not_answer_changes_nothing(page, begun, stub, status):
    stub.status = status
    response = posted(begun, page, {}, "machine")
    assert "does not answer at the moment" in response.content.decode()
    assert draft(page).summary == page.summary


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("", None), ("libretranslate", "LibreTranslator"), ("deepl", "DeepLTranslator")],
)
def test_the_settings(monkeypatch, name, wanted):
    from cpmg.settings.machines import machine_translator

    found = machine_translator(name, "https://translate.example", "key")
    assert (found and found["CLASS"].rpartition(".")[2]) == wanted


def test_a_wrong_setting_stops_the_start():
    from django.core.exceptions import ImproperlyConfigured

    from cpmg.settings.machines import machine_translator

    for name, url, key in (("google", "", "k"), ("libretranslate", "", "k"), ("deepl", "", "")):
        with pytest.raises(ImproperlyConfigured):
            machine_translator(name, url, key)


def tomorrow():
    return timezone.now() + timedelta(days=1)


def scheduled(page):
    """The revisions of ``page`` that will be published by themselves."""
    return page.revisions.filter(approved_go_live_at__isnull=False)


def test_what_nobody_has_checked_is_not_scheduled(page, begun, stub, moderator):
    posted(begun, page, {}, "machine")
    spanish = draft(page)
    spanish.go_live_at = tomorrow()
    revision = spanish.save_revision()
    with pytest.raises(UnreviewedError), transaction.atomic():
        revision.publish()
    assert not scheduled(spanish).exists()
    begun.force_login(moderator)
    form = {"action-publish": "1", "go_live_at": tomorrow().strftime("%Y-%m-%d %H:%M")}
    begun.post(f"/admin/pages/{spanish.pk}/edit/", form)
    assert not scheduled(spanish).exists()


def test_what_is_checked_is_scheduled_and_waits_for_its_source(page, begun, stub):
    posted(begun, page, {}, "machine")
    html = begun.get(f"/admin/translations/{page.pk}/es/").content.decode()
    boxes = BeautifulSoup(html, "html.parser").select('input[name="right"]')
    posted(begun, page, {}, "save", right=[str(box["value"]) for box in boxes])
    spanish = draft(page)
    spanish.go_live_at = tomorrow()
    spanish.save_revision().publish()
    assert scheduled(spanish).exists()
    fresh(page).unpublish()
    assert not scheduled(spanish).exists(), "it would come without its source"
    again = draft(page)
    again.go_live_at = tomorrow()
    revision = again.save_revision()
    with pytest.raises(ApartError), transaction.atomic():
        revision.publish()
    assert not scheduled(spanish).exists()
