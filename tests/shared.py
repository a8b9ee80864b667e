"""Fixtures that many tests share: built once, and given to each test as if built for it alone.

Most of the time of a test went into building the pages that it looks at. A fixture marked with
``shared`` is built in a transaction that stays open for as long as the tests that follow use it
too. Each test runs in a transaction inside that one, and gets copies of the objects, so that
nothing of it is left for the next. What a test doesn't ask for isn't there.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation

from pages.models.vocabularies import forget_labels


def shared(build: Callable[..., Any]) -> Any:
    """Makes a fixture of ``build``, whose arguments are shared fixtures too."""

    def give(request: pytest.FixtureRequest, db: None, **needs: Any) -> Any:
        copies = request.node.stash.get(COPIES, {})
        return copies[build.__name__] if build.__name__ in copies else build(**needs)

    given = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("request", "db", *inspect.signature(build).parameters)
    ]
    give.__signature__ = inspect.Signature(given)
    give.build = build
    return pytest.fixture(name=build.__name__)(give)


@dataclass
class Level:
    """A shared fixture that is built now, with all those below it as they are since."""

    fixture: Any
    values: dict[str, Any]
    transaction: ExitStack


COPIES = pytest.StashKey[dict[str, Any]]()
#: What is built, each level inside the transaction of the one before.
levels: list[Level] = []
#: The test that follows the one that ends now.
upcoming: pytest.Item | None = None


def empties(item: pytest.Item) -> bool:
    """Whether a test sees what is committed, and empties the database at its end."""
    marker = item.get_closest_marker("django_db")
    fixtures: set[str] = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & {"transactional_db", "live_server"}) or bool(
        marker and marker.kwargs.get("transaction")
    )


def wanted(item: pytest.Item | None) -> dict[str, Any]:
    """The shared fixtures of a test by name, those that others need first."""
    found: dict[str, Any] = {}
    if item is None or empties(item):
        return found
    definitions = item._fixtureinfo.name2fixturedefs

    def add(name: str) -> None:
        function: Any = definitions[name][-1].func if name in definitions else None
        if name in found or not hasattr(function, "build"):
            return
        for need in inspect.signature(function.build).parameters:
            add(need)
        found[name] = function

    for name in item.fixturenames:
        add(name)
    return found


def build_for(item: pytest.Item) -> None:
    """Builds what ``item`` wants and isn't there, and lays out its copies."""
    fixtures = wanted(item)
    close(fixtures)
    for name, fixture in list(fixtures.items())[len(levels) :]:
        values = copy.deepcopy(levels[-1].values) if levels else {}
        needs = {need: values[need] for need in inspect.signature(fixture.build).parameters}
        with ExitStack() as opened:
            opened.enter_context(_rolled_back())
            with translation.override(settings.LANGUAGE_CODE):
                forget_labels()
                values[name] = fixture.build(**needs)
            levels.append(Level(fixture, values, opened.pop_all()))
    item.stash[COPIES] = copy.deepcopy(levels[-1].values) if levels else {}


def close(fixtures: dict[str, Any]) -> None:
    """Rolls back what isn't among ``fixtures``, and what was built upon it."""
    kept = 0
    for level, fixture in zip(levels, fixtures.values(), strict=False):
        if level.fixture is not fixture:
            break
        kept += 1
    while len(levels) > kept:
        levels.pop().transaction.close()


@contextmanager
def _rolled_back() -> Iterator[None]:
    atomic = transaction.atomic()
    atomic._from_testcase = True  # a durable block may begin inside
    with atomic:
        yield
        transaction.set_rollback(True)
