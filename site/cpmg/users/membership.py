"""How somebody becomes a member: request, decision, invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log

from cpmg import mail

from . import letters
from .adapters import absolute
from .models import MEMBERS, MembershipRequest, User


class AlreadyDecided(Exception):
    """Somebody else decided this request before."""


def ask(fields: dict[str, Any]) -> MembershipRequest | None:
    """Keeps a request and tells the person by mail; whoever asks learns nothing else.

    A second request for the same address while one waits changes nothing, and one for an address
    that has an account sends its owner there.
    """
    email, language = fields["email"], fields["language"]
    person = User.objects.filter(email__iexact=email).first()
    if person and (person.is_superuser or person.groups.filter(name=MEMBERS).exists()):
        mail.queue(
            lambda: letters.already_member(absolute(reverse("account_reset_password"))), person
        )
        return None
    try:
        with transaction.atomic():
            request = MembershipRequest.objects.create(**fields)
            mail.queue(letters.request_received, mail.Address(email, language))
    except IntegrityError:
        return None
    return request


def approve(pk: int, by: User) -> MembershipRequest:
    """Makes the person a member and invites them."""
    with transaction.atomic():
        request = _waiting(pk)
        person = User.objects.filter(email__iexact=request.email).first()
        if person is None:
            person = User.objects.create_user(
                request.email,
                first_name=request.first_name,
                last_name=request.last_name,
                organisation=request.organisation,
                country=request.country,
                interests=request.interests,
                language=request.language,
            )
        person.groups.add(Group.objects.get(name=MEMBERS))
        request.person = person
        _decide(request, MembershipRequest.State.APPROVED, by)
        log(request, "users.approve_membership", user=by)
        invite(person)
    return request


def reject(pk: int, by: User, reason: str) -> MembershipRequest:
    with transaction.atomic():
        request = _waiting(pk)
        request.answer = reason
        _decide(request, MembershipRequest.State.REJECTED, by)
        log(request, "users.reject_membership", user=by, data={"reason": reason})
        mail.queue(
            lambda: letters.request_rejected(reason),
            mail.Address(request.email, request.language),
            event=f"membership-request:{request.pk}:rejected",
        )
    return request


def invite(person: User) -> None:
    """Sends a link that sets a password once, or, to who has one, the way to sign in."""

    def letter() -> mail.Letter:
        if person.has_usable_password():
            return letters.membership_given(absolute(reverse("account_login")))
        path = reverse(
            "account_reset_password_from_key",
            kwargs={
                "uidb36": user_pk_to_url_str(person),
                "key": default_token_generator.make_token(person),
            },
        )
        return letters.request_approved(absolute(path))

    mail.queue(letter, person)


def _waiting(pk: int) -> MembershipRequest:
    request = MembershipRequest.objects.select_for_update().get(pk=pk)
    if request.state != MembershipRequest.State.PENDING:
        raise AlreadyDecided
    return request


def _decide(request: MembershipRequest, state: MembershipRequest.State, by: User) -> None:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.save()
