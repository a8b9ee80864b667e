"""A translation never outlives or outranks its source: all states of both, as each reader meets
them on pages and in lists, in the search, its feed, the sitemaps and the API."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page, Revision

from pages import translations
from pages.translating import work
from repository.factories import PublicationPageFactory

from .conftest import Shelves, text_of

#: What the translation says, and nothing else does.
WORD = "xqtraducidox"
TRANSLATION = ("draft", "in review", "scheduled", "published")
SOURCE = ("draft", "published", "unpublished", "on a private shelf", "deleted")
READERS = ("anonymous", "member")
#: Who may read the translation, by the state of its source, if it is published.
SEES = {
    "published": set(READERS),
    "on a private shelf": {"member"},
}


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk).specific


def refused(change: Any) -> bool:
    try:
        with transaction.atomic():
            change()
    except PermissionDenied:
        return True
    return False


def published(page: Any) -> None:
    page.save_revision().publish()


def scheduled(page: Any) -> None:
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()


def time_passes() -> None:
    """What was scheduled is due; the command of Wagtail must not stumble over it."""
    due = timezone.now() - timedelta(minutes=1)
    Page.objects.filter(go_live_at__isnull=False).update(go_live_at=due)
    for revision in Revision.objects.filter(approved_go_live_at__isnull=False):
        content = {**revision.content, "go_live_at": due.isoformat()}
        Revision.objects.filter(pk=revision.pk).update(content=content, approved_go_live_at=due)
    call_command("publish_scheduled")


def build(world: Shelves, source_state: str, state: str, person: Any) -> tuple[Any, Any]:
    """A source and its translation, brought into their states one after the other."""
    live = source_state != "draft"
    source = PublicationPageFactory(
        parent=fresh(world.repository["en"]), title="A source", slug="source", live=live
    )
    copy = PublicationPageFactory(
        parent=fresh(world.repository["es"]),
        locale="es",
        title=f"{WORD} informe",
        summary=WORD,
        slug="traducida",
        translation_key=source.translation_key,
        live=False,
    )
    copy.save_revision()
    match state:
        case "in review":
            copy.get_workflow().start(fresh(copy), person)
        case "scheduled":
            assert refused(lambda: scheduled(fresh(copy))) == (not live)
        case "published":
            assert refused(lambda: published(fresh(copy))) == (not live)
    match source_state:
        case "unpublished":
            fresh(source).unpublish()
        case "on a private shelf":
            source = fresh(source)
            source.move(fresh(world.library["en"]), pos="last-child")
        case "deleted":
            fresh(source).delete()
    return source, copy


def addresses(world: Shelves, copy: Any) -> Iterator[str]:
    """Where the text of the translation might be met."""
    for language in ("es", "nl"):
        for shelf in (world.repository, world.library):
            yield f"{shelf[language].get_url()}traducida/"
    for shelf in (world.repository, world.library):
        yield shelf["es"].get_url()
    with translation.override("es"):
        yield f"{reverse('search')}?q=informe"
        yield f"{reverse('search_feed')}?q=informe"
    yield "/sitemap-es.xml"


def operations(copy: Any) -> Iterator[str]:
    yield "/api/v3/publications/?locale=es"
    yield f"/api/v3/publications/{copy.pk}/?locale=es"
    yield "/api/v3/search/?q=informe&locale=es"
    yield f"/api/v3/pages/{copy.pk}/"


def met(client: Any, token: str, world: Shelves, copy: Any) -> set[str]:
    """The addresses at which the reader meets the translation."""
    found = set()
    for address in addresses(world, copy):
        word = "traducida" if "sitemap" in address else WORD
        if word in text_of(client.get(address)):
            found.add(address.partition("?")[0])
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for address in operations(copy):
        if WORD in text_of(client.get(address, headers=headers)):
            found.add(address.partition("?")[0])
    return found


def test_every_state_of_a_translation_and_of_its_source(shelves, people, clients, tokens):
    wrong = []
    for source_state, state in itertools.product(SOURCE, TRANSLATION):
        with transaction.atomic():
            _source, copy = build(shelves, source_state, state, people["moderator"])
            if state == "scheduled":
                time_passes()
            becomes = state in ("scheduled", "published")
            for reader in READERS:
                sees = becomes and reader in SEES.get(source_state, ())
                found = met(clients[reader], tokens[reader], shelves, copy)
                if bool(found) != sees:
                    wrong.append((source_state, state, reader, found))
                if sees and source_state == "published" and reader == "anonymous":
                    assert len(found) >= 7, found
            assert not list(translations.problems())
            if source_state in ("draft", "unpublished"):
                assert refused(lambda copy=copy: published(fresh(copy)))
            if source_state == "deleted":
                assert not Page.objects.filter(pk=copy.pk).exists()
            transaction.set_rollback(True)
    assert wrong == []


@pytest.mark.parametrize("road", ["action", "code"])
def test_what_is_scheduled_waits_no_longer_when_its_source_goes(shelves, people, road):
    source, copy = build(shelves, "published", "scheduled", people["moderator"])
    assert copy.revisions.filter(approved_go_live_at__isnull=False).exists()
    source = fresh(source)
    if road == "action":
        source.unpublish()
    else:
        source.live = False
        source.save()
    time_passes()
    assert not fresh(copy).live
    assert work.translation_of(source, copy.locale) is not None, "the draft stays"
