"""The statistics centre. A figure is an observation, stored once, with source and period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from ..blocks import RICH_TEXT
from .base import BasePage, BasePageManager, SectionPage, synchronised, translated
from .vocabularies import Country, Footnote, Place, Source, Term, TermKey, TermsKey, Theme


class Heading(models.TextChoices):
    """The four headings of a country page."""

    SOCIOECONOMICS = "socioeconomics", _("Socioeconomics")
    GOVERNMENT = "government", _("Government")
    MIGRATION_BACKGROUND = "migration_background", _("Migration background")
    TRANSNATIONAL_ISSUES = "transnational_issues", _("Transnational issues")


class Unit(models.TextChoices):
    PERSONS = "persons", _("persons")
    PCT_POPULATION = "pct_population", _("% of population")
    PCT_LABOUR_FORCE = "pct_labour_force", _("% of labour force")
    PCT_YOUTH_LABOUR_FORCE = "pct_youth_labour_force", _("% of labour force aged 15–24")
    PCT_GDP = "pct_gdp", _("% of GDP")
    PCT_ADULTS = "pct_adults", _("% of adults")
    PCT_IMMIGRANTS = "pct_immigrants", _("% of international migrants")
    YEARS = "years", _("years")
    USD_PPP_2021 = "usd_ppp_2021", _("US dollars of 2021, purchasing power parity")
    PER_1000 = "per_1000", _("migrants per 1,000 population")
    INDEX_100 = "index_100", _("index, 0 to 100")
    COUNT = "count", _("number")


class Indicator(Term):
    """What is measured: name, definition, unit."""

    icon = "sliders"

    definition = models.TextField(_("definition"), blank=True)
    unit = models.CharField(_("unit"), max_length=40, choices=Unit)
    decimals = models.PositiveSmallIntegerField(
        _("decimals"), default=0, validators=[MaxValueValidator(4)]
    )
    heading = models.CharField(
        _("heading on country pages"),
        max_length=40,
        choices=Heading,
        blank=True,
        help_text=_("Leave empty when country pages do not show this indicator."),
    )
    position = models.PositiveSmallIntegerField(_("position under the heading"), default=0)
    by_sex = models.BooleanField(_("broken down by sex"), default=False)
    by_counterpart = models.BooleanField(_("broken down by origin or destination"), default=False)
    themes = TermsKey(Theme, verbose_name=_("themes"), blank=True, related_name="indicators")
    source = TermKey(Source, verbose_name=_("main source"), null=True, blank=True)

    panels = [
        *Term.panels,
        FieldPanel("definition"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("unit"), FieldPanel("decimals")]),
                FieldRowPanel([FieldPanel("by_sex"), FieldPanel("by_counterpart")]),
                FieldPanel("source"),
            ],
            heading=_("Measurement"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("heading"), FieldPanel("position")]),
                FieldPanel("themes"),
            ],
            heading=_("Where it is shown"),
        ),
    ]
    override_translatable_fields = (
        Term.override_translatable_fields
        + translated("definition")
        + synchronised(
            *(
                "unit",
                "decimals",
                "heading",
                "position",
                "by_sex",
                "by_counterpart",
                "source",
                "themes",
            )
        )
    )

    class Meta(Term.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")


class Sex(models.TextChoices):
    """SDMX code list CL_SEX."""

    TOTAL = "_T", _("both sexes")
    FEMALE = "F", _("women")
    MALE = "M", _("men")


class ObservationStatus(models.TextChoices):
    """SDMX code list CL_OBS_STATUS, the codes in use here."""

    NORMAL = "A", _("normal value")
    ESTIMATED = "E", _("estimated value")
    IMPUTED = "I", _("imputed value")
    PROVISIONAL = "P", _("provisional value")
    BREAK = "B", _("break in the series")
    LOW_RELIABILITY = "U", _("low reliability")


class ObservationQuerySet(models.QuerySet["Observation"]):
    def latest(self) -> Self:  # type: ignore[override]
        """The newest observation of each indicator, country, counterpart and sex."""
        return self.annotate(
            recency=Window(
                RowNumber(),
                partition_by=[F("indicator"), F("country"), F("counterpart"), F("sex")],
                order_by=[F("period").desc(), F("source_date").desc(), F("pk").desc()],
            )
        ).filter(recency=1)


class Observation(models.Model):
    """One figure. Missing values have no row: missing is never zero."""

    indicator = TermKey(Indicator, verbose_name=_("indicator"), related_name="observations")
    country = TermKey(Country, verbose_name=_("country"), related_name="observations")
    counterpart = TermKey(
        Place,
        verbose_name=_("country of origin or destination"),
        null=True,
        blank=True,
    )
    period = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    sex = models.CharField(_("sex"), max_length=2, choices=Sex, default=Sex.TOTAL)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    status = models.CharField(
        _("status"),
        max_length=1,
        choices=ObservationStatus,
        default=ObservationStatus.NORMAL,
    )
    source = TermKey(Source, verbose_name=_("source"))
    source_date = models.CharField(
        _("date of the source"),
        max_length=10,
        blank=True,
        help_text=_("Year, or year-month-day, when the source published the figure."),
    )
    footnote = TermKey(Footnote, verbose_name=_("footnote"), null=True, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("indicator"), FieldPanel("country")]),
        FieldRowPanel([FieldPanel("period"), FieldPanel("sex"), FieldPanel("counterpart")]),
        FieldRowPanel([FieldPanel("value"), FieldPanel("status")]),
        FieldRowPanel([FieldPanel("source"), FieldPanel("source_date")]),
        FieldPanel("footnote"),
    ]

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["indicator", "country", "-period", "sex"]
        indexes = [models.Index(fields=["country", "indicator", "-period"])]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "country", "period", "sex", "source"],
                condition=Q(counterpart=None),
                name="one_observation",
                violation_error_message=_("This figure is already recorded."),
            ),
            models.UniqueConstraint(
                fields=[
                    "indicator",
                    "country",
                    "counterpart",
                    "period",
                    "sex",
                    "source",
                ],
                condition=~Q(counterpart=None),
                name="one_observation_with_counterpart",
                violation_error_message=_("This figure is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.country.code} {self.period} {self.sex}"

    def clean(self) -> None:
        from django.utils import timezone

        super().clean()
        if self.period and self.period > timezone.now().year:
            raise ValidationError({"period": _("The year lies in the future.")})


class StatisticsCentrePage(SectionPage):
    """The statistics centre: its themes and the indicators of each."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.StatisticsThemePage"]
    template = "pages/statistics_centre_page.html"
    page_description = _("The section that holds the statistical themes.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("statistics centre")
        verbose_name_plural = _("statistics centres")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["themes"] = (
            StatisticsThemePage.objects.readable_by(request.user)
            .in_language(self.locale.language_code)
            .select_related("theme", "locale")
            .order_by("path")
        )
        return context


class StatisticsThemePage(BasePage):
    """One theme of the statistics centre with its indicators."""

    theme = TermKey(Theme, verbose_name=_("theme"), help_text=_("Its indicators are shown."))
    body = RichTextField(_("text"), blank=True, features=["h3", *RICH_TEXT])

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("theme"),
        FieldPanel("body"),
        HelpPanel(
            content=_(
                "The figures below the text come from the observations of the theme's"
                " indicators. Change them under Statistics."
            )
        ),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    override_translatable_fields = (
        BasePage.override_translatable_fields + translated("body") + synchronised("theme")
    )

    parent_page_types = ["pages.StatisticsCentrePage"]
    subpage_types: list[str] = []
    template = "pages/statistics_theme_page.html"
    page_description = _("A theme of the statistics centre.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("statistics theme")
        verbose_name_plural = _("statistics themes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds ``indicators``, the chosen ``indicator`` (address: ``?indicator=code``) and
        its newest figure for each country, ``observations`` (33 rows at most)."""
        context = super().get_context(request, *args, **kwargs)
        indicators = list(
            Indicator.objects.filter(
                themes__code=self.theme.code,
                locale__language_code="en",
                by_counterpart=False,
            ).order_by("position", "code")
        )
        wanted = request.GET.get("indicator")
        chosen = next((i for i in indicators if i.code == wanted), None)
        context["indicators"] = indicators
        context["indicator"] = chosen or (indicators[0] if indicators else None)
        context["unknown_indicator"] = bool(wanted) and chosen is None
        context["observations"] = latest_by_country(context["indicator"])
        return context


def latest_by_country(indicator: Indicator | None) -> list[Observation]:
    """The newest total of ``indicator`` for each country, by the country's name."""
    if indicator is None:
        return []
    names = list(Country.labels())
    rows = (
        Observation.objects.filter(indicator=indicator, sex=Sex.TOTAL, counterpart=None)
        .latest()
        .select_related("country", "source", "footnote")
    )
    return sorted(rows, key=lambda row: names.index(row.country.code))


def latest_of_country(country: Country) -> Iterable[Observation]:
    """The newest figures of ``country`` for the indicators that country pages show."""
    return (
        Observation.objects.filter(country=country, counterpart=None)
        .exclude(indicator__heading="")
        .latest()
        .select_related("indicator", "source", "footnote")
        .order_by("indicator__position")
    )
