"""What changes a publication in the index: noted in the transaction of the change.

A save of the page is the common case. A publication also changes when one of its subjects is
renamed, when a section above it is moved, and when that becomes more or less private.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from taggit.models import Tag
from wagtail.models import Page, PageViewRestriction
from wagtail.search.index import insert_or_update_object
from wagtail.signals import post_page_move

from pages.models import Country, Network, Term, Theme
from repository.files.queue import looked_at
from repository.models import Contributor, DocumentType, PublicationPage, PublicationTag

from . import queue, synonyms
from .models import SynonymSet

#: How publications refer to the terms whose names they are found under.
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


def publication_changed(sender: Any, instance: PublicationPage, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        queue.changed_key(instance.translation_key)


def part_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A contributor or a tag, saved or deleted without its page."""
    pk = instance.content_object_id if sender is PublicationTag else instance.page_id
    queue.changed(PublicationPage._base_manager.filter(pk=pk))


def terms_changed(sender: Any, instance: Model, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, PublicationPage):
        queue.changed_key(instance.translation_key)


def term_changed(sender: Any, instance: Term, **kwargs: Any) -> None:
    """Renamed in one language: publications refer to the row of the source language."""
    lookup = f"{REFERENCES[sender]}__translation_key"
    queue.changed(PublicationPage._base_manager.filter(**{lookup: instance.translation_key}))


def tag_changed(sender: Any, instance: Tag, **kwargs: Any) -> None:
    tagged = PublicationTag.objects.filter(tag=instance.pk).values("content_object")
    queue.changed(PublicationPage._base_manager.filter(pk__in=tagged))


def moved(sender: Any, instance: Page, **kwargs: Any) -> None:
    """The page and all below it, from the path where they are now."""
    queue.changed(below(instance.path))


def restriction_changed(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
    queue.changed(below(instance.page.path))


def synonyms_changed(sender: Any, **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        synonyms.changed()


def file_read(sender: Any, document: int, **kwargs: Any) -> None:
    """The text of a file is known, or another: both indexes hold it."""
    pages = PublicationPage.objects.filter(files__document=document, live=True)
    queue.changed(pages)
    for page in pages.distinct():
        insert_or_update_object(page)


def below(path: str) -> Any:
    return PublicationPage._base_manager.filter(Q(path__startswith=path))


def connect() -> None:
    def on(signal: Any, receiver: Any, sender: Any) -> None:
        signal.connect(receiver, sender=sender, dispatch_uid=f"search {receiver.__name__} {sender}")

    for signal in (post_save, post_delete):
        on(signal, publication_changed, PublicationPage)
        on(signal, part_changed, Contributor)
        on(signal, part_changed, PublicationTag)
        on(signal, restriction_changed, PageViewRestriction)
        on(signal, synonyms_changed, SynonymSet)
    for signal in (post_save, pre_delete):
        on(signal, tag_changed, Tag)
        for model in REFERENCES:
            on(signal, term_changed, model)
    for through in THROUGHS:
        on(m2m_changed, terms_changed, through)
    looked_at.connect(file_read, dispatch_uid="search file_read")
    post_page_move.connect(moved, dispatch_uid="search moved")
