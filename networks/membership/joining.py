"""How somebody comes into a network, and out of it again.

Every step is one transaction that changes the membership, the groups (by signal), the log, and
queues its letters. What is not allowed raises ``Refused`` with words for the person; what somebody
else did first raises ``Changed``.
"""

from __future__ import annotations

import datetime
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cpmg.users.adapters import absolute
from cpmg.users.models import User
from pages.access import is_staff
from pages.models import Network

from . import decides_about, letters, networks_in_focus_of
from .audit import note
from .models import Membership, today

Role, State, Ending = Membership.Role, Membership.State, Membership.Ending

#: How long an invitation is open.
INVITATION_LASTS = timedelta(days=14)
#: So many requests may a person send to one network in 30 days.
MOST_REQUESTS = 5

_signer = signing.TimestampSigner(salt="networks.membership.invitation")


class Refused(PermissionDenied):
    """What was asked for is not allowed; says why, to the person."""


class Changed(Refused):
    """Somebody else was faster, or it was done before; says so, to the person."""


# Requests -----------------------------------------------------------------------------


def ask(person: User, network: Network, reason: str, *, is_listed: bool = False) -> Membership:
    """Keeps the request of ``person``, and tells those who decide."""
    with transaction.atomic():
        end_lapsed(person)
        own = Membership.objects.filter(person=person, network=network)
        if there := own.open().first():
            raise Changed(_already(there))
        month = timezone.now() - timedelta(days=30)
        if own.filter(asked_at__gte=month).exclude(reason="").count() >= MOST_REQUESTS:
            raise Refused(_("You have asked several times lately. Please wait for some weeks."))
        try:
            with transaction.atomic():
                membership = Membership.objects.create(
                    person=person, network=network, reason=reason, is_listed=is_listed
                )
        except IntegrityError as error:
            raise Changed(_already(own.open().get())) from error
        note(membership, "asked", person, comment=reason)
        letters.asked(membership)
    return membership


def _already(membership: Membership) -> str:
    if membership.state == State.REQUESTED:
        return _("You have asked already; your request waits for a decision.")
    if membership.state == State.INVITED:
        return _("You are invited already: accept the invitation.")
    return _("You are a member of this network already.")


def may_decide(user: User | AnonymousUser, membership: Membership) -> bool:
    """Focal points of the network and the editorial team, but nobody about themselves; about
    focal points the editorial team alone."""
    if membership.person_id == user.pk:
        return False
    if is_staff(user):
        return True
    if membership.role == Role.FOCAL_POINT and membership.state != State.REQUESTED:
        return False
    return membership.network.code in networks_in_focus_of(user)


def roles_given_by(user: User) -> list[tuple[str, Any]]:
    """The roles that ``user`` may give: only the editorial team names focal points."""
    staff = is_staff(user)
    return [(value, label) for value, label in Role.choices if staff or value != Role.FOCAL_POINT]


def approve(
    pk: int, by: User, *, role: str = Role.MEMBER, until: datetime.date | None = None
) -> Membership:
    with transaction.atomic():
        membership = _to_decide(pk, by, State.REQUESTED)
        _check(by, role, until)
        membership.role, membership.until = role, until
        _begin(membership, by)
        note(membership, "approved", by, role=role, until=str(until or ""))
        letters.approved(membership)
    return membership


def decline(pk: int, by: User, answer: str) -> Membership:
    with transaction.atomic():
        membership = _to_decide(pk, by, State.REQUESTED)
        _end(membership, Ending.DECLINED, by, answer)
        note(membership, "declined", by, comment=answer)
        letters.declined(membership)
    return membership


def withdraw(membership: Membership, by: User) -> None:
    """Takes back one's own request or declines one's invitation; whoever decides takes back an
    invitation."""
    with transaction.atomic():
        held = _lock(membership.pk)
        if held.state not in (State.REQUESTED, State.INVITED):
            raise Changed(_("This has been decided meanwhile."))
        decides = held.state == State.INVITED and may_decide(by, held)
        if held.person_id != by.pk and not decides:
            raise Refused(_("This is not yours to decide."))
        _end(held, Ending.WITHDRAWN, by)
        note(held, "withdrawn", by)


# Invitations --------------------------------------------------------------------------


def invite(
    network: Network, email: str, by: User, *, role: str, message: str = "", language: str = "en"
) -> Membership:
    """Sends an invitation, or sends it again, which makes the former letter's key useless.

    Whoever invites learns nothing about accounts: the answer is the same with and without one.
    """
    with transaction.atomic():
        if not decides_about(by).filter(pk=network.pk).exists():
            raise Refused(_("This is not yours to decide."))
        _check(by, role, None)
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person:
            end_lapsed(person)
        there = Membership.objects.open().filter(network=network)
        found = there.filter(person=person).first() if person else None
        found = found or there.filter(email__iexact=email).first()
        if found and found.state == State.ACTIVE:
            raise Changed(_("This person is a member of the network already."))
        if found and found.state == State.REQUESTED:
            raise Changed(_("This person has asked to join: decide about the request."))
        membership = found or Membership(network=network)
        membership.person, membership.email, membership.state = person, email, State.INVITED
        membership.role, membership.reason = role, message
        membership.decided_by, membership.asked_at = by, timezone.now()
        try:
            with transaction.atomic():
                membership.save()
        except IntegrityError as error:
            raise Changed(_("This person was invited just now.")) from error
        note(membership, "invited", by, role=role)
        letters.invited(membership, by, language, absolute(invitation_path(membership)))
    return membership


def invitation_path(membership: Membership) -> str:
    return reverse("network_invitation", args=[_key(membership)])


def _key(membership: Membership) -> str:
    """Signed; another letter for the same invitation has another one."""
    return _signer.sign_object([membership.pk, membership.asked_at.timestamp()])


def read_invitation(key: str) -> Membership | None:
    """The open invitation of a key; None when it is not ours, too old, used or taken back."""
    try:
        pk, asked_at = _signer.unsign_object(key, max_age=INVITATION_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Membership.objects.filter(pk=pk, state=State.INVITED).select_related("network")
    membership = found.first()
    if membership is None or membership.asked_at.timestamp() != asked_at:
        return None
    return membership


def is_for(membership: Membership, user: User | AnonymousUser) -> bool:
    """Whether ``user`` is the person who was invited: by account, or by the account's address."""
    if not user.is_authenticated:
        return False
    if membership.person_id:
        return membership.person_id == user.pk
    return membership.email.lower() == user.email.lower()


def accept(membership: Membership, person: User, *, is_listed: bool = False) -> Membership:
    """Takes up an invitation, once."""
    with transaction.atomic():
        held = _lock(membership.pk)
        if held.state != State.INVITED or timezone.now() > held.asked_at + INVITATION_LASTS:
            raise Changed(_("This invitation is not open any more."))
        if not is_for(held, person):
            raise Refused(_("This invitation was sent to another address."))
        end_lapsed(person)
        own = Membership.objects.open().filter(person=person, network=held.network)
        other = own.exclude(pk=held.pk).select_for_update().first()
        if other and other.state == State.ACTIVE:
            _end(held, Ending.WITHDRAWN, person)
            return other
        if other:  # asked for before there was an account with this address
            _end(other, Ending.WITHDRAWN, person)
        held.person, held.is_listed = person, is_listed
        _begin(held, held.decided_by)
        note(held, "accepted", person)
    return held


# While it lasts -----------------------------------------------------------------------


def change(pk: int, by: User, *, role: str, until: datetime.date | None) -> Membership:
    """Another role, or another term of office."""
    with transaction.atomic():
        membership = _to_decide(pk, by, State.ACTIVE)
        _check(by, role, until)
        if (membership.role, membership.until) == (role, until):
            return membership
        membership.role, membership.until = role, until
        membership.decided_by, membership.decided_at = by, timezone.now()
        if role != Role.FOCAL_POINT:
            membership.is_named = False
        membership.save()
        note(membership, "changed", by, role=role, until=str(until or ""))
        letters.changed(membership, f"changed:{membership.decided_at.timestamp()}")
    return membership


def consent(membership: Membership, person: User, *, is_listed: bool, is_named: bool) -> None:
    """What the person agrees to; being named in public is for focal points."""
    with transaction.atomic():
        held = _lock(membership.pk)
        if held.person_id != person.pk or not held.is_current:
            raise Refused(_("You are not a member of this network."))
        is_named = is_named and held.role == Role.FOCAL_POINT
        if (held.is_listed, held.is_named) == (is_listed, is_named):
            return
        held.is_listed, held.is_named = is_listed, is_named
        held.save()
        note(held, "consents", person, listed=is_listed, named=is_named)


def leave(membership: Membership, person: User) -> None:
    with transaction.atomic():
        held = _lock(membership.pk)
        if held.person_id != person.pk or held.state != State.ACTIVE:
            raise Changed(_("You are not a member of this network."))
        _end(held, Ending.LEFT, None)
        note(held, "left", person)


def remove(pk: int, by: User, answer: str) -> Membership:
    """Ends a membership, with a reason that the person reads. From the next request on nothing of
    the network is open to them."""
    with transaction.atomic():
        membership = _to_decide(pk, by, State.ACTIVE)
        _end(membership, Ending.REMOVED, by, answer)
        note(membership, "removed", by, comment=answer)
        letters.removed(membership)
    return membership


def end_lapsed(person: User | None = None) -> int:
    """Writes down what has been so since midnight: memberships whose term has run out."""
    lapsed = Membership.objects.lapsed().select_related("person", "network")
    if person is not None:
        lapsed = lapsed.filter(person=person)
    ended = 0
    for pk in lapsed.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            held = _lock(pk)
            if not held.has_lapsed:
                continue
            until = held.until
            _end(held, Ending.TERM, None)
            Membership.objects.filter(pk=pk).update(until=until)
            note(held, "ran_out")
            letters.ran_out(held)
            ended += 1
    return ended


# What all have in common --------------------------------------------------------------


def _lock(pk: int) -> Membership:
    held = Membership.objects.select_for_update(of=("self",))
    return held.select_related("network", "person").get(pk=pk)


def _to_decide(pk: int, by: User, state: str) -> Membership:
    membership = _lock(pk)
    if not may_decide(by, membership):
        raise Refused(_("This is not yours to decide."))
    if membership.state != state or membership.has_lapsed:
        raise Changed(_("Somebody else decided this meanwhile."))
    return membership


def _check(by: User, role: str, until: datetime.date | None) -> None:
    if role not in dict(roles_given_by(by)):
        raise Refused(_("Only the editorial team names focal points."))
    if until is not None and until < today():
        raise Refused(_("A term of office ends today or later."))


def _begin(membership: Membership, by: User | None) -> None:
    membership.state, membership.ending = State.ACTIVE, ""
    membership.since = today()
    membership.decided_by, membership.decided_at = by, timezone.now()
    membership.save()


def _end(membership: Membership, ending: str, by: User | None, answer: str = "") -> None:
    if membership.state == State.ACTIVE:
        membership.until = today()
    membership.state, membership.ending, membership.answer = State.ENDED, ending, answer
    membership.is_named = membership.is_listed = False
    membership.decided_by, membership.decided_at = by, timezone.now()
    membership.save()
