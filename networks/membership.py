"""Who belongs to a network, and who speaks for it: the members of its groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission

from pages.models import Network

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User

MEMBERS_OF, FOCAL_POINTS_OF = "Network: ", "Focal points: "


def group_of(network: Network) -> Group:
    """The group of a network, made when it is first asked for."""
    return Group.objects.get_or_create(name=f"{MEMBERS_OF}{network.code}")[0]


def focal_points_of(network: Network) -> Group:
    """The group of a network's focal points, made when it is first asked for. They decide at the
    desk in the admin, and may do nothing else there."""
    group, made = Group.objects.get_or_create(name=f"{FOCAL_POINTS_OF}{network.code}")
    if made:
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
    return group


def networks_of(user: User | AnonymousUser) -> list[str]:
    """The codes of the networks that ``user`` belongs to, as a member or as a focal point."""
    return sorted({*_codes(user, MEMBERS_OF), *_codes(user, FOCAL_POINTS_OF)})


def networks_in_focus_of(user: User | AnonymousUser) -> list[str]:
    """The codes of the networks whose focal point ``user`` is."""
    return _codes(user, FOCAL_POINTS_OF)


def _codes(user: User | AnonymousUser, prefix: str) -> list[str]:
    if not user.is_authenticated or not user.is_active:
        return []
    names = user.groups.filter(name__startswith=prefix).values_list("name", flat=True)
    return [name.removeprefix(prefix) for name in names]
