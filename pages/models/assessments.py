"""Needs assessments by the Migration Governance Indicators."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    PageChooserPanel,
)
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageManager, TranslatableMixin
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
from .vocabularies import Country, GovernanceArea, Source, TermKey, collation_key


class AssessmentPageQuerySet(BasePageQuerySet):
    def with_all(self) -> Self:
        """Fetches what assessments say, in a constant number of queries."""
        return self.prefetch_related(
            "areas__area", "areas__source", "recommendations__area", "recommendations__source"
        )

    def listed(self, request: HttpRequest, language: str | None = None) -> list[AssessmentPage]:
        """The assessments that the reader may see: the regional one, then by country."""
        pages = (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .select_related("country", "locale")
            .with_all()
        )
        return sorted(
            pages,
            key=lambda page: (
                page.country is not None,
                page.country and collation_key(page.country.label),
            ),
        )


class AssessmentIndexPage(SectionPage):
    """The needs assessments: a matrix of countries and areas."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.AssessmentPage"]
    template = "pages/assessment_index_page.html"
    page_description = _("The section that holds the needs assessments.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("needs assessments")
        verbose_name_plural = _("needs assessments")

    formats: ClassVar[dict[str, str]] = {
        "assessments.csv": "pages.needs.assessments_table",
        "recommendations.csv": "pages.needs.recommendations_table",
    }

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the matrix, or what the address asks to see of it side by side."""
        from ..needs import AssessmentFilter, Table

        context = super().get_context(request, *args, **kwargs)
        context["filter"] = chosen = AssessmentFilter(request.GET)
        context["table"] = Table.of(request, chosen, active_language())
        return context


class AssessmentPage(BasePage):
    """The needs assessment of a country, or of the region when no country is given."""

    country = TermKey(
        Country,
        verbose_name=_("country or territory"),
        null=True,
        blank=True,
        help_text=_("Leave empty for the assessment of the whole region."),
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    overview = RichTextField(_("overview"), blank=True, features=RICH_TEXT)
    focal_institution = models.CharField(_("focal institution"), max_length=255, blank=True)
    report = models.ForeignKey(
        Page,
        verbose_name=_("report in the repository"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    source = TermKey(Source, verbose_name=_("source"), null=True, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("country"), FieldPanel("year")]),
        FieldPanel("overview"),
        FieldPanel("focal_institution"),
        InlinePanel(
            "areas",
            heading=_("Areas of the Migration Governance Indicators"),
            label=_("Area"),
            help_text=_("One entry for each of the seven areas. What is not known stays empty."),
        ),
        InlinePanel(
            "recommendations",
            heading=_("Recommendations and what became of them"),
            label=_("Recommendation"),
        ),
        PageChooserPanel("report", "repository.PublicationPage"),
        FieldPanel("source"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("overview")]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated("overview", "areas", "recommendations")
        + synchronised("country", "year", "focal_institution", "report", "source")
    )

    parent_page_types = ["pages.AssessmentIndexPage"]
    subpage_types: list[str] = []
    template = "pages/assessment_page.html"
    page_description = _("The needs assessment of a country or of the region.")

    objects = PageManager.from_queryset(AssessmentPageQuerySet)()

    class Meta:
        verbose_name = _("needs assessment")
        verbose_name_plural = _("needs assessments")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds its ``row`` of the matrix: what it says on each of the areas."""
        from ..needs import Table

        context = super().get_context(request, *args, **kwargs)
        context["row"] = Table.of_one(request, self).rows[0]
        return context


class AssessedArea(TranslatableMixin, Orderable):
    """What an assessment found in one area."""

    class Status(models.TextChoices):
        NOT_ASSESSED = "not-assessed", _("Not yet assessed")
        NASCENT = "nascent", _("Nascent")
        EMERGING = "emerging", _("Emerging")
        DEVELOPED = "developed", _("Developed")
        ADVANCED = "advanced", _("Advanced")

    page = ParentalKey(AssessmentPage, on_delete=models.CASCADE, related_name="areas")
    area = TermKey(GovernanceArea, verbose_name=_("area"))
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.NOT_ASSESSED
    )
    findings = RichTextField(_("findings"), blank=True, features=RICH_TEXT)
    gaps = RichTextField(_("gaps"), blank=True, features=RICH_TEXT)
    recommendations = RichTextField(_("recommendations"), blank=True, features=RICH_TEXT)
    source = TermKey(Source, verbose_name=_("source"), null=True, blank=True)
    document = models.ForeignKey(
        Page,
        verbose_name=_("document in the repository"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    panels = [
        FieldRowPanel([FieldPanel("area"), FieldPanel("status")]),
        FieldPanel("findings"),
        FieldPanel("gaps"),
        FieldPanel("recommendations"),
        FieldPanel("source"),
        PageChooserPanel("document", "repository.PublicationPage"),
    ]
    override_translatable_fields = translated("findings", "gaps", "recommendations") + synchronised(
        "area", "status", "source", "document"
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("assessed area")
        verbose_name_plural = _("assessed areas")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.area.label


class AssessmentRecommendation(TranslatableMixin, Orderable):
    """One thing that an assessment recommends, and how far it has come."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("Not known")
        NOT_STARTED = "not-started", _("Not started")
        UNDER_WAY = "under-way", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("No longer pursued")

    page = ParentalKey(AssessmentPage, on_delete=models.CASCADE, related_name="recommendations")
    area = TermKey(GovernanceArea, verbose_name=_("area"))
    text = models.TextField(_("recommendation"))
    state = models.CharField(_("follow-up"), max_length=20, choices=State, default=State.UNKNOWN)
    state_date = models.DateField(_("follow-up as of"), null=True, blank=True)
    responsible = models.CharField(_("responsible"), max_length=255, blank=True)
    source = TermKey(Source, verbose_name=_("source"), null=True, blank=True)
    document = models.ForeignKey(
        Page,
        verbose_name=_("document in the repository"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    panels = [
        FieldPanel("area"),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("state"), FieldPanel("state_date"), FieldPanel("responsible")]),
        FieldPanel("source"),
        PageChooserPanel("document", "repository.PublicationPage"),
    ]
    override_translatable_fields = translated("text", "responsible") + synchronised(
        "area", "state", "state_date", "source", "document"
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("recommendation of an assessment")
        verbose_name_plural = _("recommendations of assessments")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.text
