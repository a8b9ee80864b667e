"""The walk: every address and every API operation, as every kind of reader.

The world of ``conftest`` holds a publication in each state, whose every text carries the marker of
its state. Whole answers, headers too, are searched for the markers that the reader must not see.
Addresses are taken from the URL resolver and operations from the OpenAPI document; one that
``ADDRESSES`` or ``OPERATIONS`` does not know fails the test, so that nothing new stays outside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from cpmg.api import api
from cpmg.mail import categories
from cpmg.users.models import User
from networks.forum.models import Post, Report
from networks.membership import joining
from networks.notices.models import FeedKey, Notice
from pages import factories as make
from pages.models import AssessmentPage, DatasetPage, EventPage
from repository import bulk
from repository.models import Submission, Upload
from search.alerts import letters
from search.alerts.models import SavedSearch
from tests.shared import shared

from .conftest import (
    LANGUAGES,
    LOST_KEY,
    MARKERS,
    SEES,
    Shelves,
    join_in_all_states,
    submit_in_all_states,
    talk_in_all_states,
    text_of,
)

#: Who must not see what: states by reader.
HIDDEN = {reader: set(MARKERS) - sees for reader, sees in SEES.items()}
#: Those who work in the admin see drafts there; everywhere else they are readers like others.
STAFF = {"editor", "moderator"}
OUTSIDE = [reader for reader in SEES if reader not in STAFF]
#: Everybody walks on PostgreSQL; on SQLite, where the same queries run, some do.
SOME = {"anonymous", "of the network", "of another network"}


def walkers(readers: Iterable[str]) -> list[str]:
    return [one for one in readers if connection.vendor == "postgresql" or one in SOME]


NETWORKS = ("counter-trafficking", "data")
#: Codes of forums; of the last one there is none.
FORUMS = ("counter-trafficking", "data", "members", "none")
#: The addresses by pattern, as the resolver writes them: what the walk visits for each. ``{page}``,
#: ``{document}`` and the like stand for every hidden and every public object.
ADDRESSES: dict[str, list[str]] = {
    r"^health/": ["/health/"],
    r"^admin/": [],  # test_the_admin_opens_to_nobody_else
    r"^api/v3/": [],  # OPERATIONS
    r"^\^api/\.\*/\$": ["/api/v3/none/", "/api/none/"],
    r"^documents/|^\^documents/": ["{document}"],
    r"^uploads/": ["/uploads/", "{upload}"],
    r"^\^media/": ["{media}"],
    r"^sitemap|^robots": [
        *("/sitemap.xml", "/robots.txt"),
        *(f"/sitemap-{language}.xml" for language in ("en", "es", "fr", "nl", "xx")),
    ],
    r"^(\^)?records/": ["{record}"],
    r"^oai/": [
        *(f"/oai/?verb={verb}" for verb in ("Identify", "ListSets", "ListMetadataFormats")),
        *(
            f"/oai/?verb={verb}&metadataPrefix={prefix}"
            for verb in ("ListRecords", "ListIdentifiers")
            for prefix in ("oai_dc", "oai_datacite", "oai_dc&set=network")
        ),
        *("/oai/", "{harvested}"),
    ],
    r"^\.well-known/resourcesync|^(\^)?resourcesync/": [
        *("/.well-known/resourcesync", "/resourcesync/capabilitylist.xml"),
        *("/resourcesync/resourcelist.xml", "/resourcesync/changelist.xml"),
        "/resourcesync/changelist-1.xml",
    ],
    r"^$": ["/"],
    r"^account": ["/account/oidc/none/login/"],
    r"^mail/unsubscribe/": ["/mail/unsubscribe/none/", "{unsubscribe}"],
    r"^(en/)?_util/login/": ["/en/_util/login/"],
    r"^en/_util/authenticate_with_password/": ["{password}"],
    r"^en/search/": [
        *("/en/search/", "/en/search/?q=report", "/en/search/?q=migration&order=title"),
        *("/es/buscar/?q=report", "/fr/recherche/?q=report", "/nl/zoeken/?q=migration"),
        *("/en/search/?tag=none", "/en/search/?network=counter-trafficking"),
        *("/en/search/suggest/?q=report", "/en/search/suggest/?q=xqdraftx"),
        *("/fr/recherche/suggest/?q=xqmembersx", "/en/search/suggest/?q=xqnetworkx"),
        *("/en/search/feed.atom", "/en/search/feed.atom?q=report", "/fr/recherche/feed.atom"),
        *("/es/buscar/feed.atom?q=migration", "/en/search/feed.atom?tag=none"),
        *("/en/search/records.bib?q=report", "/en/search/records.datacite.json?q=report"),
        *("/fr/recherche/records.marc.xml", "/en/search/records.ris?q=xqnetworkx"),
        *("/en/search/records.csl.json?q=xqdraftx", "/nl/zoeken/opensearch.xml"),
    ],
    r"^search/stop/": ["/search/stop/none/"],
    r"^forum/feeds/": ["{feed}", "/forum/feeds/none.atom"],
    r"^en/workspace/": [
        *("/en/workspace/", "/es/espacio-de-trabajo/", "/en/workspace/none/"),
        *(f"/en/workspace/{code}/" for code in NETWORKS),
        *(f"/nl/werkruimte/{code}/leden/" for code in NETWORKS),
    ],
    r"^en/account": [
        *("/en/account/searches/", "/en/account/searches/new/?q=report", "{saved}"),
        *("/en/account/", "/en/account/login/", "/en/account/membership/"),
        *("/en/account/networks/", "/en/account/notices/", "/en/account/feeds/", "{notice}"),
        *(f"/en/account/networks/{code}/" for code in (*NETWORKS, "none")),
        *("/en/account/networks/data/leave/", "/en/account/networks/data/accept/"),
        *("/en/account/networks/data/withdraw/", "/en/account/networks/data/consent/"),
        *("/en/account/networks/invitation/none/", "{invitation}"),
        *("/en/account/submissions/submissions.csv", "/en/account/submissions/bulk/"),
        *("/en/account/submissions/bulk/table.csv", "{package}"),
        *("/en/account/submissions/", "/en/account/submissions/new/", "{submission}"),
        *("/en/account/submissions/datasets/new/", "{dataset}"),
        "/en/account/submissions/new-event/",
        *("/en/account/tokens/", "/en/account/tokens/1/revoke/"),
        *("/en/account/my-data/", "/en/account/2fa/", "/en/account/login/?next={path}"),
    ],
    r"^en/forum/": [
        *("/en/forum/", "/en/forum/drafts/", "/en/forum/search/", "/es/foro/", "{topic}"),
        *("/en/forum/search/?q=report", "/fr/forum/recherche/?q=migration"),
        *(f"/en/forum/{code}/" for code in FORUMS),
        *(f"/en/forum/{code}/{page}/" for code in FORUMS for page in ("new", "read", "follow")),
    ],
    r"^en/\^\(\(\?:\[\\w": ["{site}"],
    r"^en/\^\(\?P<path>": [
        *("/en/events/calendar.ics", "/es/eventos/calendar.ics", "/en/events/feed.atom"),
        *("/en/events/?month=2019-06", "/en/events/calendar.ics?state=held", "{event}"),
        *("/en/assessments/assessments.csv", "/fr/evaluations/recommendations.csv"),
        *("/en/assessments/?area=none", "/en/library/calendar.ics", "/en/none/calendar.ics"),
    ],
}

#: The pages of one submission; those that only take what is sent answer 405.
OF_A_SUBMISSION = [
    *("", "files/", "publication/", "subjects/", "readers/", "check/", "preview/", "submit/"),
    *("withdraw/", "revise/", "delete/", "event/", "event-check/"),
]
#: The pages of a topic and of a post.
OF_A_TOPIC = ["", "reply/", "follow/", "mark/", "move/", "split/", "remove/"]
OF_A_POST = ["", "edit/", "history/", "delete/", "report/"]
#: Those who look at submissions that wait for them or that they decided about.
DECIDING = {*STAFF, "focal point"}

#: The operations of the API by path: the objects to put for its parameters.
OPERATIONS: dict[str, dict[str, str]] = {
    **{
        path: {}
        for path in (
            *("/pages/", "/pages/find/", "/schema/", "/sites/", "/whoami/", "/redirects/"),
            *("/redirects/find/", "/documents/", "/images/", "/countries/", "/networks/"),
            *("/events/", "/publications/", "/search/", "/assessments/", "/indicators/"),
            *(
                "/observations/",
                "/datasets/",
                "/vocabularies/",
                "/locales/",
                "/site/",
                "/navigation/",
            ),
            *("/content/", "/content/find/", "/preview/", "/membership-requests/"),
            *("/submissions/",),
        )
    },
    **{
        f"/pages/{{page_id}}/{rest}": {"page_id": "page"}
        for rest in (
            *("", "revisions/", "actions/publish/", "actions/unpublish/", "actions/copy/"),
            *("actions/move/", "actions/delete/", "actions/revert/", "actions/convert_alias/"),
            *("actions/create_alias/", "actions/copy_for_translation/"),
        )
    },
    "/pages/{page_id}/revisions/{revision_id}/": {"page_id": "page", "revision_id": "revision"},
    "/schema/{type_name}/": {"type_name": "type"},
    "/sites/{site_id}/": {"site_id": "1"},
    "/redirects/{redirect_id}/": {"redirect_id": "redirect"},
    **{
        f"/snippets/{{type}}/{rest}": {"type": "snippet", "pk": "1", "revision_id": "1"}
        for rest in (
            *("", "{pk}/", "{pk}/revisions/", "{pk}/revisions/{revision_id}/"),
            *("{pk}/actions/delete/", "{pk}/actions/publish/", "{pk}/actions/unpublish/"),
            *("{pk}/actions/revert/", "{pk}/actions/copy_for_translation/"),
        )
    },
    "/content/{id}/": {"id": "page"},
    "/forms/{name}/": {"name": "form"},
    **{
        f"/submissions/{{key}}/{rest}": {"key": "submission"}
        for rest in ("", "check/", "submit/", "withdraw/", "revise/", "files/", "figures/")
    },
    "/submissions/{key}/files/{id}/": {"key": "submission", "id": "1"},
    "/search/suggest/": {},
    "/search/similar/{id}/": {"id": "page"},
    "/documents/{document_id}/": {"document_id": "document"},
    "/images/{image_id}/": {"image_id": "1"},
    "/countries/{code}/": {"code": "JM"},
    "/networks/consultations/": {},
    "/networks/{code}/": {"code": "network"},
    **{path: {} for path in ("/memberships/", "/memberships/waiting/", "/notices/")},
    **{f"/notices/{path}/": {} for path in ("read", "wishes", "feeds")},
    "/notices/feeds/{id}/": {"id": "feed"},
    **{f"/memberships/invitations/{path}": {} for path in ("", "accept/")},
    "/memberships/invitations/{id}/": {"id": "membership"},
    "/memberships/directory/{code}/": {"code": "network"},
    **{
        f"/memberships/{{id}}/{rest}": {"id": "membership"}
        for rest in ("", "accept/", "consent/", "decision/")
    },
    "/events/{id}/": {"id": "event"},
    "/publications/{id}/": {"id": "page"},
    "/publications/{id}/record/": {"id": "page"},
    "/assessments/{id}/": {"id": "assessment"},
    "/datasets/{id}/": {"id": "dataset"},
    "/datasets/{id}/observations/": {"id": "dataset"},
    "/vocabularies/{name}/": {"name": "vocabulary"},
    "/indicators/{code}/": {"code": "indicator"},
    "/indicators/{code}/chart/": {"code": "indicator"},
    "/observations/files/{format}/": {"format": "format"},
    **{
        f"/forum/{path}": {}
        for path in ("forums/", "drafts/", "search/", "reports/", "restrictions/")
    },
    **{
        f"/forum/forums/{{code}}/{rest}": {"code": "forum"}
        for rest in (
            *("", "approval/", "draft/", "following/", "people/", "preview/", "read/", "topics/"),
        )
    },
    **{
        f"/forum/topics/{{key}}/{rest}": {"key": "topic"}
        for rest in ("", "draft/", "following/", "posts/", "reading/", "split/")
    },
    **{
        f"/forum/posts/{{key}}/{rest}": {"key": "post"}
        for rest in ("", "decision/", "editions/", "reports/")
    },
    "/forum/reports/{key}/decision/": {"key": "report"},
    "/forum/restrictions/{key}/": {"key": "report"},
}
#: Readers may change these for themselves, or nothing is in the body to be changed.
HARMLESS = re.compile(r"/api/v3/(forum/(forums|topics)/[^/]+/((read|draft)/)?|notices/read/)")
#: What is a reader's to do: invitations to their network are taken back by its focal points.
THEIRS = {"focal point": re.compile(r"/api/v3/memberships/invitations/[0-9]+/")}
#: Header fields that are of the moment.
PASSING = {"ETag", "Expires", "RateLimit"}
#: Reading, although it is sent.
ASKED_IN_THE_BODY = {("post", "/api/v3/search/")}
#: What everybody who may do it at all may do, and changes nothing of others.
ONE_S_OWN = {("post", "/api/v3/submissions/")}
#: What to ask the lists for, beside nothing.
QUESTIONS: dict[str, list[str]] = {
    "/search/": [
        *("?q=report", "?q=migration&facets=tag,network,year,type", "?q=xqnetworkx", "?q=xqdraftx"),
        *("?q=xqmembersx&locale=nl", "?tag=none", "?network=counter-trafficking"),
    ],
    "/search/suggest/": ["?q=report", "?q=xqnetworkx", "?q=xqdraftx", "?q=xqmembersx&locale=nl"],
    "/events/": ["?locale=es", "?from=2019-01-01&state=planned"],
    "/publications/": ["?locale=es", "?network=counter-trafficking", "?tag=none", "?order=title"],
    "/content/": ["?limit=100", "?limit=100&locale=nl", "?type=repository.PublicationPage"],
    "/pages/": ["?limit=100", "?search=report", "?type=repository.PublicationPage"],
    "/networks/": ["?locale=fr"],
    "/forum/search/": [
        *("?q=report", "?q=migration", "?q=migration&order=relevance", "?q=report&forum=data"),
    ],
}


# What is there ------------------------------------------------------------------------


def patterns(of: Any = None, prefix: str = "") -> Iterator[str]:
    for entry in (of or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


@cache
def operations() -> dict[str, list[str]]:
    paths = api.get_openapi_schema()["paths"]
    return {path.removeprefix("/api/v3"): sorted(ways) for path, ways in paths.items()}


def test_every_address_is_walked(db):
    unknown = [
        pattern
        for pattern in patterns()
        if not any(re.search(known, pattern) for known in ADDRESSES)
    ]
    assert unknown == [], "Enter them in ADDRESSES."


def test_every_operation_is_walked(db):
    assert set(operations()) - set(OPERATIONS) == set(), "Enter them in OPERATIONS."
    assert set(OPERATIONS) - set(operations()) == set(), "They are gone."


# The walk -----------------------------------------------------------------------------


@shared
def world(shelves: Shelves) -> Shelves:
    """More that could tell: submissions, old addresses of hidden pages, links to them,
    revisions, somebody's saved search."""
    submit_in_all_states(shelves)
    author = shelves.submissions["typed"].submitter
    join_in_all_states(shelves)
    talk_in_all_states(shelves, author, User.objects.get(email="deciding-moderator@example.org"))
    table = ContentFile(f"title\n{MARKERS['typed']} in a package".encode())
    bulk.keep(shelves.submissions["typed"].submitter, table, f"{MARKERS['typed']}.csv")
    for state, page in shelves.publications.items():
        page.networks.set([shelves.network["en"].network])
        page.save()
        page.save_revision()
        Redirect.objects.create(old_path=f"/en/old-{state}", redirect_page=page)
        make.AssessmentPageFactory(
            title=f"Assessment with a report: {state[::-1]}",
            country=None,
            report=page,
            areas=[make.AssessedAreaFactory.build(document=page)],
            recommendations=[make.AssessmentRecommendationFactory.build(document=page)],
        )
        make.EventPageFactory(
            title=f"Event with a result: {state[::-1]}",
            documents=[make.EventDocumentFactory.build(publication=page)],
        )
    SavedSearch.objects.create(
        person=User.objects.create_user("keeper@example.org", "correct horse battery"),
        name="Kept by somebody",
        query="q=report",
    )
    make.ContentPageFactory(
        title="Links",
        slug="links",
        body=[
            ("links", [{"page": page, "text": "A link"}]) for page in shelves.publications.values()
        ],
    )
    for language in LANGUAGES:
        make.StatisticsCentrePageFactory(locale=language)
    make.ObservationFactory(
        indicator=make.IndicatorFactory(code="walked"),
        country=make.CountryFactory(code="JM"),
        period=2020,
        value=5,
    )
    return shelves


def site(world: Shelves) -> Iterator[str]:
    """The reader site: every page at its address and below the sections of other languages."""
    for page in Page.objects.filter(depth__gt=1).select_related("locale"):
        path = page.get_url()
        if path is None:
            continue
        yield path
    for sections in (world.repository, world.library, world.network_library, world.other_library):
        for language in LANGUAGES:
            door = sections[language].get_url()
            yield from (door + page.slug + "/" for page in world.publications.values())
            yield from (door + question for question in ("?tag=none", "?order=title", "?year=x"))
    yield from (f"/en/old-{state}/" for state in MARKERS)
    yield from (f"/en/old-{state}" for state in MARKERS)
    yield "/en/nothing-here/"
    for centre in ("/en/statistics/", "/fr/statistiques/"):
        word = "indicators" if centre.startswith("/en/") else "indicateurs"
        yield from (centre + file for file in ("data.csv", "data.json", "data.zip", "none.csv"))
        for below in ("", "?country=JM", "data.xlsx", "chart.json", "map.svg", "JM/2020/", "x.png"):
            yield f"{centre}{word}/walked/{below}"
            yield f"{centre}{word}/none/{below}"


def datasets(world: Shelves) -> Iterator[str]:
    """The form of each dataset, and what is begun with one."""
    own = "/en/account/submissions/"
    for submission in Submission.objects.filter(kind="dataset"):
        for page in (
            "figures/",
            "description/",
            "check/",
            "template.csv",
            "template.xlsx?filled=1",
        ):
            yield f"{own}{submission.key}/dataset/{page}"
        yield f"{own}{submission.key}/"
        yield f"{own}{submission.key}/preview/"
    for page in DatasetPage.objects.all():
        yield f"{own}datasets/new/?replaces={page.pk}"
        yield f"/en/statistics/datasets/{page.slug}/?format=csv"


def addresses(world: Shelves) -> Iterator[str]:
    for visited in ADDRESSES.values():
        for address in visited:
            if address == "{site}":
                yield from site(world)
            elif address == "{event}":
                for event in EventPage.objects.all():
                    yield f"{event.get_url()}event.ics"
            elif address == "{document}":
                for document in world.documents.values():
                    yield document.url
                    yield f"/documents/{document.pk}/other.pdf"
                    yield f"/documents/{document.pk}/thumbnail/"
            elif address == "{upload}":
                for upload in Upload.objects.all():
                    yield f"/uploads/{upload.pk}/"
            elif address == "{feed}":
                yield f"/forum/feeds/{LOST_KEY}.atom"
            elif address == "{notice}":
                yield from (f"/en/account/notices/{notice.pk}/" for notice in Notice.objects.all())
            elif address == "{invitation}":
                yield joining.invitation_path(world.memberships["invited"])
            elif address == "{saved}":
                for search in SavedSearch.objects.all():
                    yield f"/en/account/searches/{search.pk}/"
                    yield f"/en/account/searches/{search.pk}/delete/"
                    yield letters.stop(search).removeprefix("http://localhost:8000")
            elif address == "{record}":
                for page in world.publications.values():
                    record = f"/records/{page.translation_key}"
                    yield f"{record}/"
                    yield from (f"{record}.{end}" for end in ("bib", "marc.xml", "linkset.json"))
            elif address == "{harvested}":
                for page in world.publications.values():
                    identifier = f"oai:localhost:{page.translation_key}"
                    for prefix in ("oai_dc", "oai_datacite"):
                        asked = f"metadataPrefix={prefix}&identifier={identifier}"
                        yield f"/oai/?verb=GetRecord&{asked}"
            elif address == "{media}":
                for document in world.documents.values():
                    yield f"/media/{document.file.name}"
                    yield f"/media/images/../{document.file.name}"
            elif address == "{unsubscribe}":
                for person in User.objects.all():
                    yield urlsplit(categories.unsubscribe_url(person, "submissions")).path
            elif address == "{package}":
                for upload in Upload.objects.all():
                    yield f"/en/account/submissions/bulk/{upload.pk}/"
                    yield f"/en/account/submissions/bulk/{upload.pk}/report.csv"
            elif address == "{submission}":
                own = "/en/account/submissions/"
                for submission in world.submissions.values():
                    yield from (f"{own}{submission.key}/{page}" for page in OF_A_SUBMISSION)
                for page in world.publications.values():
                    yield f"{own}new/?replaces={page.pk}"
            elif address == "{dataset}":
                yield from datasets(world)
            elif address == "{topic}":
                for topic in world.topics.values():
                    yield from (f"/en/forum/topic/{topic.key}/{page}" for page in OF_A_TOPIC)
                    yield f"/nl/forum/onderwerp/{topic.key}/?last=1"
                    for post in world.posts.values():
                        yield f"/en/forum/topic/{topic.key}/reply/?quote={post.key}"
                for post in world.posts.values():
                    yield from (f"/en/forum/post/{post.key}/{page}" for page in OF_A_POST)
            elif address == "{password}":
                for page in world.publications.values():
                    yield f"/en/_util/authenticate_with_password/1/{page.pk}/"
            else:
                yield address.replace("{path}", "/en/library/")


def echo(address: str) -> list[str]:
    """How an answer repeats what was asked for: the last part of the address."""
    last = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    return [last, quote(last)] if any(marker in last for marker in MARKERS.values()) else []


def leaks(response: Any, address: str, hidden: set[str]) -> list[str]:
    """The states whose markers ``response`` holds, apart from what the reader asked for."""
    whole = text_of(response) + json.dumps(dict(response.items()))
    for repeated in echo(address) if response.status_code != 200 else ():
        whole = whole.replace(repeated, "")
    return [state for state in hidden if MARKERS[state] in whole]


def test_no_address_shows_what_a_reader_may_not_see(world, clients):
    for reader in walkers(SEES):
        visit_all(world, clients, reader)


def visit_all(world: Shelves, clients: dict[str, Client], reader: str) -> None:
    seen: set[str] = set()
    for address in addresses(world):
        staff = reader in DECIDING and address.startswith("/documents/")
        response = clients[reader].get(address)
        assert response.status_code < 500, (address, response.status_code)
        if reader in DECIDING and address.startswith("/en/account/submissions/"):
            assert leaks(response, address, {"typed"}) == [], (reader, address)
            continue
        if not staff:
            assert leaks(response, address, HIDDEN[reader]) == [], (reader, address)
            seen.update(leaks(response, address, SEES[reader]))
    assert seen == SEES[reader], reader  # the walk has eyes


def objects(world: Shelves, kind: str) -> list[str]:
    pages = world.publications.values()
    return {
        "page": [str(page.pk) for page in pages],
        "revision": [str(page.latest_revision_id) for page in pages],
        "document": [str(document.pk) for document in world.documents.values()],
        "redirect": [str(pk) for pk in Redirect.objects.values_list("pk", flat=True)],
        "dataset": [str(pk) for pk in DatasetPage.objects.values_list("pk", flat=True)],
        "event": [str(pk) for pk in EventPage.objects.values_list("pk", flat=True)],
        "assessment": [str(pk) for pk in AssessmentPage.objects.values_list("pk", flat=True)],
        "network": ["counter-trafficking", "data"],
        "type": ["repository.PublicationPage", "repository.LibraryPage"],
        "snippet": ["repository.DocumentType", "pages.Network"],
        "indicator": ["walked", "none"],
        "format": ["csv", "sdmx", "json", "xlsx", "zip", "none"],
        "forum": list(FORUMS),
        "topic": [str(topic.key) for topic in world.topics.values()],
        "post": [str(post.key) for post in world.posts.values()],
        "membership": [str(found.pk) for found in world.memberships.values()],
        "feed": [str(pk) for pk in FeedKey.objects.values_list("pk", flat=True)],
        "report": [str(key) for key in Report.objects.values_list("key", flat=True)],
        "form": ["submission", "submission-event", "submission-dataset", "membership", "none"],
        "submission": [str(submission.key) for submission in world.submissions.values()],
        "vocabulary": ["countries", "networks", "themes", "tags", "document-types"],
    }.get(kind, [kind])


def requests(world: Shelves) -> Iterator[tuple[str, str]]:
    """The operations with each object for their parameters: method and address."""
    ways = operations()
    for path, parameters in OPERATIONS.items():
        filled = [path]
        for name, kind in parameters.items():
            filled = [
                address.replace(f"{{{name}}}", value)
                for address in filled
                for value in objects(world, kind)
            ]
        for address in dict.fromkeys(filled):
            for method in ways[path]:
                yield method, f"/api/v3{address}"
            yield from (("get", f"/api/v3{address}{more}") for more in QUESTIONS.get(path, ()))
    for page in world.publications.values():
        yield "get", f"/api/v3/pages/find/?html_path={page.get_url()}"
        yield "get", f"/api/v3/content/find/?path={page.get_url()}"
        yield "get", f"/api/v3/redirects/find/?html_path=/en/old-{page.slug}/"
    for state in MARKERS:
        yield "get", f"/api/v3/redirects/find/?html_path=/en/old-{state}/"
    yield "get", "/api/v3/openapi.json"
    yield "get", "/api/v3/docs/"


def test_no_operation_shows_or_changes_what_a_reader_may_not(world, tokens):
    for reader in walkers(OUTSIDE):
        call_all(world, tokens, reader)


def call_all(world: Shelves, tokens: dict[str, str], reader: str) -> None:
    headers = {"Authorization": f"Bearer {tokens[reader]}"} if tokens[reader] else {}
    client = Client()
    before = list(Page.objects.order_by("pk").values_list("pk", "path", "live"))
    posts = list(Post.objects.order_by("pk").values_list("pk", "state", "version"))
    seen: set[str] = set()
    for method, address in requests(world):
        data = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        response = getattr(client, method)(address, headers=headers, **data)
        assert response.status_code < 500, (method, address, response.status_code)
        assert leaks(response, address, HIDDEN[reader]) == [], (reader, method, address)
        seen.update(leaks(response, address, SEES[reader]))
        if (method, address) not in ASKED_IN_THE_BODY | ONE_S_OWN and method != "get":
            refused = response.status_code in (400, 401, 403, 404, 405, 409, 422)
            allowed = THEIRS.get(reader, HARMLESS).fullmatch(address) or HARMLESS.fullmatch(address)
            assert refused or allowed, (reader, method, address)
    assert list(Page.objects.order_by("pk").values_list("pk", "path", "live")) == before
    assert list(Post.objects.order_by("pk").values_list("pk", "state", "version")) == posts
    assert seen >= (SEES[reader] - {"withdrawn"} if reader != "disabled" else set()), reader


def test_a_hidden_object_and_a_missing_one_are_alike(world, tokens):
    for reader in walkers(OUTSIDE):
        compare_all(world, tokens, reader)


def compare_all(world: Shelves, tokens: dict[str, str], reader: str) -> None:
    headers = {"Authorization": f"Bearer {tokens[reader]}"} if tokens[reader] else {}
    client = Client()
    for path, parameters in OPERATIONS.items():
        (name, kind) = next(iter(parameters.items()), ("", ""))
        kinds: dict[str, dict[str, Any]] = {
            "page": world.publications,
            "document": world.documents,
            "topic": world.topics,
            "post": world.posts,
        }
        if kind not in kinds:
            continue
        by_state = kinds[kind]
        for state in HIDDEN[reader] & by_state.keys():
            hidden = [str(getattr(by_state[state], "key", by_state[state].pk)), "98765"]
            if kind in ("topic", "post"):
                hidden[1] = "5f0c2d5e-0000-4000-8000-000000000000"
            for method in operations()[path]:
                answers = []
                for pk in hidden:
                    address = path.replace(f"{{{name}}}", pk).replace("{revision_id}", "1")
                    data = {} if method == "get" else {"content_type": "application/json"}
                    response = getattr(client, method)(f"/api/v3{address}", headers=headers, **data)
                    kept = {k: v for k, v in response.items() if k not in PASSING}
                    text = text_of(response)
                    kept.pop("Content-Length", None)
                    answers.append((response.status_code, kept, text))
                assert answers[0] == answers[1], (reader, method, path, state)


def test_the_admin_opens_to_nobody_else(world, clients):
    """With the number of a hidden page, or the key of a submission, wherever one goes."""
    for reader in walkers(OUTSIDE):
        if reader != "focal point":
            enter_all(world, clients, reader)


def enter_all(world: Shelves, clients: dict[str, Client], reader: str) -> None:
    for pattern in patterns():
        if not pattern.startswith("admin/") or "failwhale" in pattern:  # fails on purpose
            continue
        for state in ("draft", "in review", "unsaid", "said"):
            key = world.submissions["in review"].key
            if state in world.posts:
                key = world.posts[state].key
            number = world.publications.get(state, world.publications["draft"]).pk
            address = "/" + filled(pattern, str(number), str(key))
            if state in world.posts and "<uuid" not in pattern:
                continue
            response = clients[reader].get(address)
            assert response.status_code in (200, 301, 302, 403, 404, 405), (reader, address)
            assert leaks(response, address, HIDDEN[reader]) == [], (reader, address)


def filled(pattern: str, pk: str, key: str) -> str:
    """``pattern`` with something for each of its parameters."""
    text = re.sub(r"<uuid:\w+>", key, re.sub(r"<(?:str|slug|path):\w+>", "x", pattern))
    text = re.sub(r"<(?:int:)?(\w+)>", pk, text)
    text = re.sub(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)", pk, text)
    return re.sub(r"\([^()]*\)", pk, text).replace("^", "").replace("$", "").replace("\\", "")


def test_membership_of_no_group_opens_nothing(world, people, clients):
    people["member"].groups.set([Group.objects.create(name="Some other group")])
    text = clients["member"].get("/en/repository/").content.decode()
    assert [state for state, marker in MARKERS.items() if marker in text] == ["public"]
