"""Letters about what is new in saved searches.

What a letter names and that it was named commit together, so nobody is told twice. What its
person may not read at that moment is not named, and is forgotten: should they ever be let in, it
arrives anew. The queue of mail asks once more just before sending (``still_readable``).
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cpmg import mail, work
from cpmg.work import Drained
from repository.models import PublicationPage

from . import letters
from .arrivals import NAME
from .matching import match
from .models import Arrival, Match, SavedSearch, waiting_matches

logger = logging.getLogger(__name__)

#: Of letters, for those who switch them off (``cpmg.mail.categories``).
CATEGORY = "alerts"
#: What the queue of mail asks before sending (``cpmg.mail.conditions``).
CONDITION = "search.still_readable"
#: Saved searches looked up at once.
BATCH = 200

#: Until a search with which something went wrong is tried again.
LATER = timedelta(minutes=10)

NEVER = SavedSearch.Frequency.NEVER


def drain() -> Drained:
    """Compares what arrived, and writes the letters that are due."""
    drained = Drained()
    while match():
        pass
    places: dict[str, letters.Places] = {}
    while searches := due():
        for pk in searches:
            try:
                drained.done += tell(pk, places)
            except Exception as error:  # whatever is wrong with one, the others get theirs
                logger.exception("Saved search %s could not be told", pk)
                SavedSearch.objects.filter(pk=pk).update(due_at=timezone.now() + LATER)
                drained.failed += 1
                drained.errors.add(type(error).__name__)
    return drained


def is_waiting() -> bool:
    return Arrival.objects.filter(matched=False).exists() or waiting_matches().exists()


def due() -> list[int]:
    """Saved searches with something to tell now."""
    found = waiting_matches(search__due_at__lte=timezone.now()).order_by("search_id")
    return list(found.values_list("search_id", flat=True).distinct()[:BATCH])


def tell(pk: int, places: dict[str, letters.Places]) -> int:
    """Queues a letter about what is new in one saved search; 1 if there was something to tell.
    The number of queries is the same whatever was found."""
    now = timezone.now()
    with transaction.atomic():
        search = (
            SavedSearch.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(pk=pk)
            .first()
        )
        if search is None:  # deleted meanwhile, and its matches with it
            return 0
        waiting = waiting_matches(search=search)
        person = search.person
        if search.frequency == NEVER or not person.is_active:
            waiting.delete()
            return 0
        readable = PublicationPage.objects.readable_by(person)
        waiting.exclude(key__in=readable.order_by().values("translation_key")).delete()
        found = (
            readable.in_language(person.language)
            .filter(translation_key__in=waiting.values("key"))
            .select_related("locale")
            .order_by("-first_published_at", "-pk")
        )
        count, pages = found.count(), list(found[: letters.NAMED])
        waiting.update(told_at=now)
        if not pages:
            return 0
        interval = SavedSearch.INTERVALS[SavedSearch.Frequency(search.frequency)]
        SavedSearch.objects.filter(pk=pk).update(told_at=now, due_at=now + interval)
        known = places.setdefault(person.language, letters.Places(person.language))
        mail.queue(
            lambda: letters.new_publications(search, pages, count, known),
            person,
            category=CATEGORY,
            about=(CONDITION, [pk, [str(page.translation_key) for page in pages]]),
            thread=f"saved-search:{pk}",
        )
    return 1


def still_readable(person: Any, argument: Any) -> bool:
    """Whether the letter may leave: the search is still watched, and its person may still read
    all that is named. If not all, the rest is told in another letter."""
    pk, keys = argument
    search = SavedSearch.objects.filter(pk=pk, person=person).exclude(frequency=NEVER).first()
    if search is None:
        return False
    readable = PublicationPage.objects.readable_by(person).filter(translation_key__in=keys)
    left = {*readable.order_by().values_list("translation_key", flat=True)}
    if left == {uuid.UUID(key) for key in keys}:
        return True
    with transaction.atomic():
        Match.objects.filter(search=search, key__in=keys).update(told_at=None)
        SavedSearch.objects.filter(pk=pk).update(due_at=timezone.now())
        work.wake(NAME)
    return False
