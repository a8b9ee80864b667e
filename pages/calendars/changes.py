"""How often an event has changed, and when.

A calendar that has an event already takes a new version by its SEQUENCE. The number grows when
what readers see of the event has changed in any language; saving it again as it was changes
nothing. A translation that comes new moves the time of change alone.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone
from modelcluster.fields import ParentalKey, ParentalManyToManyField

from ..models import CalendarRecord, EventPage
from ..translating.facts import fact_names, text_names

#: What the children of a page are known by, and not what they say.
_KEYS = {"id", "page", "locale", "translation_key"}


def digest_of(event: EventPage) -> str:
    """Of all that ``event`` says in its language, children included."""
    said: dict[str, Any] = {"title": event.title, "slug": event.slug}
    for name in [*fact_names(EventPage), *text_names(EventPage)]:
        field = event._meta.get_field(name)
        if isinstance(field, models.ManyToOneRel) and isinstance(field.remote_field, ParentalKey):
            said[name] = [_of_child(child) for child in getattr(event, name).all()]
        elif isinstance(field, ParentalManyToManyField):
            said[name] = sorted(term.pk for term in getattr(event, name).all())
        else:
            said[name] = field.value_from_object(event)
    text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _of_child(child: models.Model) -> dict[str, Any]:
    fields = (field for field in child._meta.concrete_fields if field.name not in _KEYS)
    return {field.name: field.value_from_object(child) for field in fields}


def keep(event: EventPage, at: datetime) -> None:
    """Takes down what ``event`` says; a difference to what it said before is a change."""
    language, digest = event.language, digest_of(event)
    with transaction.atomic():
        record, made = CalendarRecord.objects.select_for_update().get_or_create(
            translation_key=event.translation_key,
            defaults={"changed_at": at, "digests": {language: digest}},
        )
        known = record.digests.get(language)
        if made or known == digest:
            return
        record.digests[language] = digest
        record.sequence += known is not None
        record.changed_at = at
        record.save()


def _before_save(sender: Any, instance: EventPage, raw: bool = False, **kwargs: Any) -> None:
    """The last moment at which the database knows what an event said of which there is no record:
    one that is older than the records."""
    if raw or not instance.pk or not instance.live:
        return
    known = CalendarRecord.objects.filter(translation_key=instance.translation_key).first()
    if known and instance.language in known.digests:
        return
    before = EventPage.objects.filter(pk=instance.pk, live=True).first()
    if before:
        keep(before, before.last_published_at or before.first_published_at or timezone.now())


def _after_save(sender: Any, instance: EventPage, raw: bool = False, **kwargs: Any) -> None:
    """A draft is saved by way of the page, of which it writes a few fields that say nothing."""
    only = kwargs.get("update_fields")
    said = {"title", "slug", *fact_names(EventPage), *text_names(EventPage)}
    if instance.live and not raw and (only is None or said & set(only)):
        keep(instance, timezone.now())


def _after_delete(sender: Any, instance: EventPage, **kwargs: Any) -> None:
    group = EventPage.objects.filter(translation_key=instance.translation_key)
    if not group.exclude(pk=instance.pk).exists():
        CalendarRecord.objects.filter(translation_key=instance.translation_key).delete()


def connect() -> None:
    uid = "pages.calendars.changes"
    pre_save.connect(_before_save, sender=EventPage, dispatch_uid=uid)
    post_save.connect(_after_save, sender=EventPage, dispatch_uid=uid)
    post_delete.connect(_after_delete, sender=EventPage, dispatch_uid=uid)
