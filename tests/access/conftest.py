"""A world with shelves: the public repository, the members' library and two networks' libraries,
each in four languages, with a publication on each shelf, and a draft; and people who read.

Everything that a hidden publication says holds its marker, so that a test can search what a reader
was shown for what the reader must not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.models import APIToken

from cpmg.users.models import MEMBERS, User
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from networks.forum import discussing, forums
from networks.membership import focal_points_of, group_of, joining
from networks.models import Membership
from networks.notices import feeds
from networks.notices.models import FeedKey
from pages import access
from pages import factories as make
from pages.datasets import figures
from pages.datasets.figures import Figure
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
from tests.shared import shared

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
    # In the forum of the network, in that of all members, waiting for approval, removed.
    "said": "xqsaidx",
    "said to members": "xqhallx",
    "awaited": "xqawaitedx",
    "unsaid": "xqunsaidx",
}
#: What is said in forums, as their moderators see it.
TALK = ("said", "said to members", "awaited")
#: The states that each reader sees.
SEES = {
    "anonymous": {"public"},
    "member": {"public", "members", "said to members"},
    "of the network": {"public", "members", "network", "withdrawn", "said", "said to members"},
    "of another network": {"public", "members", "said to members"},
    "focal point": {"public", "members", "network", "withdrawn", *TALK},
    "focal point of another network": {"public", "members", "said to members"},
    "editor": {"public", "members", "network", "withdrawn", *TALK},
    "moderator": {"public", "members", "network", "withdrawn", *TALK},
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
    topics: dict[str, Any] = field(default_factory=dict)
    posts: dict[str, Any] = field(default_factory=dict)
    memberships: dict[str, Any] = field(default_factory=dict)


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
    page: Any = submission.page
    world.publications["taken back" if state == "withdrawn" else state] = page.specific


def decide(submission: Any, how: str, user: User, **more: str) -> None:
    edition = submissions.edition(submission)
    getattr(submissions, how)(submission, user, edition=edition, **more)


def text_of(response: Any) -> str:
    """The body without what differs from answer to answer: the token against forged forms."""
    whole = b"".join(response) if response.streaming else response.content
    return re.sub(
        r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", whole.decode(errors="replace")
    )


@shared
def shelves() -> Shelves:
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


def submit_dataset(state: str, author: User, editor: User) -> None:
    """A dataset whose texts and figures carry the marker of its state."""
    marker = MARKERS[state]
    make.DatasetIndexPageFactory()
    make.CountryFactory(code="JM", iso3="JAM")
    indicator = make.IndicatorFactory(code="stock")
    figure = Figure(indicator.code, "JM", 2020, Decimal(1), note=f"{marker} note")
    kept = figures.keep([figure])
    submission = submissions.start(
        author,
        {
            "indicators": [indicator.code],
            "digest": kept.digest,
            "number": kept.number,
            "file": f"{marker}.csv",
            "title": f"{marker} figures",
            "record_language": "en",
            "summary": f"{marker} summary",
            "creator": f"{marker} institute",
            "source_name": f"{marker} census",
            "licence": "CC-BY-4.0",
            "note": f"{marker} new",
        },
        kind="dataset",
    )
    if state != "typed":
        submissions.submit(submission, author)
    if state == "public":
        decide(submission, "approve", editor)


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
    for state in ("typed", "in review", "public"):
        submit_dataset(state, author, editor)
    for document in world.documents.values():
        document.refresh_from_db()
    for page in world.publications.values():
        page.refresh_from_db()


#: The key of a feed whose person has lost access.
LOST_KEY = "k" * 43


def join_in_all_states(world: Shelves) -> None:
    """Others' places in the network: in the directory, asked for, offered, lost."""
    network = world.network["en"].network

    def person(name: str, **more: Any) -> User:
        return User.objects.create_user(f"{name}@example.org", "correct horse battery", **more)

    listed = person("listed", organisation=f"{MARKERS['network']} organisation")
    lost = person("lost", organisation=f"{MARKERS['typed']} organisation")
    for name, who in (("listed", listed), ("lost", lost)):
        world.memberships[name] = Membership.objects.create(
            network=network, person=who, state=Membership.State.ACTIVE, is_listed=True
        )
    asking = person("asking")
    reason = f"{MARKERS['awaited']} reason"
    world.memberships["asked"] = joining.ask(asking, network, reason)
    moderator = User.objects.get(email="deciding-moderator@example.org")
    message = f"{MARKERS['typed']} message"
    world.memberships["invited"] = joining.invite(
        network, "invited@example.org", moderator, role="member", message=message
    )
    forum = forums.of_network(network)
    FeedKey.objects.create(person=lost, forum=forum, digest=feeds.digest_of(LOST_KEY))
    joining.remove(world.memberships["lost"].pk, moderator, "Not any more")


def talk_in_all_states(world: Shelves, author: User, moderator: User) -> None:
    """Topics and posts with files, in the forum of the network and in that of all members."""
    network = forums.of_network(world.network["en"].network)

    def words(state: str) -> discussing.Words:
        marker = MARKERS[state]
        document = DocumentFactory(
            title=f"{marker} document",
            file=ContentFile(f"%PDF-1.4 {marker} text".encode(), f"{marker}-file.pdf"),
            uploaded_by_user=author,
            collection=unpublished(),
        )
        world.documents[state] = document
        return discussing.Words(f"A report, {marker}", "en", files=[document])

    def start(state: str, forum: Any, **more: Any) -> Any:
        title = f"{MARKERS[state]} report on migration"
        topic = discussing.start(author, forum, title, words(state), **more)
        world.topics[state], world.posts[state] = topic, topic.posts.get()
        return topic

    about = ("publication", str(world.publications["public"].translation_key))
    topic = start("said", network, about=about)
    start("said to members", forums.of_members(), about=about)
    again = discussing.Words(f"Edited, {MARKERS['said']}", "es")
    discussing.edit(author, world.posts["said"], again, version=1)
    discussing.set_approval(moderator, network, "everybody")
    world.posts["awaited"] = discussing.reply(author, topic, words("awaited"))
    discussing.set_approval(moderator, network, "nobody")
    unsaid = discussing.reply(author, topic, words("unsaid"))
    discussing.report(author, unsaid, "other", f"{MARKERS['awaited']} comment")
    discussing.delete(moderator, unsaid, "Not here")
    discussing.hide(moderator, start("unsaid", network), "Not here")
    discussing.keep_draft(author, network, topic, text=f"{MARKERS['typed']} draft", language="en")


@shared
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
