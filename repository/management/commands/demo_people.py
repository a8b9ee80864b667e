"""``manage.py demo_people``: one person for each role, for who wants to try the platform."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cpmg.users.access import vouch_for_address
from cpmg.users.models import MEMBERS, User
from networks.membership import focal_points_of, group_of
from networks.models import NetworkPage
from pages.models import Network

#: Given name, and the groups that make the role.
PEOPLE = {
    "member": ("Maya", [MEMBERS]),
    "editor": ("Edwin", [MEMBERS, "Editors"]),
    "moderator": ("Monique", [MEMBERS, "Moderators"]),
}
#: The roles in a network, where there is one.
IN_NETWORK = {"network-member": "Nadia", "focal-point": "Felix"}


class Command(BaseCommand):
    help = "Makes one person for each role and prints their passwords, which nothing else keeps."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_PEOPLE_ALLOWED:
            raise CommandError("These settings allow no demo people: DEMO_PEOPLE_ALLOWED is off.")
        self.stdout.write(
            "Passwords are shown this once; running the command again makes new ones."
        )
        for role, (name, groups) in PEOPLE.items():
            self._make(role, name, Group.objects.filter(name__in=groups))
        network = first_network()
        if network is None:
            self.stdout.write("There is no network yet, so it has no member and no focal point.")
            return
        members = [Group.objects.get(name=MEMBERS), group_of(network)]
        self._make("network-member", IN_NETWORK["network-member"], members)
        focal_point = [*members, focal_points_of(network)]
        self._make("focal-point", IN_NETWORK["focal-point"], focal_point)
        self.stdout.write(f"The network of the last two: {network.name}")

    def _make(self, role: str, name: str, groups: Any) -> None:
        password = secrets.token_urlsafe(12)
        email = f"demo-{role}@example.org"
        person = User.objects.filter(email=email).first()
        if person is None:
            person = User.objects.create_user(
                email, first_name=name, last_name="Demo", organisation="Demo"
            )
        person.is_active = True
        person.set_password(password)
        person.save()
        person.groups.set(groups)
        vouch_for_address(person)
        self.stdout.write(f"{role:<15} {email:<33} {password}")


def first_network() -> Network | None:
    """The network, by its name, that has a page and with it a library."""
    networks = Network.objects.filter(
        pk__in=NetworkPage.objects.filter(live=True).values("network"),
        locale__language_code=settings.LANGUAGE_CODE,
    )
    return networks.order_by("name").first()
