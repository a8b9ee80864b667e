"""Facts of the source reach its translations when the source is published, and by nothing else."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from networks.factories import ConsultationsPageFactory, NetworkPageFactory
from pages import factories as make
from pages.models import AssessedArea, CountryFact, EventOrganisation
from pages.translating.facts import fact_names
from repository.factories import (
    ContributorFactory,
    DocumentFactory,
    PublicationFileFactory,
    PublicationPageFactory,
)

PAGES = {
    "event": make.EventPageFactory,
    "country": make.CountryPageFactory,
    "assessment": make.AssessmentPageFactory,
    "statistics theme": make.StatisticsThemePageFactory,
    "network": NetworkPageFactory,
    "consultations": ConsultationsPageFactory,
    "publication": PublicationPageFactory,
    "content": make.ContentPageFactory,
}


@pytest.fixture(autouse=True)
def sections(db):
    """Each section in the languages of the tests."""
    from networks.factories import NetworkIndexPageFactory
    from repository.factories import RepositoryPageFactory

    for factory in (
        make.CountryIndexPageFactory,
        make.EventCalendarPageFactory,
        make.StatisticsCentrePageFactory,
        make.AssessmentIndexPageFactory,
        NetworkIndexPageFactory,
        RepositoryPageFactory,
    ):
        for language in ("en", "es", "fr"):
            factory(locale=language)


def translate(page, language="es", **texts):
    """A live translation with a text of its own."""
    copy = page.copy_for_translation(Locale.objects.get(language_code=language))
    copy = copy.specific
    copy.title = f"{page.title} ({language})"
    for name, text in texts.items():
        setattr(copy, name, text)
    copy.save_revision().publish()
    return fresh(copy)


def fresh(page):
    return Page.objects.get(pk=page.pk).specific


def publish(page):
    page.save_revision().publish()


CHANGES = {
    "event": lambda: {
        "start_date": datetime.date(2030, 1, 2),
        "end_date": datetime.date(2030, 1, 3),
        "state": "confirmed",
        "venue": "Hall 4",
        "country": make.PlaceFactory(code="HT"),
        "link": "https://example.org/join",
        "themes": [make.ThemeFactory(), make.ThemeFactory()],
        "networks": [make.NetworkFactory()],
        "countries": [make.CountryFactory(code="HT")],
        "languages": [make.LanguageFactory()],
        "latitude": 18.5,
        "longitude": -72.3,
        "documents": [make.EventDocumentFactory.build(publication=PublicationPageFactory())],
    },
    "country": lambda: {"country": make.CountryFactory(code="SR")},
    "assessment": lambda: {
        "year": 2024,
        "country": make.CountryFactory(code="BB"),
        "focal_institution": "Ministry",
        "source": make.SourceFactory(),
    },
    "statistics theme": lambda: {"theme": make.ThemeFactory()},
    "network": lambda: {
        "network": make.NetworkFactory(),
        "partners": [make.OrganisationFactory()],
        "countries": [make.CountryFactory(code="TT")],
    },
    "consultations": lambda: {"countries": [make.CountryFactory(code="TT")]},
    "publication": lambda: {
        "year": 2021,
        "doi": "10.1000/182",
        "countries": [make.CountryFactory(code="DM")],
        "tags": ["remittances"],
        "contributors": [ContributorFactory.build(family_name="Baptiste")],
        "files": [
            PublicationFileFactory.build(
                document=DocumentFactory(), language=make.LanguageFactory()
            )
        ],
    },
    "content": lambda: {"show_in_menus": True},
}


def said(page, name):
    """The value of a field, in a form that can be compared between pages."""
    value = getattr(page, name)
    if not hasattr(value, "all"):
        return value
    skip = {"id", "page_id"}
    return sorted(
        str(row)
        if row._meta.model_name in {"tag", "theme", "network", "organisation", "country"}
        else str(
            {
                f.attname: getattr(row, f.attname)
                for f in row._meta.concrete_fields
                if f.attname not in skip
            }
        )
        for row in value.all()
    )


@pytest.mark.parametrize("kind", PAGES)
def test_facts_reach_the_translations(kind):
    page = PAGES[kind]()
    spanish, french = translate(page, "es", summary="Hola"), translate(page, "fr")
    page = fresh(page)
    changes = CHANGES[kind]()
    for name, value in changes.items():
        if name == "tags":
            page.tags.set(value)
        else:
            setattr(page, name, value)
    page.title = "A new title"
    publish(page)
    for translation in (fresh(spanish), fresh(french)):
        for name in fact_names(type(page)):
            assert said(translation, name) == said(fresh(page), name), name
        assert "new title" not in translation.title
        assert translation.live
    assert fresh(spanish).summary == "Hola"
    assert fresh(spanish).get_latest_revision_as_object().summary == "Hola"


def test_what_was_taken_away_is_taken_away_everywhere():
    page = make.EventPageFactory(themes=[make.ThemeFactory()])
    spanish = translate(page)
    assert spanish.themes.count() == 1
    page = fresh(page)
    page.themes = []
    publish(page)
    assert fresh(spanish).themes.count() == 0
    assert fresh(spanish).get_latest_revision_as_object().themes.count() == 0


def test_nothing_that_is_draft_gets_published():
    page = make.EventPageFactory()
    spanish = translate(page, body="<p>Publicado</p>")
    spanish.body = "<p>Borrador</p>"
    spanish.save_revision()
    page = fresh(page)
    page.venue = "Hall 4"
    publish(page)
    spanish = fresh(spanish)
    assert (spanish.body, spanish.venue) == ("<p>Publicado</p>", "Hall 4")
    assert spanish.has_unpublished_changes
    draft = spanish.get_latest_revision_as_object()
    assert (draft.body, draft.venue) == ("<p>Borrador</p>", "Hall 4")


def test_a_draft_of_the_source_changes_nothing():
    page = make.EventPageFactory()
    spanish = translate(page)
    page = fresh(page)
    page.venue = "Hall 4"
    page.save_revision()
    assert fresh(spanish).venue == ""


def test_a_translation_that_is_published_takes_the_facts_of_its_source():
    page = make.EventPageFactory(venue="Hall 4", themes=[make.ThemeFactory()])
    spanish = translate(page)
    spanish.venue = "Otro"
    spanish.themes = []
    spanish.title = "Reunión"
    publish(spanish)
    spanish = fresh(spanish)
    assert (spanish.title, spanish.venue, spanish.themes.count()) == ("Reunión", "Hall 4", 1)


def test_what_is_in_review_takes_the_facts_along():
    from cpmg.users.models import User

    page = make.EventPageFactory()
    spanish = translate(page)
    spanish.title = "En revisión"
    spanish.save_revision()
    user = User.objects.create_user("t@example.org", "correct horse battery")
    spanish.get_workflow().start(spanish, user)
    page = fresh(page)
    page.venue = "Hall 4"
    publish(page)
    revision = fresh(spanish).current_workflow_task_state.revision
    assert revision.as_object().venue == "Hall 4"
    revision.publish()
    assert (fresh(spanish).title, fresh(spanish).venue) == ("En revisión", "Hall 4")


# Children -------------------------------------------------------------------------------


def test_children_follow_and_keep_their_text():
    page = make.EventPageFactory(
        organisations=[
            make.EventOrganisationFactory.build(
                other_name="Ministry", role="organiser", locale=Locale.get_default()
            )
        ]
    )
    spanish = translate(page)
    child = spanish.organisations.get()
    child.other_name = "Ministerio"
    spanish.organisations = [child]
    publish(spanish)
    page = fresh(page)
    child = page.organisations.get()
    child.role = EventOrganisation.Role.FUNDER
    term = make.OrganisationFactory()
    page.organisations = [
        child,
        EventOrganisation(organisation=term, role="partner", locale=page.locale),
        EventOrganisation(other_name="University", role="partner", locale=page.locale),
    ]
    publish(page)
    spanish = fresh(spanish)
    assert [(o.role, str(o)) for o in spanish.organisations.all()] == [
        ("funder", "Ministerio"),
        ("partner", str(term)),
    ], "text in another language is not shown"
    draft = spanish.get_latest_revision_as_object()
    assert [str(o) for o in draft.organisations.all()] == ["Ministerio", str(term), "University"]
    publish(draft)
    assert fresh(spanish).organisations.count() == 3
    page = fresh(page)
    page.organisations = []
    publish(page)
    assert fresh(spanish).organisations.count() == 0


def test_facts_in_words_and_assessed_areas():
    page = make.CountryPageFactory(
        facts=[make.CountryFactFactory.build(text="Common law", locale=Locale.get_default())]
    )
    spanish = translate(page)
    page = fresh(page)
    fact = page.facts.get()
    fact.year = 1962
    page.facts = [fact]
    publish(page)
    assert CountryFact.objects.get(page=spanish).year == 1962

    page = make.AssessmentPageFactory(
        areas=[make.AssessedAreaFactory.build(findings="<p>Good</p>", locale=Locale.get_default())]
    )
    spanish = translate(page)
    page = fresh(page)
    area = page.areas.get()
    area.status = "developed"
    page.areas = [area]
    publish(page)
    assert AssessedArea.objects.get(page=spanish).status == "developed"


# Cost -----------------------------------------------------------------------------------


def test_nothing_is_written_when_no_fact_has_changed():
    page = make.EventPageFactory()
    spanish = translate(page)
    before = fresh(spanish).latest_revision.content
    page = fresh(page)
    page.title = "Another title"
    revision = page.save_revision()
    with CaptureQueriesContext(connection) as queries:
        revision.publish()
    written = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "pages_eventpage"')]
    assert len(written) == 1
    assert fresh(spanish).latest_revision.content == before


def test_a_failure_takes_the_publication_back(monkeypatch):
    from pages.translating import facts

    page = make.EventPageFactory()
    translate(page)
    page = fresh(page)
    page.venue = "Hall 4"

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(facts, "copy_facts", fail)
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        publish(page)
    assert fresh(page).venue == ""


# Terms ----------------------------------------------------------------------------------


def test_facts_of_a_term_reach_its_other_rows_by_any_road():
    english = make.CountryFactory(code="JM", capital="Kingston")
    spanish = make.CountryFactory(code="JM", locale="es", name="Jamaica", capital="Kingston")
    english.capital = "Spanish Town"
    english.save()
    spanish.refresh_from_db()
    assert (spanish.capital, spanish.name) == ("Spanish Town", "Jamaica")


# Terms ----------------------------------------------------------------------------------


def test_relations_of_a_term_are_those_of_its_source(db):
    en, es = make.ThemeFactory(code="labour"), make.ThemeFactory(code="law")
    indicator = make.IndicatorFactory(code="stock", locale="en")
    spanish = make.IndicatorFactory(code="stock", locale="es")
    indicator.themes.set([en, es])
    assert {theme.pk for theme in spanish.themes.all()} == {en.pk, es.pk}
    indicator.themes.remove(es)
    assert [theme.pk for theme in spanish.themes.all()] == [en.pk]
    spanish.themes.set([es])
    assert [theme.pk for theme in spanish.themes.all()] == [en.pk], "the source decides"
    french = make.IndicatorFactory(code="stock", locale="fr")
    assert [theme.pk for theme in french.themes.all()] == [en.pk], "a new row begins with them"
    es.indicators.add(indicator)
    assert spanish.themes.count() == french.themes.count() == 2
    indicator.themes.clear()
    assert not spanish.themes.exists()
