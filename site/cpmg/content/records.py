"""The form of every record in ``site/data``. Unknown fields are errors: a typing mistake in a
field's name must not lose its value."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.core.exceptions import ValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pages.models import FactKey, Heading, ObservationStatus, Organisation, Unit
from pages.models.vocabularies import is_country_code
from repository.identifiers import normalise_doi, normalise_isbn
from repository.models import Licence
from search.models import SynonymSet

LANGUAGES = ("en", "es", "fr", "nl")

# Values -------------------------------------------------------------------------------


def _one_of(valid: Any) -> AfterValidator:
    """A value of a list of choices."""

    def check(value: str) -> str:
        if value not in valid:
            raise PydanticCustomError(
                "choice",
                "“{value}” is not one of {valid}",
                {"value": value, "valid": ", ".join(map(str, valid))},
            )
        return value

    return AfterValidator(check)


def _code_of(vocabulary: str) -> AfterValidator:
    """A code that ``vocabulary`` defines. The reader gives the known codes as context."""

    def check(value: str, info: ValidationInfo) -> str:
        codes = (info.context or {}).get(vocabulary)
        if codes is not None and value not in codes:
            raise PydanticCustomError(
                "code",
                "unknown code “{value}”: vocabularies/{vocabulary}.json does not define it",
                {"value": value, "vocabulary": vocabulary},
            )
        return value

    return AfterValidator(check)


def _valid_by(validate: Callable[[str], Any]) -> AfterValidator:
    """A value that a validator of the models accepts."""

    def check(value: str) -> str:
        try:
            validate(value)
        except ValidationError as error:
            raise PydanticCustomError(
                "invalid", "{reason}", {"reason": error.messages[0]}
            ) from None
        return value

    return AfterValidator(check)


class _TagReader(HTMLParser):
    """Notes the first tag that rich text may not hold, or that is not closed."""

    ALLOWED = {"a", "b", "br", "em", "h3", "i", "li", "ol", "p", "strong", "ul"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problem = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.ALLOWED:
            self.problem = self.problem or f"the tag <{tag}> is not allowed in a text"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problem = self.problem or f"the tag </{tag}> closes nothing"


def _well_formed(value: str) -> str:
    reader = _TagReader()
    reader.feed(value)
    reader.close()
    if reader.open:
        reader.problem = reader.problem or f"the tag <{reader.open[-1]}> is not closed"
    if reader.problem:
        raise PydanticCustomError("html", "{reason}", {"reason": reader.problem})
    return value


def _country_code(value: str) -> str:
    if not is_country_code(value):
        raise PydanticCustomError(
            "country", "“{value}” is not a country code of ISO 3166-1", {"value": value}
        )
    return value


def _up_to(longest: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=longest)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=255)]
Line = Annotated[str, _up_to(255)]
Html = Annotated[str, StringConstraints(min_length=1), AfterValidator(_well_formed)]
Day = Annotated[datetime.date, Field(strict=False)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)]
Year = Annotated[int, Field(ge=1400, le=2100)]

CountryCode = Annotated[str, _code_of("countries")]
PlaceCode = Annotated[str, _code_of("places")]
LanguageCode = Annotated[str, _code_of("languages")]
ThemeCode = Annotated[str, _code_of("themes")]
NetworkCode = Annotated[str, _code_of("networks")]
SourceCode = Annotated[str, _code_of("sources")]
FootnoteCode = Annotated[str, _code_of("footnotes")]
AreaCode = Annotated[str, _code_of("governance_areas")]
OrganisationCode = Annotated[str, _code_of("organisations")]
Interface = Literal["en", "es", "fr", "nl"]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


T = TypeVar("T")


class Texts(Record, Generic[T]):
    """A text in each language of the site."""

    en: T
    es: T
    fr: T
    nl: T

    def __getitem__(self, language: str) -> T:
        return getattr(self, language)


Name = Texts[Line]
Slugs = Texts[Slug]
#: Plain text of some sentences.
ShortText = Texts[Annotated[str, _up_to(600)]]
Text = Texts[Html]
Items = Texts[list[Html]]


# Vocabularies -------------------------------------------------------------------------


class Term(Record):
    code: Code
    names: Name


class GlossaryRecord(Term):
    """A term of the field. ``theme`` sorts the list and refers to nothing."""

    theme: Code
    note: Annotated[str, _up_to(600)] | None


class FootnoteRecord(Record):
    code: Code
    text: Name


class SourceRecord(Term):
    publisher: Line
    edition: Line | None
    date: Annotated[str, _up_to(40)] | None
    licence: Annotated[str, _up_to(120)]
    licence_url: Address | None
    url: Address | None
    note: ShortText | None = None


class ThemeRecord(Term):
    statistics: bool


class NetworkRecord(Term):
    themes: list[ThemeCode]
    statistics_areas: list[ThemeCode]
    assessment_areas: list[AreaCode]


class DocumentTypeRecord(Term):
    csl_type: Annotated[str, _up_to(40)]


class OrganisationRecord(Term):
    acronym: Texts[Annotated[str, _up_to(40)]] | None
    kind: Annotated[str, _one_of(Organisation.Kind.values)]
    role: ShortText | None
    source: SourceCode


class IndicatorRecord(Term):
    definition: ShortText
    unit: Annotated[str, _one_of(Unit.values)]
    decimals: Annotated[int, Field(ge=0, le=4)]
    heading: Annotated[str, _one_of(Heading.values)] | None
    position: Annotated[int, Field(ge=0)]
    by_sex: bool
    by_counterpart: bool
    themes: list[ThemeCode]
    source: SourceCode


class SynonymsRecord(Record):
    code: Code
    language: Annotated[str, _one_of(LANGUAGES)] | None
    kind: Annotated[str, _one_of(SynonymSet.Kind.values)]
    terms: Annotated[list[Line], Field(min_length=2)]


class Capital(Record):
    name: Annotated[str, _up_to(120)]
    lat: float | None
    lon: float | None
    source: SourceCode


class Area(Record):
    value: Annotated[Decimal, Field(strict=False, gt=0)]
    source: SourceCode
    land_value: float | int | None


class Point(Record):
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]


Membership = Literal["full", "associate", "associate-pending"]


class Memberships(Record):
    caricom: Membership | None
    oecs: Membership | None
    acs: Membership | None
    cmc: Literal["participant"] | None
    cmc_founding: bool
    note: Texts[Annotated[str, _up_to(300)]] | None


class CountryRecord(Term):
    code: Annotated[str, AfterValidator(_country_code)]
    iso3: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    m49: Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
    slug: Slugs
    status: Literal["independent", "territory"]
    sovereign: PlaceCode | None
    capital: Capital
    official_languages: list[LanguageCode]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    area_km2: Area
    label_point: Point
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)]
    memberships: Memberships
    sources: dict[str, SourceCode]


# Pages --------------------------------------------------------------------------------


class PageRecord(Record):
    """What the records of all pages hold."""

    code: Code
    slug: Slugs
    title: Name
    summary: ShortText


class SectionText(Record):
    title: Name
    text: ShortText


class Home(Record):
    title: Name
    summary: ShortText
    intro: Text
    sections: dict[str, SectionText]


class SectionRecord(PageRecord):
    code: Literal[
        "countries",
        "networks",
        "events",
        "repository",
        "library",
        "statistics",
        "datasets",
        "assessments",
    ]
    body: Text


class Sections(Record):
    sections: list[SectionRecord]


class HeadingBlock(Record):
    type: Literal["heading"]
    value: Name


class ParagraphBlock(Record):
    type: Literal["paragraph"]
    value: Text


class ListBlock(Record):
    type: Literal["list"]
    value: Items


Block = Annotated[HeadingBlock | ParagraphBlock | ListBlock, Field(discriminator="type")]


class ContentRecord(PageRecord):
    blocks: list[Block]


class Contents(Record):
    pages: list[ContentRecord]


class CountryText(Record):
    code: CountryCode
    summary: ShortText
    overview: Text


class CountryTexts(Record):
    as_of: Day
    countries: list[CountryText]


class FactRecord(Record):
    """A fact in words: either a text or a date."""

    country: CountryCode
    key: Annotated[str, _one_of(FactKey.values)]
    text: Texts[Annotated[str, _up_to(500)]] | None
    date: Day | None
    year: Year | None
    source: SourceCode
    source_date: Moment | None
    footnote: FootnoteCode | None

    @model_validator(mode="after")
    def _says_something(self) -> FactRecord:
        if (self.text is None) == (self.date is None):
            raise PydanticCustomError("fact", "give either a text or a date")
        return self


class ConsultationRecord(PageRecord):
    focus: Text | None
    evolution: Text | None
    contribution_national: Text | None
    contribution_regional: Text | None
    contribution_global: Text | None
    examples: Text | None = None
    structures: Text | None
    added_value: Text | None
    how_to_join: Text | None
    partners: list[OrganisationCode]
    themes: list[ThemeCode]


class ConsultationsRecord(ConsultationRecord):
    acronym: Line
    website: Address


class NetworkPageRecord(ConsultationRecord):
    code: NetworkCode


class Networks(Record):
    cmc: ConsultationsRecord
    networks: list[NetworkPageRecord]
    #: What the library of each network says of itself.
    library: SectionRecord


#: An organisation of the vocabulary by its code, or another one by its name.
Party = Annotated[
    Annotated[OrganisationCode, Tag("code")] | Annotated[Name, Tag("name")],
    Discriminator(lambda value: "code" if isinstance(value, str) else "name"),
]


class EventRecord(PageRecord):
    title_language: Interface
    start_date: Day
    end_date: Day | None
    date_precision: Literal["day", "month", "year"]
    city: Texts[Annotated[str, _up_to(120)]] | None
    country: PlaceCode | None
    type: Annotated[str, _code_of("event_types")]
    themes: list[ThemeCode]
    networks: list[NetworkCode]
    organisers: list[Party]
    funders: list[Party]
    partners: list[Party]
    source: Name
    source_url: Address | None
    note: ShortText | None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> EventRecord:
        if self.end_date and self.end_date < self.start_date:
            raise PydanticCustomError(
                "order",
                "end_date {end} lies before start_date {start}",
                {"end": str(self.end_date), "start": str(self.start_date)},
            )
        return self


class Events(Record):
    as_of: Day
    events: list[EventRecord]


class StatisticsRecord(PageRecord):
    code: ThemeCode
    body: Text
    themes: list[ThemeCode]


class Statistics(Record):
    pages: list[StatisticsRecord]


class AreaText(Record):
    code: AreaCode
    names: Name
    description: ShortText


class AssessedAreaRecord(Record):
    area: AreaCode
    status: Literal["nascent", "emerging", "developed", "advanced"] | None
    strengths: Text | None
    gaps: Text | None
    recommendations: Text | None
    evidence: list[Line]


class AssessmentRecord(PageRecord):
    year: Year
    areas: Annotated[list[AssessedAreaRecord], Field(min_length=7, max_length=7)]
    related_publication: Annotated[str, _code_of("publications")] | None


class RegionalAssessment(AssessmentRecord):
    start: Moment | None


class CountryAssessment(AssessmentRecord):
    code: CountryCode
    field_visit_start: Moment | None
    field_visit_end: Moment | None
    focal_institution: Line | None


class Assessments(Record):
    as_of: Day
    year: Year
    methodology: Name
    conducted_by: OrganisationCode
    field_visits_start: Moment
    source: Name
    status_note: ShortText
    areas: list[AreaText]
    regional: RegionalAssessment
    countries: list[CountryAssessment]


# Publications -------------------------------------------------------------------------


class ContributorRecord(Record):
    name: Line
    family: Line | None = None
    given: Annotated[str, _up_to(120)] | None = None
    role: Literal["author", "editor", "corporate_author"]


class Container(Record):
    journal: Annotated[str, _up_to(300)] | None = None
    host_title: Annotated[str, _up_to(300)] | None = None
    volume: Annotated[str, _up_to(40)] | None = None
    issue: Annotated[str, _up_to(40)] | None = None
    pages: Annotated[str, _up_to(40)] | None = None


class PublicationRecord(Record):
    id: Code
    slug: Slug
    language: Interface
    title: Line
    contributors: list[ContributorRecord]
    type: Annotated[str, _code_of("document_types")]
    publisher: Annotated[str, StringConstraints(max_length=255)] = ""
    languages: list[LanguageCode]
    year: Annotated[int, Field(ge=1500, le=2100)] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    container: Container | None = None
    series: Annotated[str, _up_to(300)] | None = None
    series_number: Annotated[str, _up_to(40)] | None = None
    extent: Annotated[str, _up_to(120)] | None = None
    doi: Annotated[str, _valid_by(normalise_doi)] | None = None
    isbn: Annotated[str, _valid_by(normalise_isbn)] | None = None
    issn: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{3}[\dX]$")] | None = None
    url: Address | None = None
    licence: Annotated[str, _one_of(Licence.labels)] | None = None
    countries: list[CountryCode]
    themes: list[ThemeCode]
    networks: list[NetworkCode]
    tags: list[Annotated[str, _up_to(100)]] = []
    evidence: Line
    note: Annotated[str, _up_to(500)] | None = None


class Publications(Record):
    as_of: Day
    publications: list[PublicationRecord]


class GuideRecord(PageRecord):
    """A guide of the platform's own; its texts are Markdown files beside the record."""

    themes: list[ThemeCode]


class Guides(Record):
    as_of: Day
    type: Annotated[str, _code_of("document_types")]
    author: Line
    publisher: Line
    licence: Annotated[str, _one_of(Licence.labels)]
    guides: list[GuideRecord]


# Datasets and observations ------------------------------------------------------------


class DatasetRecord(Record):
    """The first version of a dataset: all figures of a source. Written in English."""

    code: Code
    slug: Slug
    title: Line
    summary: Annotated[str, _up_to(600)]
    creator: Line
    source: SourceCode
    licence: Annotated[str, _one_of(Licence.values)]


class ObservationRecord(Record):
    """A row of a CSV file. An empty cell is ``None``, and ``value`` may not be empty: missing is
    never zero."""

    indicator: Annotated[str, _code_of("indicators")]
    country: CountryCode
    counterpart: PlaceCode | None
    period: Annotated[int, Field(strict=False, ge=1900, le=2100)]
    sex: Literal["T", "F", "M"]
    value: Annotated[
        Decimal, Field(strict=False, max_digits=18, decimal_places=4, allow_inf_nan=False)
    ]
    status: Annotated[str, _one_of(ObservationStatus.values)]
    source: SourceCode
    footnote: FootnoteCode | None
    source_date: Moment | None

    @property
    def key(self) -> tuple[str, ...]:
        """What makes the figure the only one of its kind."""
        return (
            self.indicator,
            self.country,
            self.counterpart or "",
            str(self.period),
            self.sex,
            self.source,
        )
