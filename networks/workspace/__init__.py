"""The workspace of a network: what its members find together on one page.

Sections and tasks are registered by the apps that have them, so that this app need not know them::

    workspace.show(Section("documents", _("Documents"), 20, newest_documents))
    workspace.assign(submissions_waiting)

Whoever gives items asks the one policy what ``request.user`` may read.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from ..models import NetworkPage

#: So many items has a section at most.
LENGTH = 5
#: What is younger than this is among what is new.
NEW_FOR = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Item:
    title: str
    url: str
    #: When it came; without it the item is never among what is new.
    when: datetime.datetime | None = None
    #: The language of the title, when it is not that of the reader.
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What a section shows: the first items, and where all of them are."""

    items: list[Item] = field(default_factory=list)
    more_url: str = ""
    more_label: str = ""


@dataclass(frozen=True)
class Section:
    code: str
    label: Any
    order: int
    find: Callable[[HttpRequest, NetworkPage], Found]
    #: What is said when there is nothing.
    empty: Any = ""


@dataclass(frozen=True)
class Task:
    """Something that waits for this person: how often, and where."""

    label: str
    number: int
    url: str


Tasks = Callable[[HttpRequest, "NetworkPage"], list[Task]]
_sections: dict[str, Section] = {}
_tasks: list[Tasks] = []


def show(section: Section) -> None:
    _sections[section.code] = section


def assign(tasks: Tasks) -> None:
    """Takes a function that gives what waits for the reader in a network."""
    if tasks not in _tasks:
        _tasks.append(tasks)


def sections_of(request: HttpRequest, page: NetworkPage) -> list[tuple[Section, Found]]:
    return [
        (section, section.find(request, page))
        for section in sorted(_sections.values(), key=lambda section: section.order)
    ]


def tasks_for(request: HttpRequest, page: NetworkPage) -> list[Task]:
    return [task for tasks in _tasks for task in tasks(request, page) if task.number]


def newest(found: list[tuple[Section, Found]], now: datetime.datetime) -> list[Any]:
    """The items of all sections that came lately, each with its section, the latest first."""
    young = [
        (item.when, section, item)
        for section, things in found
        for item in things.items
        if item.when and now - NEW_FOR <= item.when <= now
    ]
    young.sort(key=lambda entry: entry[0], reverse=True)
    return [(section, item) for _when, section, item in young[: 2 * LENGTH]]
