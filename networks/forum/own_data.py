"""What the forum keeps about a person, for the export of one's own data."""

from __future__ import annotations

from typing import Any

from cpmg.users.models import User

from .models import Draft, Following, Handle, Post, Report, Restriction

POST = ("key", "topic__title", "text", "language", "state", "created_at", "edited_at")


def of(user: User) -> dict[str, Any]:
    """Posts, drafts, wishes, reports and restrictions; nobody else's words."""
    handle = Handle.objects.filter(person=user).first()
    return {
        "handle": handle.name if handle else "",
        "posts": list(Post.objects.filter(author=user).order_by("pk").values(*POST)),
        "drafts": list(
            Draft.objects.filter(person=user).values("title", "text", "language", "changed_at")
        ),
        "following": list(
            Following.objects.filter(person=user).values("topic__title", "wish", "since")
        ),
        "reports": list(
            Report.objects.filter(reporter=user).values("reason", "comment", "at", "state")
        ),
        "restrictions": list(
            Restriction.objects.filter(person=user).values("reason", "at", "until", "lifted_at")
        ),
    }
