"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.management import call_command
from django.utils import translation

from pages.factories import HomePageFactory
from pages.models import HomePage
from pages.models.vocabularies import forget_labels

from . import shared
from .shared import empties, wanted

LANGUAGES = ("en", "es", "fr", "nl")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the shipped content come after those that expect an empty site, and before
    those that empty the database. These find in it what the migrations made."""

    def rank(item: pytest.Item) -> int:
        fixtures: set[str] = set(getattr(item, "fixturenames", ()))
        if empties(item):
            return 2
        return 1 if "_shipped_content" in fixtures else 0

    modules: dict[Any, int] = {}
    for item in items:
        modules.setdefault(item.path, len(modules))
        if empties(item):
            again = pytest.mark.django_db(transaction=True, serialized_rollback=True)
            item.add_marker(again, append=False)
            if "e2e" not in item.path.parts:  # the browser tests' database is empty anyway
                item.fixturenames.insert(0, "_emptied")
        elif wanted(item):
            item.fixturenames.insert(0, "_shared")
    items.sort(key=lambda item: (rank(item), modules[item.path], list(wanted(item))))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    shared.upcoming = nextitem


@pytest.fixture
def _shared(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """Before all else of a test: what it shares is built outside its own transaction."""
    with django_db_blocker.unblock():
        shared.build_for(request.node)
    yield
    with django_db_blocker.unblock():
        shared.close(wanted(shared.upcoming))


@pytest.fixture(autouse=True)
def fresh_labels() -> None:
    """The names of terms are remembered during a request; a test must not see another's."""
    forget_labels()


@pytest.fixture(autouse=True)
def source_language() -> None:
    """A request leaves its language behind; the next test begins in the source language."""
    translation.activate(settings.LANGUAGE_CODE)


class Outbox(list):
    """``mail.outbox``, for which the queue is worked off when a test looks into it."""

    def _drained(self) -> Outbox:
        from cpmg.mail import outgoing

        outgoing.drain()
        return self

    def __iter__(self) -> Any:
        return super(Outbox, self._drained()).__iter__()

    def __len__(self) -> int:
        return super(Outbox, self._drained()).__len__()

    def __getitem__(self, key: Any) -> Any:
        return super(Outbox, self._drained()).__getitem__(key)

    def clear(self) -> None:
        super(Outbox, self._drained()).clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Once all is set up: Django gives each test that uses the database a list of its own."""
    mail.outbox = Outbox()
    try:
        return (yield)
    finally:
        mail.outbox = []


@pytest.fixture(scope="session")
def _shipped_content(django_db_setup: None, django_db_blocker: Any) -> None:
    from cpmg.content import loading

    with django_db_blocker.unblock():
        loading.load(settings.SITE / "data")


@pytest.fixture(scope="session")
def _emptied(django_db_setup: None, django_db_blocker: Any) -> None:
    """Before the first test that empties the database: what the tests before it have loaded. The
    content types are remembered, or restoring the tasks of workflows would make them anew."""
    with django_db_blocker.unblock():
        ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)
        call_command(
            "flush",
            verbosity=0,
            interactive=False,
            inhibit_post_migrate=True,
            reset_sequences=False,  # what is restored keeps its numbers
        )


@pytest.fixture
def content(_shipped_content: None, db: None) -> None:
    """The content that the platform ships with, loaded once in a run; a test's own changes to it
    are rolled back."""


@shared.shared
def home() -> dict[str, HomePage]:
    """The home page of each language.

    root
    ├── en  /en/
    ├── es  /es/
    ├── fr  /fr/
    └── nl  /nl/
    """
    return {language: HomePageFactory(locale=language) for language in LANGUAGES}
