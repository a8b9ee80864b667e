"""The letters about memberships, each in its recipient's language, through ``cpmg.mail``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cpmg import mail
from cpmg.mail import Letter
from cpmg.users.adapters import absolute
from cpmg.users.models import User
from pages import dates
from pages.access import STAFF

from . import with_role
from .models import Membership

#: What the queue of mail asks before a letter leaves.
IS_MEMBER, WAITS = "networks.is_member", "networks.membership_waits"


def is_member(person: User, code: str) -> bool:
    from . import networks_of

    return code in networks_of(person)


def still_waits(person: User, pk: int) -> bool:
    """Whether the request still waits, and for this person."""
    from . import decides_about

    waiting = Membership.objects.filter(pk=pk, state=Membership.State.REQUESTED)
    return waiting.filter(network__in=decides_about(person)).exists()


def deciders(code: str) -> QuerySet[User]:
    """Who is told of a request: the focal points, or the editorial team while there are none."""
    own = with_role(Membership.Role.FOCAL_POINT, code=code)
    team = User.objects.filter(is_active=True, groups__name__in=STAFF).distinct()
    return own if own.exists() else team


def _own_page(membership: Membership) -> str:
    return absolute(reverse("own_network", args=[membership.network.code]))


def _workspace(membership: Membership) -> str:
    return absolute(reverse("workspace", args=[membership.network.code]))


def _write(
    membership: Membership,
    event: str,
    letter: Callable[[], Letter],
    to: Any = None,
    **more: Any,
) -> None:
    mail.queue(
        letter,
        to or membership.person,
        event=f"network-membership:{membership.pk}:{event}",
        thread=f"network-membership:{membership.pk}",
        **more,
    )


def asked(membership: Membership) -> None:
    """To those who decide."""

    def letter() -> Letter:
        about = {"name": membership.name, "network": membership.network.label}
        return Letter(
            _("%(name)s would like to join the network %(network)s") % about,
            [
                _("%(name)s asks to become a member of the network %(network)s and writes:")
                % about,
                membership.reason,
            ],
            (_("Decide"), absolute(reverse("network_members_one", args=[membership.pk]))),
        )

    for person in deciders(membership.network.code).exclude(network_memberships__pk=membership.pk):
        about = (WAITS, membership.pk)
        _write(membership, "asked", letter, person, category="tasks", about=about)


def approved(membership: Membership) -> None:
    def letter() -> Letter:
        network = {"network": membership.network.label}
        lines = [_("You are now a member of the network %(network)s.") % network]
        lines += [term(membership)] if membership.until else []
        return Letter(
            _("Welcome to the network %(network)s") % network,
            lines,
            (_("Open the workspace"), _workspace(membership)),
            [_("On the page of your membership you decide whether other members see your name.")],
        )

    _write(membership, "approved", letter, about=(IS_MEMBER, membership.network.code))


def term(membership: Membership) -> str:
    if membership.until is None:
        return _("Your term of office has no end.")
    until = {"date": dates.day(membership.until)}
    return _("Your term of office lasts until %(date)s.") % until


def declined(membership: Membership) -> None:
    def letter() -> Letter:
        network = {"network": membership.network.label}
        return Letter(
            _("Your request to join the network %(network)s") % network,
            [
                _("We could not approve your request to join the network %(network)s.") % network,
                _("The reason:"),
                membership.answer,
            ],
        )

    _write(membership, "declined", letter)


def removed(membership: Membership) -> None:
    def letter() -> Letter:
        network = {"network": membership.network.label}
        return Letter(
            _("Your membership of the network %(network)s has ended") % network,
            [
                _("You are no longer a member of the network %(network)s.") % network,
                _("The reason:"),
                membership.answer,
            ],
        )

    _write(membership, "removed", letter)


def ran_out(membership: Membership) -> None:
    def letter() -> Letter:
        network = {"network": membership.network.label}
        return Letter(
            _("Your membership of the network %(network)s has ended") % network,
            [
                _("Your term of office in the network %(network)s has ended.") % network,
                _("If you would like to go on, please request membership again."),
            ],
            (_("Your membership"), _own_page(membership)),
        )

    _write(membership, "ran-out", letter)


def changed(membership: Membership, event: str) -> None:
    def letter() -> Letter:
        about = {"network": membership.network.label, "role": membership.get_role_display()}
        return Letter(
            _("Your membership of the network %(network)s was changed") % about,
            [
                _("Your role in the network %(network)s: %(role)s.") % about,
                term(membership),
            ],
            (_("Your membership"), _own_page(membership)),
        )

    _write(membership, event, letter, about=(IS_MEMBER, membership.network.code))


def invited(membership: Membership, by: User, language: str, address: str) -> None:
    """``address`` holds the key that accepts: the letter alone has it."""

    def letter() -> Letter:
        about = {"name": str(by), "network": membership.network.label}
        lines = [_("%(name)s invites you to join the network %(network)s.") % about]
        lines += [membership.reason] if membership.reason else []
        return Letter(
            _("Invitation to the network %(network)s") % about,
            lines,
            (_("Open the invitation"), address),
            [
                _("The invitation is for you alone and is open for 14 days."),
                _("If you do not want to join, ignore this message: nothing changes."),
            ],
        )

    to = membership.person or mail.Address(membership.email, language)
    event = f"invited:{membership.asked_at.timestamp()}"
    _write(membership, event, letter, to)
