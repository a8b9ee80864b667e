"""Who did what to which membership, in Wagtail's log, which nothing edits."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from .models import Membership

PREFIX = "networks.membership_"
ACTIONS = {
    "asked": gettext_lazy("Membership of a network requested"),
    "approved": gettext_lazy("Membership of a network approved"),
    "declined": gettext_lazy("Membership of a network declined"),
    "invited": gettext_lazy("Invited to a network"),
    "accepted": gettext_lazy("Invitation to a network accepted"),
    "withdrawn": gettext_lazy("Request or invitation withdrawn"),
    "changed": gettext_lazy("Role or term of office changed"),
    "consents": gettext_lazy("Consent to be listed or named changed"),
    "left": gettext_lazy("Network left"),
    "removed": gettext_lazy("Removed from a network"),
    "ran_out": gettext_lazy("Term of office ended"),
    "group_given": gettext_lazy("Added to a network through its group"),
    "group_left": gettext_lazy("Removed from a network through its group"),
}


def note(membership: Membership, action: str, by: Any = None, **data: Any) -> None:
    log(membership, f"{PREFIX}{action}", user=by, data=data or None)


def history(membership: Membership) -> list[dict[str, Any]]:
    """What happened to a membership, the latest first."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Membership), object_id=str(membership.pk)
    )
    return [
        {
            "when": entry.timestamp,
            "what": ACTIONS.get(entry.action.removeprefix(PREFIX), entry.action),
            "who": _who(entry),
            "comment": (entry.data or {}).get("comment", ""),
        }
        for entry in entries.select_related("user").order_by("-timestamp", "-pk")
    ]


def _who(entry: ModelLogEntry) -> str:
    if entry.user_id is None:
        return _("The platform")
    return str(entry.user) if entry.user else _("deleted account")
