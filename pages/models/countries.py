"""The country section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
)
from wagtail.fields import RichTextField
from wagtail.models import Orderable, PageManager, TranslatableMixin
from wagtail.search import index

from ..blocks import RICH_TEXT
from .base import (
    BasePage,
    BasePageManager,
    BasePageQuerySet,
    SectionPage,
    active_language,
    synchronised,
    translated,
)
from .statistics import Heading, Indicator, Observation, Sex, latest_of_country
from .vocabularies import Country, Footnote, Source, TermKey, collation_key


class CountryPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> list[CountryPage]:
        """The country pages that the reader may see, in their language's order."""
        pages = (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .select_related("country", "country__sovereign", "locale")
        )
        return sorted(pages, key=lambda page: collation_key(page.title))


class CountryIndexPage(SectionPage):
    """The country section."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.CountryPage"]
    template = "pages/country_index_page.html"
    page_description = _("The section that holds the country pages.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("country section")
        verbose_name_plural = _("country sections")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds ``countries``, narrowed by ``?status=`` and ``?member=`` in the address."""
        from ..filters import CountryFilter

        context = super().get_context(request, *args, **kwargs)
        everything = CountryPage.objects.listed(request)
        context["filter"] = country_filter = CountryFilter(request.GET)
        context["all_countries"] = everything
        context["countries"] = country_filter.narrow(everything)
        return context


class CountryPage(BasePage):
    """A Caribbean country or territory under four headings: facts, and text beside them."""

    country = TermKey(
        Country,
        verbose_name=_("country or territory"),
        help_text=_("Its figures come from the statistics centre."),
    )
    overview = RichTextField(_("overview"), blank=True, features=RICH_TEXT)
    socioeconomics = RichTextField(
        _("socioeconomics"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("Text beside the facts."),
    )
    government = RichTextField(
        _("government"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("Text beside the facts."),
    )
    migration_background = RichTextField(
        _("migration background"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("Text beside the facts."),
    )
    transnational_issues = RichTextField(
        _("transnational issues"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("Text beside the facts."),
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("country"),
        FieldPanel("overview"),
        HelpPanel(
            content=_(
                "Figures such as population or migrant stock are not typed here. They are"
                " observations: change them under Statistics, and this page shows the newest."
            )
        ),
        MultiFieldPanel(
            [FieldPanel(heading) for heading in Heading.values],
            heading=_("Text beside the facts"),
        ),
        InlinePanel(
            "facts",
            heading=_("Facts in words"),
            label=_("Fact"),
            help_text=_("Government, law and issues that no figure can say, each with its source."),
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("overview"),
        *[index.SearchField(heading) for heading in Heading.values],
        index.RelatedFields("country", [index.SearchField("name"), index.FilterField("code")]),
    ]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated("overview", *Heading.values, "facts")
        + synchronised("country")
    )

    parent_page_types = ["pages.CountryIndexPage"]
    subpage_types: list[str] = []
    template = "pages/country_page.html"
    page_description = _("A Caribbean country or territory.")

    objects = PageManager.from_queryset(CountryPageQuerySet)()

    class Meta:
        verbose_name = _("country page")
        verbose_name_plural = _("country pages")

    def clean(self) -> None:
        super().clean()
        if self.country_id and self.locale_id:
            double = CountryPage.objects.filter(
                country_id=self.country_id, locale_id=self.locale_id
            ).exclude(pk=self.pk)
            if double.exists():
                raise ValidationError(
                    {"country": _("There is already a page of this country in this language.")}
                )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..statistics import sparklines
        from .assessments import AssessmentPage
        from .events import EventPage

        context = super().get_context(request, *args, **kwargs)
        context["headings"] = headings = self.headings()
        context["lines"] = sparklines.of_country(
            self.country, [indicator for group in headings for indicator, _figures in group.figures]
        )
        language = active_language()
        context["events"] = (
            EventPage.objects.listed(request).filter(country__code=self.country.code).latest_first()
        )
        context["assessment"] = (
            AssessmentPage.objects.readable_by(request.user)
            .in_language(language)
            .filter(country__code=self.country.code)
            .select_related("locale")
            .first()
        )
        return context

    def headings(self) -> list[FactGroup]:
        """The four headings, each with its text, its figures and its facts in words.

        Every indicator and every kind of fact has its row; one without a value shows that
        the sources have none.
        """
        figures: dict[str, list[Observation]] = {}
        both_sexes_first = Sex.values.index
        for observation in sorted(
            latest_of_country(self.country), key=lambda row: both_sexes_first(row.sex)
        ):
            figures.setdefault(observation.indicator.code, []).append(observation)
        statements: dict[str, list[CountryFact]] = {}
        for fact in self.facts.select_related("source", "footnote"):
            statements.setdefault(fact.key, []).append(fact)
        indicators = Indicator.objects.filter(
            locale__language_code="en", by_counterpart=False
        ).exclude(heading="")
        by_heading: dict[str, list[Indicator]] = {}
        for indicator in indicators.order_by("position", "code"):
            by_heading.setdefault(indicator.heading, []).append(indicator)
        return [
            FactGroup(
                heading=heading,
                text=getattr(self, heading.value),
                figures=[
                    (indicator, figures.get(indicator.code, []))
                    for indicator in by_heading.get(heading, [])
                ],
                statements=[
                    (key, statements.get(key, [])) for key in FactKey if key.heading == heading
                ],
            )
            for heading in Heading
        ]


@dataclass(frozen=True)
class FactGroup:
    """What stands under one heading of a country page."""

    heading: Heading
    text: str
    figures: list[tuple[Indicator, list[Observation]]]
    statements: list[tuple[FactKey, list[CountryFact]]]


class FactKey(models.TextChoices):
    """The kinds of fact in words."""

    GOVERNMENT_TYPE = "government_type", _("Form of government")
    HEAD_OF_STATE = "head_of_state_title", _("Head of state")
    LEGAL_SYSTEM = "legal_system", _("Legal system")
    INDEPENDENCE = "independence_date", _("Date of independence")
    INDEPENDENCE_FROM = "independence_from", _("Independence from")
    DUAL_CITIZENSHIP = "dual_citizenship", _("Dual citizenship recognised")
    DISPUTE = "dispute", _("International disputes")
    TRAFFICKING_TIER = (
        "trafficking_tier",
        _("Tier in the trafficking in persons report of the US Department of State"),
    )
    DRUG_TRANSIT = (
        "drug_transit_identification",
        _("Identification as drug transit country by the United States"),
    )

    @property
    def heading(self) -> Heading:
        transnational = {
            FactKey.DISPUTE,
            FactKey.TRAFFICKING_TIER,
            FactKey.DRUG_TRANSIT,
        }
        return Heading.TRANSNATIONAL_ISSUES if self in transnational else Heading.GOVERNMENT


class CountryFact(TranslatableMixin, Orderable):
    """A fact in words about a country, with its source."""

    page = ParentalKey(CountryPage, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(_("kind of fact"), max_length=40, choices=FactKey)
    text = models.CharField(_("text"), max_length=500, blank=True)
    date = models.DateField(
        _("date"), null=True, blank=True, help_text=_("For facts that are a date.")
    )
    year = models.PositiveSmallIntegerField(
        _("year the fact refers to"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1400), MaxValueValidator(2100)],
    )
    source = TermKey(Source, verbose_name=_("source"))
    source_date = models.CharField(_("date of the source"), max_length=10, blank=True)
    footnote = TermKey(Footnote, verbose_name=_("footnote"), null=True, blank=True)

    panels = [
        FieldPanel("key"),
        FieldRowPanel([FieldPanel("text"), FieldPanel("date"), FieldPanel("year")]),
        FieldRowPanel([FieldPanel("source"), FieldPanel("source_date"), FieldPanel("footnote")]),
    ]
    override_translatable_fields = translated("text") + synchronised(
        "key", "date", "year", "source", "source_date", "footnote"
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("fact in words")
        verbose_name_plural = _("facts in words")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.text or str(self.date or "")

    def clean(self) -> None:
        super().clean()
        if not self.text and not self.date:
            raise ValidationError({"text": _("Give a text or a date.")})
