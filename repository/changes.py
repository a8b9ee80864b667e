"""What changes a publication, in the transaction of the change: for indexes and harvesters.

A save of the page is the common case. A publication also changes when one of its subjects is
renamed, when a section above it is moved, when that becomes more or less private, and when one of
its files was looked at. Whoever keeps a copy listens, and notes what is to be done.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from modelsearch.signal_handlers import post_delete_signal_handler
from taggit.models import Tag
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from pages.models import Country, Network, Term, Theme

from .files.queue import looked_at
from .models import Contributor, DocumentType, PublicationFile, PublicationPage, PublicationTag

#: How publications refer to the terms whose names they show and are found under.
REFERENCES: dict[type[Term], str] = {
    Country: "countries",
    Theme: "themes",
    Network: "networks",
    DocumentType: "document_type",
}
#: Terms and tags of publications, and where they are found by them.
THROUGHS = {
    PublicationPage._meta.get_field(name).remote_field.through
    for name in ("countries", "themes", "networks", "languages")
}

_of_pages: list[Callable[[QuerySet], None]] = []
_of_key: list[Callable[[uuid.UUID], None]] = []


def listen(of_pages: Callable[[QuerySet], None], of_key: Callable[[uuid.UUID], None]) -> None:
    """Has ``of_pages`` called with the pages that changed, and ``of_key`` with the key of a
    publication that may be gone."""
    _of_pages.append(of_pages)
    _of_key.append(of_key)


def _pages(pages: QuerySet) -> None:
    for listener in _of_pages:
        listener(pages)


def _key(key: uuid.UUID) -> None:
    for listener in _of_key:
        listener(key)


def publication_changed(sender: Any, instance: PublicationPage, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        _key(instance.translation_key)


def part_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A contributor, a file or a tag, saved or deleted without its page."""
    pk = instance.content_object_id if sender is PublicationTag else instance.page_id
    _pages(PublicationPage._base_manager.filter(pk=pk))


def terms_changed(sender: Any, instance: Model, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, PublicationPage):
        _key(instance.translation_key)


def term_changed(sender: Any, instance: Term, **kwargs: Any) -> None:
    """Renamed in one language: publications refer to the row of the source language."""
    lookup = f"{REFERENCES[sender]}__translation_key"
    _pages(PublicationPage._base_manager.filter(**{lookup: instance.translation_key}))


def tag_changed(sender: Any, instance: Tag, **kwargs: Any) -> None:
    tagged = PublicationTag.objects.filter(tag=instance.pk).values("content_object")
    _pages(PublicationPage._base_manager.filter(pk__in=tagged))


def moved(sender: Any, instance: Page, **kwargs: Any) -> None:
    """The page and all below it, from the path where they are now."""
    _pages(below(instance.path))


def restriction_changed(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
    _pages(below(instance.page.path))


def file_read(sender: Any, document: int, **kwargs: Any) -> None:
    """What is in a file is known, or another."""
    _pages(PublicationPage._base_manager.filter(files__document=document, live=True))


def below(path: str) -> Any:
    return PublicationPage._base_manager.filter(Q(path__startswith=path))


def connect() -> None:
    def on(signal: Any, receiver: Any, sender: Any) -> None:
        name = f"repository.changes {receiver.__name__} {sender}"
        signal.connect(receiver, sender=sender, dispatch_uid=name)

    for signal in (post_save, post_delete):
        on(signal, publication_changed, PublicationPage)
        on(signal, part_changed, Contributor)
        on(signal, part_changed, PublicationFile)
        on(signal, part_changed, PublicationTag)
        on(signal, restriction_changed, PageViewRestriction)
    # Its ``save`` brings Wagtail's index up to date.
    on(post_delete, post_delete_signal_handler, PublicationPage)
    for signal in (post_save, pre_delete):
        on(signal, tag_changed, Tag)
        for model in REFERENCES:
            on(signal, term_changed, model)
    for through in THROUGHS:
        on(m2m_changed, terms_changed, through)
    looked_at.connect(file_read, dispatch_uid="repository.changes file_read")
    post_page_move.connect(moved, dispatch_uid="repository.changes moved")
