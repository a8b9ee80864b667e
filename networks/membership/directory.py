"""The members of a network as other members see them: who agreed, and nothing that they did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from cpmg.countries import names

from .models import Membership

#: On one page.
LENGTH = 50


@dataclass(frozen=True)
class Person:
    """What is shown of a member; never an address."""

    name: str
    organisation: str
    country: str
    country_name: str
    role: str
    role_label: str


def listed(code: str) -> QuerySet[Membership]:
    """The memberships of a network whose people agreed to be listed, by name."""
    found = Membership.objects.current().filter(network__code=code, is_listed=True)
    return found.select_related("person").order_by(
        "person__last_name", "person__first_name", "person_id"
    )


def named_focal_points(code: str) -> list[Person]:
    """The focal points of a network who agreed to be named in public."""
    found = Membership.objects.current().filter(
        network__code=code, role=Membership.Role.FOCAL_POINT, is_named=True
    )
    return [
        shown(membership)
        for membership in found.select_related("person").order_by(
            "person__last_name", "person__first_name", "person_id"
        )
    ]


def shown(membership: Membership) -> Person:
    person: Any = membership.person  # those in force have one
    country_names = names(get_language() or "en")
    return Person(
        name=person.get_full_name(),
        organisation=person.organisation,
        country=person.country,
        country_name=country_names.get(person.country, ""),
        role=membership.role,
        role_label=membership.get_role_display(),
    )
