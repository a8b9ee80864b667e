"""Who belongs to a network, and who speaks for it.

``Membership`` is the truth. Each role has a group, which shelves and workflows name and which is
kept in step with it (``membership.groups``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from pages.access import is_staff
from pages.models import Network

from .models import Membership, MembershipQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User

MEMBERS_OF, FOCAL_POINTS_OF, MODERATORS_OF = "Network: ", "Focal points: ", "Forum moderators: "

Role = Membership.Role
#: The groups of each role, by the beginnings of their names.
GROUPS = {
    Role.MEMBER: (MEMBERS_OF,),
    Role.FOCAL_POINT: (MEMBERS_OF, FOCAL_POINTS_OF),
    Role.MODERATOR: (MEMBERS_OF, MODERATORS_OF),
}


# Groups -------------------------------------------------------------------------------


def group_of(network: Network) -> Group:
    """The group of a network, made when it is first asked for."""
    return _group(MEMBERS_OF, network)


def focal_points_of(network: Network) -> Group:
    """The group of a network's focal points, made when it is first asked for. They decide in
    their rooms of the admin, and may do nothing else there."""
    return _group(FOCAL_POINTS_OF, network)


def moderators_of(network: Network) -> Group:
    """The group of the moderators of a network's forum, made when it is first asked for."""
    return _group(MODERATORS_OF, network)


def _group(prefix: str, network: Network) -> Group:
    group, made = Group.objects.get_or_create(name=f"{prefix}{network.code}")
    if made and prefix != MEMBERS_OF:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
    return group


def groups_of_role(role: str, network: Network) -> list[Group]:
    return [_group(prefix, network) for prefix in GROUPS[Role(role)]]


def lapsed_groups(user: User) -> list[QuerySet]:
    """Names of the groups that ``user`` is in and that no longer count, because the term of
    office has run out; as parts of a query."""
    lapsed = Membership.objects.lapsed().filter(person_id=user.pk).order_by()
    return [
        lapsed.values_list(Concat(Value(prefix), "network__code"), flat=True)
        for prefix in (MEMBERS_OF, FOCAL_POINTS_OF, MODERATORS_OF)
    ]


# Who ----------------------------------------------------------------------------------


def current(user: User | AnonymousUser | None) -> MembershipQuerySet:
    """The memberships of ``user`` that are in force."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.current().filter(person=user)


def networks_of(user: User | AnonymousUser) -> list[str]:
    """The codes of the networks that ``user`` belongs to, in whatever role."""
    return _codes(user)


def networks_in_focus_of(user: User | AnonymousUser) -> list[str]:
    """The codes of the networks whose focal point ``user`` is."""
    return _codes(user, Role.FOCAL_POINT)


def _codes(user: User | AnonymousUser, *roles: str) -> list[str]:
    found = current(user).order_by()
    if roles:
        found = found.filter(role__in=roles)
    return sorted(set(found.values_list("network__code", flat=True)))


def networks_and_moderated(user: User | AnonymousUser) -> tuple[list[str], list[str]]:
    """``networks_of``, and those in whose forum ``user`` keeps order, as a moderator or as a
    focal point; one query."""
    found = list(current(user).order_by().values_list("network__code", "role"))
    moderating = {code for code, role in found if role in (Role.FOCAL_POINT, Role.MODERATOR)}
    return sorted({code for code, _role in found}), sorted(moderating)


def with_role(*roles: str, code: str) -> QuerySet[User]:
    """The people who have one of ``roles`` in the network ``code`` today."""
    from cpmg.users.models import User

    found = Membership.objects.current().filter(network__code=code, role__in=roles)
    return User.objects.filter(pk__in=found.order_by().values("person"))


def decides_about(user: User | AnonymousUser) -> QuerySet[Network]:
    """The networks about whose members ``user`` decides."""
    every = Network.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    if is_staff(user):
        return every
    return every.filter(code__in=networks_in_focus_of(user))


def own_data(user: User) -> list[dict]:
    """For the export of a person's data."""
    fields = ("network__code", "role", "state", "ending", "reason", "answer", "asked_at")
    more = ("decided_at", "since", "until", "is_named", "is_listed")
    return list(Membership.objects.filter(person=user).order_by("pk").values(*fields, *more))


__all__ = [
    "FOCAL_POINTS_OF",
    "MEMBERS_OF",
    "MODERATORS_OF",
    "Membership",
    "current",
    "decides_about",
    "focal_points_of",
    "group_of",
    "moderators_of",
    "networks_and_moderated",
    "networks_in_focus_of",
    "networks_of",
    "own_data",
    "with_role",
]
