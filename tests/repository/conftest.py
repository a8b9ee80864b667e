"""Shelves in four languages, and the people who submit and decide."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client

from cpmg.users.models import MEMBERS, User
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from networks.membership import focal_points_of, group_of
from pages import factories as make
from repository import submissions
from repository.factories import (
    DocumentTypeFactory,
    LibraryPageFactory,
    RepositoryPageFactory,
)
from repository.models import Submission
from tests.shared import shared

LANGUAGES = ("en", "es", "fr", "nl")


def with_threads(test: Any) -> Any:
    """Threads see each other's rows when they are committed, and wait for each other's locks."""
    reason = "The tests' SQLite lies in memory; what runs in parallel runs on PostgreSQL."
    skip = pytest.mark.skipif(connection.vendor == "sqlite", reason=reason)
    return skip(pytest.mark.django_db(transaction=True)(test))


def record(**others: Any) -> dict[str, Any]:
    """A complete record, as a person types it."""
    return {
        "title": "Return migration to Jamaica",
        "record_language": "en",
        "document_type": "report",
        "contributors": [
            {"role": "author", "family_name": "Brown", "given_name": "Carol"},
        ],
        "year": "2024",
        "publisher": "Planning Institute of Jamaica",
        "abstract": "First paragraph.\n\nSecond paragraph.",
        "languages": ["en"],
        "licence": "CC-BY-4.0",
        "shelf": "public",
        "external_url": "https://example.org/report",
    } | others


@shared
def shelves(home: dict[str, Any]) -> dict[str, Any]:
    """The repository, the members' library and the library of a network, in each language."""

    def in_all(factory: Any, key: str, **fields: Any) -> dict[str, Any]:
        parents = fields.pop("parents", {})
        translation_key = make.translation_key("test", key)
        return {
            language: factory(
                locale=language,
                translation_key=translation_key,
                **({"parent": parents[language]} if parents else {}),
                **fields,
            )
            for language in LANGUAGES
        }

    for code, name in (("en", "English"), ("es", "Spanish"), ("fr", "French"), ("nl", "Dutch")):
        make.LanguageFactory(code=code, name=name)
    DocumentTypeFactory(code="report", name="Report")
    network = make.NetworkFactory(code="diaspora", name="Diaspora")
    section = in_all(NetworkIndexPageFactory, "networks")
    pages = in_all(NetworkPageFactory, "diaspora", parents=section, network=network)
    return {
        "public": in_all(RepositoryPageFactory, "repository"),
        "members": in_all(LibraryPageFactory, "library"),
        "network:diaspora": in_all(LibraryPageFactory, "of diaspora", parents=pages),
        "network": network,
    }


@pytest.fixture
def person(db: None) -> Any:
    """Makes a person in the groups that are named."""

    def make_person(name: str, *groups: str | Group, **fields: Any) -> User:
        user = User.objects.create_user(
            f"{name}@example.org", "correct horse battery", first_name=name.title(), **fields
        )
        for group in groups:
            if isinstance(group, str):
                group = Group.objects.get_or_create(name=group)[0]
            user.groups.add(group)
        return user

    return make_person


@pytest.fixture
def people(shelves: dict[str, Any], person: Any) -> dict[str, User]:
    network = shelves["network"]
    return {
        "member": person("maya", MEMBERS, group_of(network), organisation="PIOJ", language="es"),
        "other": person("otto", MEMBERS),
        "editor": person("edwin", "Editors", language="fr"),
        "moderator": person("monique", "Moderators"),
        "focal": person("fiona", MEMBERS, group_of(network), focal_points_of(network)),
        "admin": User.objects.create_superuser("root@example.org", "correct horse battery"),
    }


@pytest.fixture
def submitted(people: dict[str, User]) -> Any:
    """Makes a submission that is in review."""

    def make_one(shelf: str = "public", by: str = "member", **data: Any) -> Submission:
        submission = submissions.start(people[by], record(shelf=shelf, **data))
        return submissions.submit(submission, people[by])

    return make_one


@pytest.fixture
def signed_in(people: dict[str, User]) -> Any:
    def client(name: str) -> Client:
        made = Client()
        made.force_login(people[name])
        return made

    return client


@pytest.fixture
def in_parallel() -> Any:
    """Runs functions in threads of their own, at the same moment; gives their errors. The test
    is one ``with_threads``."""

    def run(*functions: Callable[[], Any]) -> list[Exception | None]:
        barrier = threading.Barrier(len(functions))
        errors: list[Exception | None] = [None] * len(functions)

        def call(number: int, function: Callable[[], Any]) -> None:
            barrier.wait(30)
            try:
                function()
            except Exception as error:
                errors[number] = error
            finally:
                connection.close()

        threads = [
            threading.Thread(target=call, args=(number, function))
            for number, function in enumerate(functions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return errors

    return run


def pdf(text: str = "text") -> ContentFile:
    return ContentFile(f"%PDF-1.4 {text}".encode(), "report.pdf")
