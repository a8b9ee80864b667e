"""The content model, one module for each family."""

from .assessments import (
    AssessedArea,
    AssessmentIndexPage,
    AssessmentPage,
    AssessmentRecommendation,
)
from .base import BasePage, BasePageQuerySet, SectionPage
from .content import ContentPage
from .countries import CountryFact, CountryIndexPage, CountryPage, FactKey
from .datasets import DatasetIndexPage, DatasetPage, FigureSet
from .events import (
    EventCalendarPage,
    EventDocument,
    EventOrganisation,
    EventPage,
    EventPhoto,
    EventSession,
)
from .home import HomePage
from .licences import Licence
from .loading import LoadedRecord
from .statistics import (
    Heading,
    Indicator,
    Observation,
    ObservationStatus,
    Sex,
    StatisticsCentrePage,
    StatisticsThemePage,
    Unit,
)
from .translating import GlossaryTerm, RememberedPassage, TranslationRecord
from .versions import CalendarRecord, ContentVersion
from .vocabularies import (
    Country,
    EventType,
    Footnote,
    GovernanceArea,
    Language,
    Network,
    Organisation,
    Place,
    Source,
    Term,
    Theme,
)

__all__ = [
    "AssessedArea",
    "AssessmentIndexPage",
    "AssessmentPage",
    "AssessmentRecommendation",
    "BasePage",
    "BasePageQuerySet",
    "CalendarRecord",
    "ContentPage",
    "ContentVersion",
    "Country",
    "CountryFact",
    "CountryIndexPage",
    "CountryPage",
    "DatasetIndexPage",
    "DatasetPage",
    "EventCalendarPage",
    "EventDocument",
    "EventOrganisation",
    "EventPage",
    "EventPhoto",
    "EventSession",
    "EventType",
    "FactKey",
    "FigureSet",
    "Footnote",
    "GlossaryTerm",
    "GovernanceArea",
    "Heading",
    "HomePage",
    "Indicator",
    "Language",
    "Licence",
    "LoadedRecord",
    "Network",
    "Observation",
    "ObservationStatus",
    "Organisation",
    "Place",
    "RememberedPassage",
    "SectionPage",
    "Sex",
    "Source",
    "StatisticsCentrePage",
    "StatisticsThemePage",
    "Term",
    "Theme",
    "TranslationRecord",
    "Unit",
]
