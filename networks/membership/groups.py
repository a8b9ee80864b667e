"""Memberships and groups, kept in step in one transaction, from whichever side one changes.

What is done here with a membership changes the person's groups; whoever changes groups, in the
admin or in code, changes the membership. The membership is the truth: it knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.log_actions import log

from cpmg.users.models import User
from pages.models import Network

from . import FOCAL_POINTS_OF, GROUPS, MEMBERS_OF, MODERATORS_OF, Membership, groups_of_role
from .models import today

Role, State = Membership.Role, Membership.State
PREFIXES = (MEMBERS_OF, FOCAL_POINTS_OF, MODERATORS_OF)

_at_work: ContextVar[bool] = ContextVar("memberships_and_groups", default=False)


@contextmanager
def _stepping() -> Iterator[None]:
    token = _at_work.set(True)
    try:
        yield
    finally:
        _at_work.reset(token)


# From the membership to the groups ----------------------------------------------------


def follow(membership: Membership) -> None:
    """Gives the person the groups of their place in the network, and no others of it."""
    network, person = membership.network, membership.person
    if person is None:
        return
    active = Membership.objects.filter(network=network, person=person, state=State.ACTIVE).first()
    wanted = GROUPS[Role(active.role)] if active and active.is_current else ()
    names = {f"{prefix}{network.code}" for prefix in wanted}
    every = {f"{prefix}{network.code}" for prefix in PREFIXES}
    own = {group.name: group for group in person.groups.filter(name__in=every)}
    with _stepping():
        surplus = [group for name, group in own.items() if name not in names]
        if surplus:
            person.groups.remove(*surplus)
        if active and names - own.keys():
            person.groups.add(*groups_of_role(active.role, network))


def _membership_changed(instance: Membership, **kwargs: Any) -> None:
    if kwargs.get("raw") or _at_work.get():
        return
    origin = kwargs.get("origin", instance)
    if isinstance(origin, Membership) or getattr(origin, "model", None) is Membership:
        follow(instance)  # not when the person or the network is deleted


# From the groups to the membership ----------------------------------------------------


def _groups_changed(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    if _at_work.get() or kwargs.get("raw") or action not in ACTIONS:
        return
    if action == "pre_clear":
        _remember(instance, reverse)
    elif action == "post_clear":
        _mirror(*instance.__dict__.pop("_cleared_groups", ((), ())))
    elif reverse:
        _mirror(User.objects.filter(pk__in=pk_set or ()), [instance])
    else:
        _mirror([instance], Group.objects.filter(pk__in=pk_set or ()))


ACTIONS = {"post_add", "post_remove", "pre_clear", "post_clear"}


def _remember(instance: Any, reverse: bool) -> None:
    people = list(instance.user_set.all()) if reverse else [instance]
    groups = [instance] if reverse else list(instance.groups.all())
    instance.__dict__["_cleared_groups"] = (people, groups)


def _mirror(people: Iterable[User], groups: Iterable[Group]) -> None:
    """Brings the memberships of ``people`` in the networks of ``groups`` into step."""
    codes = {
        group.name.removeprefix(prefix)
        for group in groups
        for prefix in PREFIXES
        if group.name.startswith(prefix)
    }
    if not codes:
        return
    networks = Network.objects.filter(
        code__in=codes, locale__language_code=settings.LANGUAGE_CODE
    ).select_related("locale")
    with transaction.atomic(), _stepping():
        for network in networks:
            for person in people:
                _mirror_one(person, network)


def _mirror_one(person: User, network: Network) -> None:
    names = {f"{prefix}{network.code}": prefix for prefix in PREFIXES}
    own = {names[name] for name in _names(person, list(names))}
    role = next(
        (
            role
            for prefix, role in (
                (FOCAL_POINTS_OF, Role.FOCAL_POINT),
                (MODERATORS_OF, Role.MODERATOR),
                (MEMBERS_OF, Role.MEMBER),
            )
            if prefix in own
        ),
        None,
    )
    membership = Membership.objects.open().filter(network=network, person=person).first()
    if role is None:
        if membership and membership.state == State.ACTIVE:
            membership.state, membership.ending = State.ENDED, Membership.Ending.REMOVED
            membership.until = today()
            membership.save()
            log(membership, "networks.membership_group_left")
        return
    if membership is None:
        membership = Membership(network=network, person=person)
    if membership.is_current and membership.role == role:
        return
    if not membership.is_current:
        membership.since, membership.until = today(), None
    membership.state, membership.role = State.ACTIVE, role
    membership.save()
    log(membership, "networks.membership_group_given", data={"role": role})


def _names(person: User, names: list[str]) -> list[str]:
    return list(person.groups.filter(name__in=names).values_list("name", flat=True))


def connect() -> None:
    for signal in (post_save, post_delete):
        signal.connect(_membership_changed, sender=Membership, dispatch_uid="networks.membership")
    m2m_changed.connect(
        _groups_changed, sender=User.groups.through, dispatch_uid="networks.membership"
    )
