"""An editor at work: a signed-in browser, a term of each vocabulary, a section of each kind."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page

from cpmg.users.models import User
from networks.models import ConsultationsPage, NetworkIndexPage, NetworkPage
from pages.models import (
    AssessmentIndexPage,
    AssessmentPage,
    ContentPage,
    Country,
    CountryIndexPage,
    CountryPage,
    DatasetIndexPage,
    DatasetPage,
    EventCalendarPage,
    EventPage,
    HomePage,
    Indicator,
    Observation,
    Source,
    StatisticsCentrePage,
    StatisticsThemePage,
    Term,
)
from pages.models.vocabularies import VOCABULARIES
from repository.models import LibraryPage, PublicationPage, RepositoryPage
from tests.shared import shared


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser(
        "ada@example.org", "correct horse battery", first_name="Ada"
    )


@pytest.fixture
def admin(administrator: User, client: Client) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def moderator(db: None, client: Client) -> Client:
    person = User.objects.create_user("mo@example.org", "correct horse battery")
    person.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(person)
    return client


@pytest.fixture
def editor(db: None, client: Client) -> Client:
    person = User.objects.create_user("eddie@example.org", "correct horse battery")
    person.groups.add(Group.objects.get(name="Editors"))
    client.force_login(person)
    return client


def add_term(model: type[Term], code: str, names: dict[str, str], **facts: Any) -> Term:
    """A term in the languages of ``names``; gives its source row."""
    rows: list[Term] = []
    for language, name in names.items():
        locale = Locale.objects.get(language_code=language)
        key = {"translation_key": rows[0].translation_key} if rows else {}
        rows.append(model.objects.create(code=code, name=name, locale=locale, **key, **facts))
    return rows[0]


@shared
def terms() -> dict[type[Term], Term]:
    """The source row of one term of each vocabulary, and a second country."""
    jamaica = {
        "iso3": "JAM",
        "m49": "388",
        "status": "independent",
        "latitude": 18,
        "longitude": -77,
    }
    haiti = jamaica | {"iso3": "HTI", "m49": "332"}
    made: dict[type[Term], Term] = {
        model: add_term(
            model, f"{model._meta.model_name}-1", {"en": "The first", "es": "El primero"}
        )
        for model in VOCABULARIES
        if model is not Country
    }
    made[Country] = add_term(Country, "JM", {"en": "Jamaica", "nl": "Jamaica"}, **jamaica)
    add_term(Country, "HT", {"en": "Haiti", "es": "Haití"}, **haiti)
    made[Indicator] = add_term(
        Indicator, "population", {"en": "Population", "es": "Población"}, unit="persons"
    )
    return made


@shared
def pages(terms: dict[type[Term], Term]) -> dict[type[Page], Page]:
    """One page of each type in English."""
    from pages.models import EventType, Network, Theme
    from repository.models import DocumentType

    home = HomePage.objects.get(locale__language_code="en")
    tree = [
        (ContentPage, home, {}),
        (CountryIndexPage, home, {}),
        (CountryPage, CountryIndexPage, {"country": terms[Country]}),
        (EventCalendarPage, home, {}),
        (
            EventPage,
            EventCalendarPage,
            {
                "event_type": terms[EventType],
                "start_date": datetime.date(2031, 5, 6),
                "end_date": datetime.date(2031, 5, 8),
            },
        ),
        (NetworkIndexPage, home, {}),
        (NetworkPage, NetworkIndexPage, {"network": terms[Network]}),
        (ConsultationsPage, NetworkIndexPage, {}),
        (RepositoryPage, home, {}),
        (LibraryPage, home, {}),
        (PublicationPage, RepositoryPage, {"document_type": terms[DocumentType]}),
        (StatisticsCentrePage, home, {}),
        (StatisticsThemePage, StatisticsCentrePage, {"theme": terms[Theme]}),
        (DatasetIndexPage, StatisticsCentrePage, {}),
        (
            DatasetPage,
            DatasetIndexPage,
            {"source": terms[Source], "first_published_at": timezone.now()},
        ),
        (AssessmentIndexPage, home, {}),
        (AssessmentPage, AssessmentIndexPage, {"country": terms[Country], "year": 2018}),
    ]
    made: dict[type[Page], Page] = {HomePage: home}
    for model, parent, fields in tree:
        under = parent if isinstance(parent, Page) else made[parent]
        page = model(title=str(model._meta.verbose_name), locale=under.locale, **fields)
        made[model] = Page.objects.get(pk=under.pk).specific.add_child(instance=page)
        page.save_revision()
    return made


@pytest.fixture
def observation(terms: dict[type[Term], Term]) -> Observation:
    return Observation.objects.create(
        indicator=terms[Indicator],
        country=terms[Country],
        period=2020,
        value="2961161",
        source=terms[Source],
    )


def values(response: Any) -> dict[str, Any]:
    """What a browser would send back if it submitted the form of ``response`` unchanged."""
    soup = BeautifulSoup(response.content, "html.parser")
    # The script of a StreamField adds the number of its blocks: none in these tests.
    data: dict[str, Any] = {f"{f['id']}-count": "0" for f in soup.select("[data-block]")}
    for field in soup.select("form input[name], form select[name], form textarea[name]"):
        name, kind = str(field["name"]), field.get("type", "text")
        if "__prefix__" in name or field.has_attr("disabled") or kind in {"submit", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                data.setdefault(name, []).append(field.get("value", "on"))
        elif field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            data[name] = [option.get("value", "") for option in chosen]
        elif field.name == "textarea":
            data[name] = field.text.lstrip("\n")
        else:
            data[name] = field.get("value", "")
    return data


def messages(response: Any) -> str:
    """The error messages of a form."""
    soup = BeautifulSoup(response.content, "html.parser")
    found = soup.select(".error-message, .help-critical, .messages .error")
    return " ".join(" ".join(element.text.split()) for element in found)
