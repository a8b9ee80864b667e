"""``manage.py demo_people``: one person for each role, for who wants to try the platform."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cpmg.users.access import vouch_for_address
from cpmg.users.models import MEMBERS, User

#: Given name, and the groups that make the role.
PEOPLE = {
    "member": ("Maya", [MEMBERS]),
    "editor": ("Edwin", [MEMBERS, "Editors"]),
    "moderator": ("Monique", [MEMBERS, "Moderators"]),
}


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
            person.groups.set(Group.objects.filter(name__in=groups))
            vouch_for_address(person)
            self.stdout.write(f"{role:<10} {email:<28} {password}")
