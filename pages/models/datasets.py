"""Datasets: dated versions of figures that can be cited, each at its own address for ever."""

from __future__ import annotations

import uuid
from itertools import chain
from typing import Any, Self

from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.models import PageManager, PagePermissionTester
from wagtail.search import index

from .base import (
    BasePage,
    BasePageManager,
    BasePageQuerySet,
    SectionPage,
    active_language,
    synchronised,
    translated,
)
from .licences import Licence
from .statistics import Indicator
from .vocabularies import Source, TermKey, TermsField

#: Datasets, and figures, on a page of a list.
ON_A_PAGE, ROWS_ON_A_PAGE = 20, 100


class FigureSet(models.Model):
    """The figures of a dataset as they were submitted, by the fingerprint of what they say; see
    ``pages.datasets.figures``."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    number = models.PositiveIntegerField()
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("submitted figures")
        verbose_name_plural = _("submitted figures")

    def __str__(self) -> str:
        return self.digest


class DatasetPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> Self:
        """The newest version of each dataset that the reader may see, ready to be shown."""
        return (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .newest_versions()
            .select_related("locale", "source")
            .prefetch_related("indicators")
        )

    def newest_first(self) -> Self:
        return self.order_by("-first_published_at", "-pk")

    def by_title(self) -> Self:
        return self.order_by("title", "-version")

    def newest_versions(self) -> Self:
        """One of each series: the newest that is live."""
        newer = DatasetPage.objects.filter(
            live=True, series=models.OuterRef("series"), version__gt=models.OuterRef("version")
        )
        return self.exclude(models.Exists(newer.order_by()))


class DatasetIndexPage(SectionPage):
    """The datasets of the statistics centre."""

    parent_page_types = ["pages.StatisticsCentrePage"]
    subpage_types = ["pages.DatasetPage"]
    template = "pages/dataset_index_page.html"
    page_description = _("The section that holds the datasets.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("list of datasets")
        verbose_name_plural = _("lists of datasets")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..filters import DatasetFilter

        context = super().get_context(request, *args, **kwargs)
        context["filter"] = DatasetFilter(request.GET)
        found = context["filter"].narrow(DatasetPage.objects.listed(request))
        context["results"] = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
        return context


class DatasetPage(BasePage):
    """One version of a dataset.

    Its figures are those that ``digest`` names (``pages.datasets.figures``). When it is published
    they become observations, which nothing changes any more; a correction is a new version.
    Versions share ``series``; the figures of the newest are current. The page lives in the tree of
    the language in which it is written.
    """

    series = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("new version of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="replaced_by",
    )
    indicators = TermsField(
        Indicator, verbose_name=_("indicators"), related_name="datasets", blank=True
    )
    creator = models.CharField(
        _("made by"),
        max_length=255,
        blank=True,
        help_text=_("The body that answers for the figures, as it is cited."),
    )
    source = TermKey(
        Source,
        verbose_name=_("source"),
        null=True,
        blank=True,
        help_text=_("What the figures cite. A source of its own is made when there is none."),
    )
    source_name = models.CharField(
        _("or another source"),
        max_length=255,
        blank=True,
        help_text=_("For example: Population and Housing Census 2022."),
    )
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    licence = models.CharField(
        _("licence"), max_length=40, choices=Licence, default=Licence.CC_BY_4
    )
    note = models.TextField(_("what is new in this version"), max_length=2000, blank=True)
    citation = models.TextField(
        _("suggested citation"),
        max_length=1000,
        blank=True,
        help_text=_("Leave empty for the usual form."),
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)
    number = models.PositiveIntegerField(_("number of figures"), default=0, editable=False)

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("creator"),
                FieldPanel("source"),
                FieldRowPanel([FieldPanel("source_name"), FieldPanel("source_url")]),
                FieldPanel("licence"),
            ],
            heading=_("Origin"),
        ),
        FieldPanel("note"),
        FieldPanel("citation"),
        HelpPanel(
            content=_(
                "The figures of a published version stay as they are. They are corrected by a new"
                " version, which is uploaded on the site."
            )
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("creator"),
        index.SearchField("note"),
    ]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated("note", "citation")
        + synchronised(
            *("indicators", "creator", "source", "source_name", "source_url", "licence"),
        )
    )

    parent_page_types = ["pages.DatasetIndexPage"]
    subpage_types: list[str] = []
    template = "pages/dataset_page.html"
    page_description = _("A version of a dataset.")
    keeps_its_language = True

    objects = PageManager.from_queryset(DatasetPageQuerySet)()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")

    def save(self, *args: Any, **kwargs: Any) -> None:
        from ..datasets import publishing

        with transaction.atomic():
            super().save(*args, **kwargs)
            publishing.settle(self)

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return _Permissions(user, self)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, or with ``?format=csv`` its table."""
        if request.GET.get("format") == "csv":
            return self._table(request)
        return super().serve(request, *args, **kwargs)

    def _table(self, request: HttpRequest) -> StreamingHttpResponse:
        """All figures of this version in the columns of a template, as they stay for ever."""
        from ..datasets import tables

        rows = tables.rows_of(self.observations.all())
        mark = ["\ufeff"] if "bom" in request.GET else []
        name = f"{self.slug}.csv"
        return StreamingHttpResponse(
            chain(mark, tables.lines(rows)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the figures of this version, the versions there are, and for a draft what it
        changes."""
        from ..datasets import changes, figures, publishing, tables
        from ..filters import FigureFilter
        from ..statistics import structured
        from ..structured import script

        context = super().get_context(request, *args, **kwargs)
        versions = list(
            DatasetPage.objects.readable_by(request.user)
            .filter(series=self.series)
            .select_related("locale")
            .order_by("-version")
        )
        context["versions"] = versions
        context["newest"] = versions[0] if versions and versions[0].version > self.version else None
        if self.live:
            context["structured"] = script(structured.of_dataset(request, self))
            rows = FigureFilter(request.GET, self)
            context["filter"] = rows
            found = rows.narrow(self.observations.select_related(*tables.RELATED))
            context["results"] = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        else:
            source = self.source or publishing.own_source(self)
            context["results"] = publishing.observations(self, source, ROWS_ON_A_PAGE)
            former = next((one for one in versions if one.pk != self.pk), None)
            if former:
                context["former"] = former
                context["changes"] = changes.between(
                    changes.published(former), figures.read(self.digest), source=source.code
                )
        return context

    @property
    def licence_info(self) -> Licence | None:
        return Licence(self.licence) if self.licence else None

    @property
    def suggested_citation(self) -> str:
        from ..datasets.citation import citation

        return self.citation or citation(self)


class _Permissions(PagePermissionTester):
    """Nobody deletes a version that was published: its address stays."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        was_published = self.page.observations.exists()
        return bool(super().can_delete(ignore_bulk)) and not was_published
