"""Tells webhooks what happens to pages: published, unpublished, moved, deleted.

Only what everybody may read is told of. Of a page that leaves for a restricted section the number
and the type are told, so that front ends take it away; of what was restricted before, nothing.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import pre_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from cpmg.webhooks import outgoing
from cpmg.webhooks.models import Endpoint, Event

from . import access
from .models.base import BasePage


def connect() -> None:
    page_published.connect(published, dispatch_uid="pages.announcing")
    page_unpublished.connect(unpublished, dispatch_uid="pages.announcing")
    post_page_move.connect(moved, dispatch_uid="pages.announcing")
    pre_delete.connect(deleted, sender=Page, dispatch_uid="pages.announcing")


def published(sender: Any, instance: Page, **kwargs: Any) -> None:
    _announce(Event.PUBLISHED, instance)


def unpublished(sender: Any, instance: Page, **kwargs: Any) -> None:
    if not instance.live:  # Wagtail says so of pages that are deleted, too
        _announce(Event.UNPUBLISHED, instance)


def moved(sender: Any, instance: Page, **kwargs: Any) -> None:
    """What lies below moved with it, and is not told of by itself."""
    before, after = kwargs["url_path_before"], kwargs["url_path_after"]
    if before == after or not instance.live or not _is_heard():
        return
    sections = access.restricted_sections()
    was_public = access.key_of(kwargs["parent_page_before"], sections) == access.PUBLIC
    is_public = access.key_of(instance, sections) == access.PUBLIC
    if is_public:
        path_before = _path(instance, before) if was_public else None
        _announce(Event.MOVED, instance, path_before=path_before)
    elif was_public:
        page = instance.specific
        outgoing.announce(Event.MOVED, _about(page), {"id": page.pk, "type": page._meta.label})


def deleted(sender: Any, instance: Page, **kwargs: Any) -> None:
    if instance.live:
        _announce(Event.DELETED, instance)


def _is_heard() -> bool:
    return Endpoint.objects.filter(is_active=True).exists()


def _announce(event: Event, page: Page, **more: Any) -> None:
    if page.depth < 2 or not _is_heard() or access.key_of(page) != access.PUBLIC:
        return
    page = page.specific
    if not isinstance(page, BasePage):
        return
    address = page.full_url or ""
    data = {
        "id": page.pk,
        "type": page._meta.label,
        "title": page.title,
        "locale": page.language,
        "url": address,
        "api_url": f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/api/v3/content/{page.pk}/",
        "translation_key": str(page.translation_key),
        "networks": _networks(page),
        **more,
    }
    outgoing.announce(event, _about(page), data)


def _about(page: Any) -> dict[str, Any]:
    return {
        "type": page._meta.label,
        "locale": page.locale.language_code,
        "networks": _networks(page),
    }


def _networks(page: Any) -> list[str]:
    """The codes of the networks that the page is of, whatever its type."""
    found = [network.code for network in page.networks.all()] if hasattr(page, "networks") else []
    own = getattr(page, "network", None)
    return sorted({*found, *([own.code] if own is not None else [])})


def _path(page: Page, url_path: str) -> str:
    """``/es/`` and what follows the home page in ``url_path``, as ``/home-es/redes/``."""
    rest = url_path.strip("/").partition("/")[2]
    return f"/{page.locale.language_code}/" + (f"{rest}/" if rest else "")
