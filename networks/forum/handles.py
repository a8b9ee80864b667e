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
    """Gives a handle to those of ``people`` who have none, in a constant number of queries.
    Nobody's e-mail address is in it."""
    nameless = list(people.filter(forum_handle=None).order_by("pk"))
    if not nameless:
        return
    taken = set(Handle.objects.values_list("name", flat=True))
    new = []
    for person in nameless:
        stem = stem_of(person)
        names = (f"{stem}{number + 1 if number else ''}" for number in range(len(taken) + 1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        new.append(Handle(person=person, name=name))
    # Who is given one elsewhere at the same moment keeps that.
    Handle.objects.bulk_create(new, batch_size=1_000, ignore_conflicts=True)


def of(person: User) -> str:
    """The handle of ``person``, made when it is first asked for."""
    for _try in range(3):
        if handle := Handle.objects.filter(person=person).first():
            return handle.name
        give(User.objects.filter(pk=person.pk))
    return ""


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
