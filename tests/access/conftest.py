"""A world with shelves: the public repository, the members' library and two networks' libraries,
each in four languages, with a publication on each shelf, and a draft; and people who read.

Everything that a hidden publication says holds its marker, so that a test can search what a reader
was shown for what the reader must not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.models import APIToken

from cpmg.users.models import MEMBERS, User
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from networks.membership import focal_points_of, group_of
from pages import access
from pages import factories as make
from repository import submissions
from repository.factories import (
    ContributorFactory,
    DocumentFactory,
    DocumentTypeFactory,
    LibraryPageFactory,
    PublicationFileFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)
from repository.shelves import unpublished
from repository.withdrawals import withdraw_publication

LANGUAGES = ("en", "es", "fr", "nl")
#: What each state's texts hold, and nothing else does.
MARKERS = {
    "public": "xqpublicx",
    "members": "xqmembersx",
    "network": "xqnetworkx",
    "draft": "xqdraftx",
    "drafted": "xqdraftedx",
    "typed": "xqtypedx",
    "in review": "xqreviewx",
    "rejected": "xqrejectedx",
    "withdrawn": "xqwithdrawnx",
    # What a withdrawn publication said, beyond its title.
    "taken back": "xqtakenx",
}
#: The states that each reader sees.
SEES = {
    "anonymous": {"public"},
    "member": {"public", "members"},
    "of the network": {"public", "members", "network", "withdrawn"},
    "of another network": {"public", "members"},
    "focal point": {"public", "members", "network", "withdrawn"},
    "focal point of another network": {"public", "members"},
    "editor": {"public", "members", "network", "withdrawn"},
    "moderator": {"public", "members", "network", "withdrawn"},
    "disabled": {"public"},
}


@dataclass
class Shelves:
    home: dict[str, Any]
    repository: dict[str, Any]
    library: dict[str, Any]
    network: dict[str, Any]
    network_library: dict[str, Any]
    other_network: dict[str, Any]
    other_library: dict[str, Any]
    publications: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    submissions: dict[str, Any] = field(default_factory=dict)


def in_all_languages(factory: Any, key: str, **fields: Any) -> dict[str, Any]:
    """A page and its translations, below parents by language if there are any."""
    pages: dict[str, Any] = {}
    parents = fields.pop("parents", {})
    for language in LANGUAGES:
        more = {"parent": parents[language]} if parents else {}
        translation_key = make.translation_key("test", key)
        pages[language] = factory(
            locale=language, translation_key=translation_key, **more, **fields
        )
    return pages


def marked(state: str, parent: Any, live: bool = True, **fields: Any) -> Any:
    """A publication whose every text holds the marker of ``state``."""
    marker = MARKERS[state]
    document = DocumentFactory(
        title=f"{marker} document",
        file=ContentFile(f"%PDF-1.4 {marker} text".encode(), f"{marker}-file.pdf"),
    )
    return PublicationPageFactory(
        parent=parent,
        live=live,
        title=f"{marker} report on migration",
        summary=f"{marker} summary",
        abstract=f"<p>{marker} abstract</p>",
        publisher=f"{marker} publisher",
        document_type=DocumentTypeFactory(),
        tags=[f"{marker}tag"],
        contributors=[ContributorFactory.build(family_name=f"{marker} author")],
        files=[PublicationFileFactory.build(document=document, label=f"{marker} label")],
        **fields,
    )


def submit(world: Shelves, state: str, author: User, others: dict[str, str] | None = None) -> None:
    """A submission to the network's library whose every text holds the marker of ``state``."""
    marker = MARKERS[state]
    said = (others or {}).get("said", marker)
    document = DocumentFactory(
        title=f"{said} document",
        file=ContentFile(f"%PDF-1.4 {said} text".encode(), f"{said}-file.pdf"),
        uploaded_by_user=author,
        collection=unpublished(),
    )
    submission = submissions.start(
        author,
        {
            "title": f"{marker} report on migration",
            "record_language": "en",
            "document_type": "report",
            "contributors": [
                {"role": "author", "family_name": f"{said} author", "given_name": "Marie"}
            ],
            "year": "2020",
            "publisher": f"{said} publisher",
            "abstract": f"{said} abstract",
            "languages": ["en"],
            "tags": [f"{said}tag"],
            "licence": "CC-BY-4.0",
            "shelf": "network:counter-trafficking",
        },
    )
    submissions.attach(submission, document, user=author, language="en", label=f"{said} label")
    world.submissions[state] = submission
    world.documents["taken back" if state == "withdrawn" else state] = document
    if state == "typed":
        return
    submissions.submit(submission, author)
    world.publications["taken back" if state == "withdrawn" else state] = submission.page.specific


def decide(submission: Any, how: str, user: User, **more: str) -> None:
    edition = submissions.edition(submission)
    getattr(submissions, how)(submission, user, edition=edition, **more)


def text_of(response: Any) -> str:
    """The body without what differs from answer to answer: the token against forged forms."""
    whole = b"".join(response) if response.streaming else response.content
    return re.sub(
        r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", whole.decode(errors="replace")
    )


@pytest.fixture
def shelves(db: None) -> Shelves:
    home = {language: make.HomePageFactory(locale=language) for language in LANGUAGES}
    networks = in_all_languages(NetworkIndexPageFactory, "networks")
    counter = make.NetworkFactory(code="counter-trafficking", name="Counter-trafficking")
    data = make.NetworkFactory(code="data", name="Migration data")
    network = in_all_languages(NetworkPageFactory, "ct", parents=networks, network=counter)
    other = in_all_languages(NetworkPageFactory, "data", parents=networks, network=data)
    world = Shelves(
        home=home,
        repository=in_all_languages(RepositoryPageFactory, "repository"),
        library=in_all_languages(LibraryPageFactory, "library"),
        network=network,
        network_library=in_all_languages(LibraryPageFactory, "ct-library", parents=network),
        other_network=other,
        other_library=in_all_languages(LibraryPageFactory, "data-library", parents=other),
    )
    for state, parent, live in (
        ("public", world.repository["en"], True),
        ("members", world.library["en"], True),
        ("network", world.network_library["en"], True),
        ("draft", world.repository["en"], False),
        ("drafted", world.network_library["en"], False),
    ):
        page = marked(state, parent, live)
        world.publications[state] = page
        world.documents[state] = page.files.get().document
    for document in world.documents.values():
        document.refresh_from_db()
    return world


def submit_in_all_states(world: Shelves) -> None:
    """What a member of the network has typed, and what became of what she submitted."""
    network = world.network["en"].network
    author = User.objects.create_user("author@example.org", "correct horse battery")
    author.groups.set([Group.objects.get(name=MEMBERS), group_of(network)])
    editor = User.objects.create_user("deciding-editor@example.org", "correct horse battery")
    editor.groups.set([Group.objects.get(name="Editors")])
    moderator = User.objects.create_user("deciding-moderator@example.org", "correct horse battery")
    moderator.groups.set([Group.objects.get(name="Moderators")])
    for state in ("typed", "in review", "rejected"):
        submit(world, state, author)
    submit(world, "withdrawn", author, {"said": MARKERS["taken back"]})
    decide(world.submissions["rejected"], "reject", editor, comment="No")
    withdrawn = world.submissions["withdrawn"]
    decide(withdrawn, "approve", editor)
    decide(withdrawn, "approve", moderator)  # the network has no focal point yet
    withdraw_publication(withdrawn.page, moderator, "Wrong figures")
    for document in world.documents.values():
        document.refresh_from_db()
    for page in world.publications.values():
        page.refresh_from_db()


@pytest.fixture
def people(shelves: Shelves) -> dict[str, Any]:
    members = Group.objects.get(name=MEMBERS)
    groups = {
        "member": [members],
        "of the network": [members, group_of(shelves.network["en"].network)],
        "of another network": [members, group_of(shelves.other_network["en"].network)],
        "focal point": [members, focal_points_of(shelves.network["en"].network)],
        "focal point of another network": [
            members,
            focal_points_of(shelves.other_network["en"].network),
        ],
        "editor": [Group.objects.get(name="Editors")],
        "moderator": [Group.objects.get(name="Moderators")],
        "disabled": [members, group_of(shelves.network["en"].network)],
    }
    found: dict[str, Any] = {"anonymous": AnonymousUser()}
    for name, of in groups.items():
        address = f"{name.replace(' ', '-')}@example.org"
        found[name] = User.objects.create_user(address, "correct horse battery")
        found[name].groups.set(of)
    return found


@pytest.fixture
def clients(people: dict[str, Any]) -> dict[str, Client]:
    """Who is signed in; the disabled member was signed in before being disabled."""
    found = {}
    for name, user in people.items():
        found[name] = Client()
        if name != "anonymous":
            found[name].force_login(user)
    people["disabled"].is_active = False
    people["disabled"].save()
    return found


@pytest.fixture
def tokens(people: dict[str, Any]) -> dict[str, str]:
    """A bearer token of each; the disabled member's is from before."""
    found = {
        name: APIToken.create_token(user=user, name="walk")[1] if name != "anonymous" else ""
        for name, user in people.items()
    }
    people["disabled"].is_active = False
    people["disabled"].save()
    return found


@pytest.fixture(autouse=True)
def agreement(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the forms of the policy agree over all pages and all people."""
    if "shelves" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("shelves")
    yield
    users = [None, AnonymousUser(), *User.objects.all()]
    assert list(access.disagreements(*users)) == []
