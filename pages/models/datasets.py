"""Datasets: dated versions of figures that can be cited, each at its own address for ever."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.models import PageManager
from wagtail.search import index

from .base import (
    BasePage,
    BasePageManager,
    BasePageQuerySet,
    SectionPage,
    synchronised,
    translated,
)
from .licences import Licence
from .statistics import Indicator
from .vocabularies import Source, TermKey, TermsField


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

    @property
    def licence_info(self) -> Licence:
        return Licence(self.licence)
