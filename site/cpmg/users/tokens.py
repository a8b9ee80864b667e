"""Tokens of the API: what each may do, until when, and how it ends.

The token itself is Wagtail's, of which only a digest is kept. ``TokenTerms`` adds scopes and an
end. A token that somebody made in the admin or at the command line has no terms: it may what its
owner may, until it is revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import APIToken

from cpmg import mail

from . import letters
from .adapters import absolute
from .models import Scope, TokenTerms, User

ALL_SCOPES = frozenset(Scope.values)
#: Tokens in force that one person may have, and the days for which one may be made.
MOST = 50
LIFETIMES = (7, 30, 90, 365)


class BadToken(Exception):
    """Nobody can be known by this token; the text says why, to whoever holds it."""


@dataclass(frozen=True)
class Bearer:
    """Who sent a token, and what it may do."""

    token: APIToken
    user: User
    scopes: frozenset[str]


def bearer(header: str) -> Bearer:
    """Whoever sent ``Authorization: <header>``. Raises ``BadToken``."""
    scheme, _space, key = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not APIToken.validate_token_format(key.strip()):
        raise BadToken(_("Send “Authorization: Bearer” and a token of this platform."))
    tokens = APIToken.objects.select_related("user", "terms")
    token = tokens.filter(key_hash__in=APIToken.candidate_key_hashes(key.strip())).first()
    if token is None or not token.user.is_active:
        raise BadToken(_("This token is not valid."))
    if token.revoked_at:
        raise BadToken(_("This token was revoked."))
    terms = getattr(token, "terms", None)
    if terms and terms.expires_at <= timezone.now():
        raise BadToken(_("This token has expired."))
    _note_use(token)
    return Bearer(token, token.user, frozenset(terms.scopes) if terms else ALL_SCOPES)


def _note_use(token: APIToken) -> None:
    """At most once in a minute: reading should not write each time."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= timedelta(minutes=1):
        APIToken.objects.filter(pk=token.pk).update(last_used_at=now)


# What a person does with them ---------------------------------------------------------------


def create(user: User, name: str, scopes: list[str], days: int) -> str:
    """A new token for ``user``; returns the key, which is shown once and kept nowhere."""
    with transaction.atomic():
        token, key = APIToken.create_token(user=user, name=name)
        TokenTerms.objects.create(
            token=token,
            scopes=sorted({Scope.READ, *scopes}),
            expires_at=timezone.now() + timedelta(days=days),
        )
        log(token, "wagtail.apitoken.create", user=user)
        mail.queue(
            lambda: letters.account_changed(
                _("The token “%(name)s” for the API was made.") % {"name": name},
                absolute(reverse("account_tokens")),
            ),
            user,
        )
    return key


def of(user: User) -> QuerySet[APIToken]:
    """All of the person's tokens, those in force first, then the newest."""
    return (
        APIToken.objects.filter(user=user)
        .select_related("terms")
        .order_by(F("revoked_at").desc(nulls_first=True), "-created", "-pk")
    )


def in_force(user: User) -> QuerySet[APIToken]:
    now = timezone.now()
    lasting = Q(terms=None) | Q(terms__expires_at__gt=now)
    return APIToken.objects.filter(lasting, user=user, revoked_at=None)


def revoke(token: APIToken, by: User | None) -> None:
    """Ends the token at once; a second time changes nothing."""
    if token.revoked_at is None:
        token.revoke()
        log(token, "wagtail.apitoken.revoke", user=by)


def end_all(user: User) -> None:
    """After a new password, and when an account is disabled: whoever had a token has none."""
    for token in APIToken.objects.filter(user=user, revoked_at=None):
        revoke(token, None)


def scopes_of(token: APIToken) -> list[str]:
    """The names of what the token may do, in the active language."""
    terms = getattr(token, "terms", None)
    return [str(Scope(code).label) for code in (terms.scopes if terms else Scope.values)]
