"""One's own data: to take along, and to have deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from wagtail.models import APIToken, Comment, ModelLogEntry, Page, PageLogEntry
from wagtail.users.models import UserProfile

from cpmg import mail
from cpmg.mail import categories, outgoing

from . import letters
from .models import MembershipRequest, User

PROFILE = (
    *("email", "first_name", "last_name", "organisation", "country", "interests", "language"),
    *("date_joined", "last_login"),
)
REQUEST = (
    *("email", "first_name", "last_name", "organisation", "country", "interests", "language"),
    *("reason", "state", "asked_at", "decided_at", "answer"),
)
#: What the apps above keep about a person, by its name in the export.
_kept: dict[str, Callable[[User], Any]] = {}
NOTIFICATIONS = ("submitted", "approved", "rejected", "updated_comments")


def keeps(name: str, about: Callable[[User], Any]) -> None:
    """Adds to the export what ``about`` gives, under ``name``."""
    _kept[name] = about


def own_data(user: User) -> dict[str, Any]:
    """Everything the platform keeps about ``user``, without secrets and without others' data."""
    settings = UserProfile.get_for_user(user)
    return {
        "profile": {name: getattr(user, name) for name in PROFILE},
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "notifications": {
            **{name: getattr(settings, f"{name}_notifications") for name in NOTIFICATIONS},
            **{code: categories.wants(user, code) for code in categories.CATEGORIES},
        },
        "messages": outgoing.written_to(user),
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
        ),
        "sign_in": {
            "second_factors": list(
                Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
            ),
            "organisations": list(
                SocialAccount.objects.filter(user=user).values(
                    "provider", "uid", "extra_data", "date_joined", "last_login"
                )
            ),
            "api_tokens": list(
                APIToken.objects.filter(user=user).values(
                    *("name", "created", "last_used_at", "revoked_at"),
                    *("terms__scopes", "terms__expires_at"),
                )
            ),
        },
        "membership_requests": list(MembershipRequest.objects.filter(person=user).values(*REQUEST)),
        "pages": list(Page.objects.filter(owner=user).values("title", "url_path", "live")),
        "comments": list(Comment.objects.filter(user=user).values("text", "created_at")),
        "actions": [
            *PageLogEntry.objects.filter(user_id=user.pk).values("action", "label", "timestamp"),
            *ModelLogEntry.objects.filter(user_id=user.pk).values("action", "label", "timestamp"),
        ],
        **{name: about(user) for name, about in _kept.items()},
    }


def delete(user: User) -> None:
    """Deletes the account. What it published stays, without an owner; the log keeps a number."""
    former = mail.Address(user.email, user.language)
    with transaction.atomic():
        outgoing.forget_person(user)
        user.delete()
        mail.queue(letters.account_deleted, former)
