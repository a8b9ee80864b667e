"""Factories of terms, pages and their children: the content loader and the tests use them alike.

Called without arguments a factory gives a complete object in its place: the factory of an event
finds, or plants, the event calendar below the English home page. ``locale`` is a locale or a
language code; ``parent`` is a page. Children are built, not saved, and given as lists:
``EventPageFactory(organisations=EventOrganisationFactory.build_batch(2))``.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import factory
from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify
from factory.django import DjangoModelFactory
from wagtail.models import Locale, Page

from . import models
from .datasets import figures

#: Real codes: ISO 3166-1 alpha-2 and alpha-3, M49, name, degrees north and east.
_COUNTRIES = [
    ("JM", "JAM", "388", "Jamaica", 18.1, -77.3),
    ("BB", "BRB", "052", "Barbados", 13.2, -59.6),
    ("TT", "TTO", "780", "Trinidad and Tobago", 10.4, -61.3),
    ("HT", "HTI", "332", "Haiti", 19.1, -72.6),
    ("DM", "DMA", "212", "Dominica", 15.4, -61.4),
    ("SR", "SUR", "740", "Suriname", 4.1, -55.9),
]

#: The address of each section in each language.
SECTION_SLUGS = {
    "countries": {"en": "countries", "es": "paises", "fr": "pays", "nl": "landen"},
    "networks": {"en": "networks", "es": "redes", "fr": "reseaux", "nl": "netwerken"},
    "events": {"en": "events", "es": "eventos", "fr": "evenements", "nl": "evenementen"},
    "repository": {
        "en": "repository",
        "es": "repositorio",
        "fr": "publications",
        "nl": "publicaties",
    },
    "library": {
        "en": "library",
        "es": "biblioteca",
        "fr": "bibliotheque",
        "nl": "bibliotheek",
    },
    "statistics": {
        "en": "statistics",
        "es": "estadisticas",
        "fr": "statistiques",
        "nl": "statistieken",
    },
    "datasets": {
        "en": "datasets",
        "es": "conjuntos-de-datos",
        "fr": "jeux-de-donnees",
        "nl": "datasets",
    },
    "assessments": {
        "en": "assessments",
        "es": "evaluaciones",
        "fr": "evaluations",
        "nl": "evaluaties",
    },
}


def translation_key(kind: str, code: str) -> uuid.UUID:
    """The key that the rows of a record share in all languages, the same in every installation."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cpmg:{kind}:{code}")


def locale_of(language: str | Locale | None) -> Locale:
    if isinstance(language, Locale):
        return language
    return Locale.objects.get(language_code=language or settings.LANGUAGE_CODE)


# Vocabularies -------------------------------------------------------------------------


class TermFactory(DjangoModelFactory):
    """A term in one language; the rows of a code share their translation key."""

    class Meta:
        abstract = True
        django_get_or_create = ("code", "locale")

    locale = None
    code = factory.Sequence(lambda n: f"term-{n}")
    name = factory.LazyAttribute(lambda term: term.code.replace("-", " ").capitalize())

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs["locale"] = locale_of(kwargs["locale"])
        kind = cls._meta.model._meta.model_name
        kwargs.setdefault("translation_key", translation_key(kind, kwargs["code"]))
        return kwargs


class LanguageFactory(TermFactory):
    class Meta:
        model = models.Language

    code = "en"
    name = "English"


class SourceFactory(TermFactory):
    class Meta:
        model = models.Source

    code = factory.Sequence(lambda n: f"source-{n}")


class FootnoteFactory(TermFactory):
    class Meta:
        model = models.Footnote

    code = factory.Sequence(lambda n: f"footnote-{n}")


class PlaceFactory(TermFactory):
    class Meta:
        model = models.Place

    code = factory.Iterator([row[0] for row in _COUNTRIES])
    name = factory.LazyAttribute(
        lambda place: next((row[3] for row in _COUNTRIES if row[0] == place.code), place.code)
    )


class ThemeFactory(TermFactory):
    class Meta:
        model = models.Theme

    code = factory.Sequence(lambda n: f"theme-{n}")


class NetworkFactory(TermFactory):
    class Meta:
        model = models.Network

    code = factory.Sequence(lambda n: f"network-{n}")


class EventTypeFactory(TermFactory):
    class Meta:
        model = models.EventType

    code = "workshop"


class GovernanceAreaFactory(TermFactory):
    class Meta:
        model = models.GovernanceArea

    code = factory.Sequence(lambda n: f"area-{n}")


class OrganisationFactory(TermFactory):
    class Meta:
        model = models.Organisation

    code = factory.Sequence(lambda n: f"organisation-{n}")


class CountryFactory(TermFactory):
    class Meta:
        model = models.Country
        skip_postgeneration_save = True

    class Params:
        row = factory.LazyAttribute(
            lambda country: next(
                (row for row in _COUNTRIES if row[0] == country.code), _COUNTRIES[0]
            )
        )

    code = factory.Iterator([row[0] for row in _COUNTRIES])
    iso3 = factory.LazyAttribute(lambda country: country.row[1])
    m49 = factory.LazyAttribute(lambda country: country.row[2])
    name = factory.LazyAttribute(lambda country: country.row[3])
    latitude = factory.LazyAttribute(lambda country: country.row[4])
    longitude = factory.LazyAttribute(lambda country: country.row[5])
    status = models.Country.Status.INDEPENDENT

    @factory.post_generation
    def languages(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.languages.set(extracted)


class IndicatorFactory(TermFactory):
    class Meta:
        model = models.Indicator
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"indicator-{n}")
    unit = models.Unit.PERSONS
    heading = models.Heading.SOCIOECONOMICS

    @factory.post_generation
    def themes(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.themes.set(extracted)


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = models.Observation

    indicator = factory.SubFactory(IndicatorFactory)
    country = factory.SubFactory(CountryFactory)
    period = 2020
    value = 1000
    source = factory.SubFactory(SourceFactory)


# Pages --------------------------------------------------------------------------------


class PageFactory(DjangoModelFactory):
    """A live page below its parent."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    locale = None
    parent = None
    title = factory.Sequence(lambda n: f"Page {n}")
    slug = factory.LazyAttribute(lambda page: slugify(page.title))
    live = True

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        raise NotImplementedError

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        parent = kwargs["parent"]
        if kwargs["locale"] is None and parent is not None and parent.depth > 1:
            kwargs["locale"] = parent.locale
        kwargs["locale"] = locale_of(kwargs["locale"])
        return kwargs

    @classmethod
    def _build(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("parent")
        tags = kwargs.pop("tags", ())
        page = model_class(*args, **kwargs)
        if tags:
            page.tags.add(*tags)
        return page

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        parent = kwargs["parent"] or cls.default_parent(kwargs["locale"])
        page = cls._build(model_class, *args, **kwargs)
        return parent.add_child(instance=page)


class HomePageFactory(PageFactory):
    """The home page of a language. There is one for each from the first migration on, and
    that one is given unless a ``parent`` is named."""

    class Meta:
        model = models.HomePage

    title = "Caribbean Platform for Migration Governance"

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return Page.get_first_root_node()

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs["parent"] is None:
            home = model_class.objects.filter(locale=kwargs["locale"], depth=2).first()
            if home is not None:
                return home
        return super()._create(model_class, *args, **kwargs)


class ContentPageFactory(PageFactory):
    class Meta:
        model = models.ContentPage

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return HomePageFactory(locale=locale)


class SectionPageFactory(PageFactory):
    """A section of the site; the existing one is given, as each language has one of a kind."""

    class Meta:
        abstract = True

    section = ""
    show_in_menus = True
    title = factory.LazyAttribute(lambda page: page.section.capitalize())
    slug = None

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs = super()._adjust_kwargs(**kwargs)
        section = kwargs.pop("section")
        kwargs.setdefault("translation_key", translation_key("section", section))
        if kwargs["slug"] is None:
            kwargs["slug"] = SECTION_SLUGS[section][kwargs["locale"].language_code]
        return kwargs

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return HomePageFactory(locale=locale)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs["parent"] is None:
            section = model_class.objects.filter(locale=kwargs["locale"]).first()
            if section is not None:
                return section
        return super()._create(model_class, *args, **kwargs)


class CountryIndexPageFactory(SectionPageFactory):
    class Meta:
        model = models.CountryIndexPage

    section = "countries"


class EventCalendarPageFactory(SectionPageFactory):
    class Meta:
        model = models.EventCalendarPage

    section = "events"


class StatisticsCentrePageFactory(SectionPageFactory):
    class Meta:
        model = models.StatisticsCentrePage

    section = "statistics"


class AssessmentIndexPageFactory(SectionPageFactory):
    class Meta:
        model = models.AssessmentIndexPage

    section = "assessments"


class CountryFactFactory(DjangoModelFactory):
    class Meta:
        model = models.CountryFact

    key = models.FactKey.LEGAL_SYSTEM
    text = "Common law"
    source = factory.LazyFunction(SourceFactory)


class CountryPageFactory(PageFactory):
    class Meta:
        model = models.CountryPage

    country = factory.SubFactory(CountryFactory)
    title = factory.LazyAttribute(lambda page: page.country.name)

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return CountryIndexPageFactory(locale=locale)


class EventOrganisationFactory(DjangoModelFactory):
    class Meta:
        model = models.EventOrganisation

    organisation = factory.LazyAttribute(
        lambda part: None if part.other_name else OrganisationFactory()
    )
    other_name = ""


class EventPageFactory(PageFactory):
    class Meta:
        model = models.EventPage

    title = factory.Sequence(lambda n: f"Workshop {n}")
    event_type = factory.SubFactory(EventTypeFactory)
    start_date = datetime.date(2019, 6, 6)
    end_date = factory.LazyAttribute(lambda event: event.start_date)

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return EventCalendarPageFactory(locale=locale)


class DatasetIndexPageFactory(SectionPageFactory):
    class Meta:
        model = models.DatasetIndexPage

    section = "datasets"

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return StatisticsCentrePageFactory(locale=locale)


class DatasetPageFactory(PageFactory):
    """Give its ``figures`` (``pages.datasets.figures.Figure``) to publish them with it."""

    class Meta:
        model = models.DatasetPage

    title = factory.Sequence(lambda n: f"Dataset {n}")
    creator = "National Statistics Office"

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return DatasetIndexPageFactory(locale=locale)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs = super()._adjust_kwargs(**kwargs)
        if rows := kwargs.pop("figures", None):
            kept = figures.keep(rows)
            kwargs |= {"digest": kept.digest, "number": kept.number}
        kwargs.setdefault("first_published_at", timezone.now() if kwargs["live"] else None)
        return kwargs


class EventSessionFactory(DjangoModelFactory):
    class Meta:
        model = models.EventSession

    title = "Opening"


class EventDocumentFactory(DjangoModelFactory):
    class Meta:
        model = models.EventDocument


class StatisticsThemePageFactory(PageFactory):
    class Meta:
        model = models.StatisticsThemePage

    theme = factory.SubFactory(ThemeFactory)
    title = factory.LazyAttribute(lambda page: page.theme.name)

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return StatisticsCentrePageFactory(locale=locale)


class AssessedAreaFactory(DjangoModelFactory):
    class Meta:
        model = models.AssessedArea

    area = factory.LazyFunction(GovernanceAreaFactory)


class AssessmentRecommendationFactory(DjangoModelFactory):
    class Meta:
        model = models.AssessmentRecommendation

    area = factory.LazyFunction(GovernanceAreaFactory)
    text = "Adopt a national policy."


class AssessmentPageFactory(PageFactory):
    class Meta:
        model = models.AssessmentPage

    country = factory.SubFactory(CountryFactory)
    year = 2018
    title = factory.LazyAttribute(
        lambda page: f"Needs assessment of {page.country.name if page.country else 'the region'}"
    )

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return AssessmentIndexPageFactory(locale=locale)
