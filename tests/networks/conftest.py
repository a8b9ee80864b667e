"""A network with a page in each language and a library, and the people around it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from cpmg.users.models import MEMBERS, User
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from networks.models import Membership
from pages import factories as make
from pages.models import Network
from repository.factories import LibraryPageFactory, RepositoryPageFactory
from tests.shared import shared

LANGUAGES = ("en", "es")
Role, State = Membership.Role, Membership.State


@shared
def world() -> dict[str, Any]:
    """
    /networks/ ── /diaspora/ ── /library/    in two languages
               └─ /data/                     in English
    """
    section, pages, library = {}, {}, {}
    names = {"en": "Diaspora", "es": "Diáspora"}
    for language in LANGUAGES:
        key = {kind: make.translation_key("test", kind) for kind in ("section", "page", "library")}
        section[language] = NetworkIndexPageFactory(locale=language, translation_key=key["section"])
        if language == "en":
            network = make.NetworkFactory(code="diaspora", name="Diaspora")
        pages[language] = NetworkPageFactory(
            locale=language,
            parent=section[language],
            translation_key=key["page"],
            network=network,
            title=names[language],
            slug="diaspora",
        )
        library[language] = LibraryPageFactory(
            locale=language, parent=pages[language], translation_key=key["library"]
        )
    other = make.NetworkFactory(code="data", name="Migration data")
    NetworkPageFactory(parent=section["en"], network=other)
    RepositoryPageFactory()
    return {"network": network, "other": other, "pages": pages, "library": library}


@pytest.fixture
def network(world: dict[str, Any]) -> Network:
    return world["network"]


@pytest.fixture
def person(db: None) -> Any:
    """Makes a person, with a role in networks if that is said."""

    def make_person(name: str, role: str = "", *networks: Network, **fields: Any) -> User:
        fields = {"first_name": name.title(), "last_name": "Of the test", **fields}
        groups = fields.pop("groups", (MEMBERS,))
        user = User.objects.create_user(f"{name}@example.org", "correct horse battery", **fields)
        user.groups.add(*Group.objects.filter(name__in=groups))
        for network in networks:
            Membership.objects.create(
                network=network, person=user, role=role, state=State.ACTIVE, is_listed=True
            )
        return user

    return make_person


@pytest.fixture
def people(world: dict[str, Any], person: Any) -> dict[str, User]:
    network = world["network"]
    return {
        "maya": person("maya", language="es"),
        "otto": person("otto", Role.MEMBER, network, organisation="PIOJ", country="JM"),
        "fiona": person("fiona", Role.FOCAL_POINT, network, language="fr"),
        "felix": person("felix", Role.FOCAL_POINT, world["other"]),
        "edwin": person("edwin", groups=["Editors"]),
    }


@pytest.fixture
def clients(people: dict[str, User]) -> dict[str, Client]:
    found = {}
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found
