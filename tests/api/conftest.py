"""A small world: a country, a network, events and publications, in some languages, some hidden.

en  Jamaica   Network   Workshop   Report    Draft   Secret (below the shelf)
es  Jamaica'  Red       Taller     -         -       -
nl  -         -         -          Rapport (a record of its own)
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import APIToken, PageViewRestriction

from cpmg.users.models import User
from networks.factories import NetworkIndexPageFactory, NetworkPageFactory
from pages import factories as make
from pages.models import EventPage, FactKey
from repository.factories import (
    ContributorFactory,
    DocumentFactory,
    DocumentTypeFactory,
    PublicationFileFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)
from tests.shared import shared

API = "/api/v3"


@dataclass
class World:
    country: Any
    network: Any
    event: Any
    taller: Any
    report: Any
    rapport: Any
    draft: Any
    secret: Any
    assessment: Any
    members: Group


def translated(factory: Any, original: Any, language: str, **fields: Any) -> Any:
    return factory(locale=language, translation_key=original.translation_key, **fields)


@shared
def world() -> World:
    languages = ("en", "es", "fr", "nl")
    for section in (
        make.CountryIndexPageFactory,
        NetworkIndexPageFactory,
        make.EventCalendarPageFactory,
        make.AssessmentIndexPageFactory,
        RepositoryPageFactory,
    ):
        for language in languages:
            section(locale=language)

    theme = make.ThemeFactory(code="return-migration", name="Return migration")
    make.ThemeFactory(code="return-migration", locale="es", name="Migración de retorno")
    english = make.LanguageFactory(code="en", name="English")
    make.LanguageFactory(code="en", locale="es", name="Inglés")
    dutch = make.LanguageFactory(code="nl", name="Dutch")
    source = make.SourceFactory(
        code="undesa", name="UN DESA", licence="CC BY 3.0 IGO", url="https://www.un.org/"
    )
    footnote = make.FootnoteFactory(code="break", name="Break in the series.")

    jamaica = make.CountryFactory(
        code="JM",
        name="Jamaica",
        capital="Kingston",
        currency="JMD",
        caricom="full",
        languages=[english],
    )
    make.CountryFactory(code="JM", locale="fr", name="Jamaïque")
    stock = make.IndicatorFactory(code="migrant-stock", name="International migrants")
    make.IndicatorFactory(code="unknown-so-far", name="Not measured", position=1, unit="years")
    make.ObservationFactory(
        indicator=stock, country=jamaica, period=2015, value="23000", source=source
    )
    make.ObservationFactory(
        indicator=stock,
        country=jamaica,
        period=2020,
        value="23629.5",
        source=source,
        footnote=footnote,
    )
    country = make.CountryPageFactory(
        country=jamaica,
        summary="An island.",
        overview="<p>People <b>leave</b> and return.</p>",
        facts=[make.CountryFactFactory.build(key=FactKey.LEGAL_SYSTEM, source=source)],
    )
    translated(make.CountryPageFactory, country, "es", country=jamaica, summary="Una isla.")

    network = NetworkPageFactory(
        network=make.NetworkFactory(code="data", name="Migration data"),
        focus="<p>Figures.</p>",
        partners=[make.OrganisationFactory(code="iom", name="IOM")],
        countries=[jamaica],
    )

    host = make.PlaceFactory(code="JM", name="Jamaica")
    kind = make.EventTypeFactory(code="workshop", name="Workshop")
    make.EventTypeFactory(code="workshop", locale="es", name="Taller")
    event = make.EventPageFactory(
        title="Workshop on return",
        slug="workshop-on-return",
        event_type=kind,
        start_date=datetime.date(2019, 6, 6),
        end_date=datetime.date(2019, 6, 7),
        state=EventPage.State.HELD,
        city="Kingston",
        country=host,
        themes=[theme],
        body="<p>Two days.</p>",
        organisations=[
            make.EventOrganisationFactory.build(
                organisation=make.OrganisationFactory(code="iom", name="IOM")
            ),
            make.EventOrganisationFactory.build(other_name="A friend", role="funder"),
        ],
    )
    taller = translated(
        make.EventPageFactory,
        event,
        "es",
        title="Taller sobre el retorno",
        slug="taller-sobre-el-retorno",
        event_type=kind,
        start_date=event.start_date,
        end_date=event.end_date,
        country=host,
        themes=[theme],
    )
    make.EventPageFactory(
        title="Webinar", slug="webinar", event_type=kind, start_date=datetime.date(2020, 1, 15)
    )

    type_of_report = DocumentTypeFactory(code="report", name="Report")
    report = PublicationPageFactory(
        title="Report on return",
        slug="report-on-return",
        document_type=type_of_report,
        year=2018,
        month=5,
        publisher="IOM",
        doi="10.1000/182",
        licence="CC-BY-NC-SA-3.0-IGO",
        abstract="<p>What we know.</p>",
        languages=[english],
        countries=[jamaica],
        themes=[theme],
        tags=["diaspora"],
        contributors=[ContributorFactory.build(family_name="Condé", given_name="Maryse")],
        files=[
            PublicationFileFactory.build(
                document=DocumentFactory(title="The report"), language=english, label="Full text"
            )
        ],
    )
    rapport = PublicationPageFactory(
        locale="nl",
        title="Rapport over Suriname",
        slug="rapport-over-suriname",
        document_type=type_of_report,
        year=2020,
        languages=[dutch],
    )
    draft = PublicationPageFactory(
        title="Unfinished report",
        slug="unfinished",
        document_type=type_of_report,
        live=False,
        tags=["draft-only"],
    )
    members = Group.objects.get_or_create(name="Members")[0]
    shelf = RepositoryPageFactory(
        parent=make.HomePageFactory(), title="Library", slug="library", translation_key=uuid.uuid4()
    )
    restriction = PageViewRestriction.objects.create(
        page=shelf, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(members)
    secret = PublicationPageFactory(
        parent=shelf, title="Secret report", slug="secret", document_type=type_of_report
    )

    assessment = make.AssessmentPageFactory(
        country=jamaica,
        title="Assessment of Jamaica",
        areas=[
            make.AssessedAreaFactory.build(
                area=make.GovernanceAreaFactory(code="rights", name="Migrants' rights"),
                status="emerging",
                findings="<p>Some.</p>",
            )
        ],
        report=report,
    )
    return World(
        country, network, event, taller, report, rapport, draft, secret, assessment, members
    )


@pytest.fixture
def get(client: Client) -> Callable[..., Any]:
    """Reads an address below ``/api/v3`` and gives the response; ``.json()`` is its content."""

    def read(address: str, token: str = "", **headers: str) -> Any:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return client.get(API + address, headers=headers)

    return read


@pytest.fixture
def count_queries(get: Callable[..., Any]) -> Callable[[str], int]:
    def count(address: str) -> int:
        get(address)  # content types and the like are looked up once
        with CaptureQueriesContext(connection) as queries:
            assert get(address).status_code == 200
        return len(queries)

    return count


@pytest.fixture
def token_of(db: None) -> Callable[..., str]:
    """A token of a new user in the given groups."""

    def create(*groups: Group, **fields: Any) -> str:
        name = f"user{User.objects.count()}@example.org"
        user = User.objects.create_user(name, "correct horse battery", **fields)
        user.groups.add(*groups)
        return APIToken.create_token(user=user, name="test")[1]

    return create
