"""Notices of what is said in the forum: on the site, by mail, as feeds."""

from __future__ import annotations

from typing import Any


def own_data(person: Any) -> dict[str, Any]:
    """For the export of a person's data."""
    from .models import FeedKey, Notice, NoticeWishes

    wishes = NoticeWishes.objects.filter(person=person).values("personal", "followed").first()
    feeds = FeedKey.objects.filter(person=person)
    return {
        "wishes": wishes,
        "feeds": list(feeds.values("forum__network__code", "topic__title", "created_at")),
        "notices": Notice.objects.filter(person=person).count(),
    }
