"""The short names by which people mention each other: ``@maya.demo``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from anyascii import anyascii
from django.db.models import QuerySet
from django.db.models.functions import Length

from cpmg.users.models import User

from .models import Handle

LONGEST = 32


def give(people: QuerySet[User]) -> None:
    """Gives a handle to those of ``people`` who have none. Nobody's e-mail address is in it."""
    nameless = people.filter(forum_handle=None).order_by("pk")
    for person in nameless.iterator():
        _give(person)


def of(person: User) -> str:
    """The handle of ``person``, made when it is first asked for."""
    handle = Handle.objects.filter(person=person).first()
    return handle.name if handle else _give(person)


def _give(person: User) -> str:
    stem = stem_of(person)
    for number in range(Handle.objects.filter(name__startswith=stem).count(), 1_000_000):
        name = f"{stem}{number + 1 if number else ''}"
        Handle.objects.bulk_create([Handle(person=person, name=name)], ignore_conflicts=True)
        if given := Handle.objects.filter(person=person).first():
            return given.name
    raise RuntimeError("There are no names left.")


def stem_of(person: User) -> str:
    name = anyascii(f"{person.first_name} {person.last_name}").lower()
    words = re.findall(r"[a-z0-9]+", name)
    return ".".join(words)[:LONGEST].strip(".") or "member"


def among(names: Iterable[str], people: QuerySet[User]) -> dict[str, int]:
    """Of ``names``, those that are handles of ``people``, with the numbers of their persons."""
    wanted = set(names)
    if not wanted:
        return {}
    found = Handle.objects.filter(name__in=wanted, person__in=people.order_by().values("pk"))
    known = dict(found.values_list("name", "person_id"))
    if len(known) < len(wanted):
        give(people)
        known = dict(found.all().values_list("name", "person_id"))
    return known


def beginning_with(start: str, people: QuerySet[User], most: int = 10) -> list[Handle]:
    give(people)
    found = Handle.objects.filter(person__in=people.order_by().values("pk"))
    if start:
        found = found.filter(name__startswith=start.lower())
    return list(found.select_related("person").order_by(Length("name"), "name")[:most])
