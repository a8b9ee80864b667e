"""Who enters which forum, and who moderates it: the one answer for pages, API, mail and search.

A network's forum is for its members, its focal points and the editorial team; the forum of all
members for members and the editorial team. Focal points and forum moderators moderate their
network's forum, the editorial team all of them. It is asked anew in each request: who leaves a
network is out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cpmg.users.models import MEMBERS, User
from pages.access import STAFF, is_staff

from ..membership import Membership, networks_and_moderated, with_role
from .models import Forum, Post, Topic

NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Standing:
    """What somebody is to the forums."""

    pk: int | None = None
    is_staff: bool = False
    is_member: bool = False
    networks: tuple[str, ...] = ()
    moderates: tuple[str, ...] = ()

    # As conditions on rows ------------------------------------------------------------

    def forums(self, path: str = "") -> Q:
        """On the forum at ``path`` of a row, ``"topic__forum__"`` for one."""
        if self.is_staff:
            return Q()
        if not self.is_member and not self.networks:
            return NOTHING
        entered = Q(**{f"{path}network__code__in": self.networks}) if self.networks else NOTHING
        return entered | Q(**{f"{path}network": None}) if self.is_member else entered

    def moderated_forums(self, path: str = "") -> Q:
        if self.is_staff:
            return Q()
        if not self.moderates:
            return NOTHING
        return Q(**{f"{path}network__code__in": self.moderates})

    def topics(self, path: str = "") -> Q:
        """Topics that are open; of those that wait, one's own and what one moderates."""
        waiting = Q(**{f"{path}author": self.pk}) | self.moderated_forums(f"{path}forum__")
        if self.is_staff:
            waiting = Q()
        return self.forums(f"{path}forum__") & (
            Q(**{f"{path}state": Topic.State.OPEN})
            | Q(**{f"{path}state": Topic.State.WAITING}) & waiting
        )

    def posts(self, path: str = "") -> Q:
        waiting = Q(**{f"{path}author": self.pk}) | self.moderated_forums(f"{path}topic__forum__")
        if self.is_staff:
            waiting = Q()
        return self.topics(f"{path}topic__") & (
            Q(**{f"{path}state": Post.State.VISIBLE})
            | Q(**{f"{path}state": Post.State.WAITING}) & waiting
        )

    # As answers -----------------------------------------------------------------------

    def enters(self, forum: Forum) -> bool:
        if self.is_staff:
            return True
        return forum.network.code in self.networks if forum.network else self.is_member

    def may_moderate(self, forum: Forum) -> bool:
        return self.is_staff or bool(forum.network and forum.network.code in self.moderates)

    @property
    def enters_any(self) -> bool:
        return self.is_staff or self.is_member or bool(self.networks)

    @property
    def moderates_any(self) -> bool:
        return self.is_staff or bool(self.moderates)


def standing_of(user: Any) -> Standing:
    """A few queries; ask once for a request. Nobody, and whoever is not active, is nothing."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Standing()
    if is_staff(user):
        return Standing(pk=user.pk, is_staff=True)
    networks, moderated = networks_and_moderated(user)
    return Standing(
        pk=user.pk,
        is_member=user.groups.filter(name=MEMBERS).exists(),
        networks=tuple(networks),
        moderates=tuple(moderated),
    )


def readers_of(forum: Forum) -> QuerySet[User]:
    """The people who may enter ``forum``."""
    entering = Q(groups__name__in=STAFF) | Q(is_superuser=True)
    if forum.network:
        members = Membership.objects.current().filter(network=forum.network)
        entering |= Q(pk__in=members.order_by().values("person"))
    else:
        entering |= Q(groups__name=MEMBERS)
    return User.objects.filter(
        pk__in=User.objects.filter(entering, is_active=True).order_by().values("pk")
    )


def moderators_of(forum: Forum) -> QuerySet[User]:
    """Whom a report concerns: the moderators and focal points of the network, or the editorial
    team where there are none."""
    if forum.network:
        roles = (Membership.Role.FOCAL_POINT, Membership.Role.MODERATOR)
        own = with_role(*roles, code=forum.network.code)
        if own.exists():
            return own
    return User.objects.filter(is_active=True, groups__name__in=STAFF).distinct()
