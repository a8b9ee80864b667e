"""``manage.py check_access``: proves over the whole tree who may read what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError

from pages import access, translations
from repository import review, shelves


def problems() -> Iterator[str]:
    """All that is wrong; one reader of each combination of groups stands for all."""
    yield from translations.problems()
    yield from shelves.problems()
    yield from review.problems()
    readers: dict[Any, Any] = {}
    for user in get_user_model().objects.prefetch_related("groups"):
        kind = (user.is_active, user.is_superuser, *sorted(g.pk for g in user.groups.all()))
        readers.setdefault(kind, user)
    yield from access.disagreements(None, AnonymousUser(), *readers.values())


class Command(BaseCommand):
    help = (
        "Checks that translations stay with their sources, that shelves and their files carry"
        " their restrictions, that nothing submitted is live without approval, and that all forms"
        " of the policy agree. Names what is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(problems())
        for problem in found:
            self.stdout.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems.", returncode=1)
        self.stdout.write("Every page is where its readers are.")
