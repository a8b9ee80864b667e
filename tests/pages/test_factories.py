"""A factory called without arguments gives a complete object in its place."""

import pytest
from factory.django import DjangoModelFactory
from wagtail.models import Page

from networks import factories as networks
from pages import factories as pages
from repository import factories as repository

MODULES = (pages, networks, repository)
CHILDREN = {
    pages.AssessedAreaFactory,
    pages.AssessmentRecommendationFactory,
    pages.CountryFactFactory,
    pages.EventOrganisationFactory,
    pages.EventSessionFactory,
    repository.ContributorFactory,
    repository.PublicationFileFactory,
}
ALL = {
    factory
    for module in MODULES
    for factory in vars(module).values()
    if isinstance(factory, type)
    and issubclass(factory, DjangoModelFactory)
    and not factory._meta.abstract
}
PAGES = sorted((f for f in ALL if issubclass(f, pages.PageFactory)), key=lambda f: f.__name__)
TERMS = sorted((f for f in ALL if issubclass(f, pages.TermFactory)), key=lambda f: f.__name__)


@pytest.mark.parametrize("factory", PAGES)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_page_is_live_complete_and_below_its_allowed_parent(db, factory, language):
    page = factory(locale=language)
    page.full_clean()
    parent = page.get_parent().specific
    assert page.live
    assert page.locale.language_code == language
    assert type(page) in parent.allowed_subpage_models()
    assert parent.depth == 1 or parent.locale == page.locale
    assert [len(problem) for problem in Page.find_problems()] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("factory", TERMS)
def test_term_is_complete_and_made_once_for_a_code_and_language(db, factory):
    term = factory()
    term.full_clean()
    assert factory(code=term.code) == term
    spanish = factory(code=term.code, locale="es", name="Nombre")
    assert spanish != term
    assert spanish.translation_key == term.translation_key
    assert type(term).labels("es")[term.code] == "Nombre"


@pytest.mark.parametrize("factory", sorted(CHILDREN, key=lambda f: f.__name__))
def test_child_is_built_with_all_that_it_needs(db, factory):
    factory.build().full_clean(exclude=["page", "locale"])


def test_every_factory_is_tested_here():
    rest = ALL - set(PAGES) - set(TERMS) - CHILDREN
    assert {factory.__name__ for factory in rest} == {
        *("ObservationFactory", "DocumentFactory", "MemberFactory", "SubmissionFactory"),
        "EventDocumentFactory",
    }


def test_observation_is_complete(db):
    pages.ObservationFactory().full_clean()


def test_publication_of_an_event_is_complete_with_the_publication(db):
    publication = repository.PublicationPageFactory()
    pages.EventDocumentFactory.build(publication=publication).full_clean(exclude=["page"])


def test_page_takes_the_language_of_its_parent(db):
    calendar = pages.EventCalendarPageFactory(locale="fr")
    assert pages.EventPageFactory(parent=calendar).locale.language_code == "fr"


def test_sections_and_home_pages_are_found_again(home):
    assert pages.HomePageFactory(locale="es") == home["es"]
    section = pages.CountryIndexPageFactory(locale="es")
    assert section.slug == "paises"
    assert pages.CountryIndexPageFactory(locale="es") == section
    assert pages.CountryPageFactory(locale="es").get_parent() == section


def test_children_are_saved_in_their_order_and_language(db):
    event = pages.EventPageFactory(
        locale="es", organisations=pages.EventOrganisationFactory.build_batch(2, role="funder")
    )
    event.refresh_from_db()
    assert [part.locale.language_code for part in event.organisations.all()] == ["es", "es"]
