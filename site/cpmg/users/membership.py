"""How somebody becomes a member: request, decision, invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.log_actions import log

from . import mail
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
        with translation.override(person.language):
            letter = mail.already_member(absolute(reverse("account_reset_password")))
        mail.send(letter, person.email, person.language)
        return None
    try:
        with transaction.atomic():
            request = MembershipRequest.objects.create(**fields)
    except IntegrityError:
        return None
    with translation.override(language):
        letter = mail.request_received()
    mail.send(letter, email, language)
    return request


def approve(pk: int, by: User) -> MembershipRequest:
    """Makes the person a member and invites them, once the decision is in the database."""
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
    with translation.override(request.language):
        letter = mail.request_rejected(reason)
    mail.send(letter, request.email, request.language)
    return request


def invite(person: User) -> None:
    """Sends a link that sets a password once, or, to who has one, the way to sign in."""
    with translation.override(person.language):
        if person.has_usable_password():
            letter = mail.membership_given(absolute(reverse("account_login")))
        else:
            path = reverse(
                "account_reset_password_from_key",
                kwargs={
                    "uidb36": user_pk_to_url_str(person),
                    "key": default_token_generator.make_token(person),
                },
            )
            letter = mail.request_approved(absolute(path))
    mail.send(letter, person.email, person.language)


def _waiting(pk: int) -> MembershipRequest:
    request = MembershipRequest.objects.select_for_update().get(pk=pk)
    if request.state != MembershipRequest.State.PENDING:
        raise AlreadyDecided
    return request


def _decide(request: MembershipRequest, state: MembershipRequest.State, by: User) -> None:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.save()
