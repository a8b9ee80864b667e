"""The statistics centre. A figure is an observation, stored once, with source and period."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index
from wagtail.url_routing import RouteResult

from .. import access, ages
from ..blocks import RICH_TEXT
from .base import BasePage, BasePageManager, SectionPage, synchronised, translated
from .vocabularies import Country, Footnote, Place, Source, Term, TermKey, TermsKey, Theme

if TYPE_CHECKING:
    from .datasets import DatasetPage


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
    by_age = models.BooleanField(_("broken down by age"), default=False)
    by_counterpart = models.BooleanField(_("broken down by origin or destination"), default=False)
    themes = TermsKey(Theme, verbose_name=_("themes"), blank=True, related_name="indicators")
    source = TermKey(Source, verbose_name=_("main source"), null=True, blank=True)

    panels = [
        *Term.panels,
        FieldPanel("definition"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("unit"), FieldPanel("decimals")]),
                FieldRowPanel(
                    [FieldPanel("by_sex"), FieldPanel("by_age"), FieldPanel("by_counterpart")]
                ),
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
                "by_age",
                "by_counterpart",
                "source",
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
    """SDMX code list CL_OBS_STATUS: the codes of figures that are there."""

    NORMAL = "A", _("normal value")
    BREAK = "B", _("break in the series")
    DEFINITION = "D", _("definition differs")
    ESTIMATED = "E", _("estimated value")
    FORECAST = "F", _("forecast value")
    EXPERIMENTAL = "G", _("experimental value")
    IMPUTED = "I", _("imputed value")
    NOT_SIGNIFICANT = "N", _("not significant")
    PROVISIONAL = "P", _("provisional value")
    SPECIAL_EVENT = "S", _("strike or other special event")
    LOW_RELIABILITY = "U", _("low reliability")
    UNVALIDATED = "V", _("unvalidated value")


class ObservationQuerySet(models.QuerySet["Observation"]):
    """Earlier versions of a dataset keep their figures: whatever shows figures begins with
    ``current`` or ``of_dataset``."""

    def current(self) -> Self:
        """Those of the newest published version of each dataset, and those in no dataset."""
        return self.filter(current=True)

    def of_dataset(self, dataset: DatasetPage) -> Self:
        """Those of one version, whether or not a newer one is published."""
        return self.filter(dataset=dataset)

    def totals(self) -> Self:
        """Not broken down: both sexes, all ages, from or to all countries."""
        return self.filter(sex=Sex.TOTAL, age=ages.TOTAL, counterpart=None)

    def latest(self) -> Self:  # type: ignore[override]
        """The newest observation of each indicator, country, counterpart, sex and age."""
        return self.annotate(
            recency=Window(
                RowNumber(),
                partition_by=[
                    *(F("indicator"), F("country"), F("counterpart"), F("sex"), F("age")),
                ],
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
    age = models.CharField(
        _("age"),
        max_length=10,
        default=ages.TOTAL,
        validators=[ages.validate],
        help_text=_("_T for all ages, Y15T24 for 15 to 24, Y_LT5 for under 5, Y_GE65 for 65 on."),
    )
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
    note = models.CharField(
        _("note"),
        max_length=500,
        blank=True,
        help_text=_("In the language of the dataset. A footnote can be read in all languages."),
    )
    dataset = models.ForeignKey(
        "pages.DatasetPage",
        verbose_name=_("dataset"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="observations",
    )
    #: Whether pages show it: not when a newer version of its dataset is published.
    current = models.BooleanField(default=True, editable=False)

    dataset.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]

    panels = [
        FieldRowPanel([FieldPanel("indicator"), FieldPanel("country")]),
        FieldRowPanel(
            [FieldPanel("period"), FieldPanel("sex"), FieldPanel("age"), FieldPanel("counterpart")]
        ),
        FieldRowPanel([FieldPanel("value"), FieldPanel("status")]),
        FieldRowPanel([FieldPanel("source"), FieldPanel("source_date")]),
        FieldRowPanel([FieldPanel("footnote"), FieldPanel("note")]),
    ]

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["indicator", "country", "-period", "sex"]
        indexes = [
            models.Index(
                fields=["country", "indicator", "-period"],
                condition=Q(current=True),
                name="current_of_country",
            ),
            models.Index(
                fields=["indicator", "-period", "country"],
                condition=Q(current=True),
                name="current_of_indicator",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "country", "period", "sex", "age", "source"],
                condition=Q(counterpart=None, current=True),
                name="one_current_observation",
                violation_error_message=_("This figure is already recorded."),
            ),
            models.UniqueConstraint(
                fields=[
                    *("indicator", "country", "counterpart", "period", "sex", "age", "source"),
                ],
                condition=Q(current=True) & ~Q(counterpart=None),
                name="one_current_observation_with_counterpart",
                violation_error_message=_("This figure is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.country.code} {self.period} {self.sex}"

    @property
    def age_label(self) -> str:
        return ages.label(self.age)

    @property
    def breakdown(self) -> str:
        """For whom, in words; empty for a total."""
        parts = [
            self.counterpart.label if self.counterpart else "",
            "" if self.sex == Sex.TOTAL else str(self.get_sex_display()),
            "" if self.age == ages.TOTAL else self.age_label,
        ]
        return ", ".join(filter(None, parts))

    @property
    def remarks(self) -> str:
        """Footnote and note in one text."""
        return " ".join(filter(None, (self.footnote and self.footnote.label, self.note)))

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        # No form shows ``current``, and Django would pass over all conditions that name it.
        super().validate_constraints(exclude=set(exclude or ()) - {"current"})

    def clean(self) -> None:
        from django.utils import timezone

        super().clean()
        if self.dataset_id:
            raise ValidationError(
                _(
                    "This figure is part of a published dataset, which stays as it is. Publish a"
                    " new version of the dataset."
                )
            )
        if self.period and self.period > timezone.now().year:
            raise ValidationError({"period": _("The year lies in the future.")})


class StatisticsCentrePage(SectionPage):
    """The statistics centre: its themes and the indicators of each."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.StatisticsThemePage", "pages.DatasetIndexPage"]
    template = "pages/statistics_centre_page.html"
    page_description = _("The section that holds the statistical themes.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("statistics centre")
        verbose_name_plural = _("statistics centres")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Also to indicators and files, see ``pages.statistics.addresses``."""
        from ..statistics import addresses

        place = addresses.read(path_components)
        if place is None or not self.live or access.is_refused(request, self):
            return super().route(request, path_components)
        return RouteResult(self, kwargs={"place": place})

    def serve(self, request: HttpRequest, *args: Any, place: Any = None, **kwargs: Any) -> Any:
        from ..statistics import views

        if place is not None:
            return views.answer(self, request, place)
        return super().serve(request, *args, **kwargs)

    def rest_of_address(self, language: str, *, place: Any = None, **kwargs: Any) -> str:
        """What follows this page's address for the same in ``language``."""
        return place.path(language) if place is not None else ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..statistics import lists
        from ..statistics.exports import FORMATS

        context = super().get_context(request, *args, **kwargs)
        context["themes"] = (
            StatisticsThemePage.objects.readable_by(request.user)
            .in_language(self.locale.language_code)
            .select_related("theme", "locale")
            .order_by("path")
        )
        context["further"] = lists.in_no_theme([page.theme for page in context["themes"]])
        context["downloads"] = FORMATS.values()
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
                "The indicators of the theme are listed below the text. Change them and their"
                " figures under Statistics."
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

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Leads from where figures of an indicator stood before to the page of the indicator."""
        from ..statistics import addresses

        if code := request.GET.get("indicator"):
            found = Indicator.objects.filter(code=code, themes__code=self.theme.code).exists()
            if address := found and addresses.indicator_address(request, code):
                return HttpResponsePermanentRedirect(address)
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..statistics import lists

        context = super().get_context(request, *args, **kwargs)
        context["indicators"] = lists.of_theme(self.theme)
        return context


def latest_of_country(country: Country) -> Iterable[Observation]:
    """The newest figures of ``country`` for the indicators that country pages show."""
    return (
        Observation.objects.current()
        .filter(country=country, counterpart=None, age=ages.TOTAL)
        .exclude(indicator__heading="")
        .latest()
        .select_related("indicator", "country", "source", "footnote")
        .order_by("indicator__position")
    )
