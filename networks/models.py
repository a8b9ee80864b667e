"""Thematic networks, in the structure by which inter-State consultation mechanisms describe
themselves: evolution and focus, contribution to governance, structures, partners, added value.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PageManager
from wagtail.search import index

from pages.blocks import RICH_TEXT
from pages.models import (
    BasePage,
    BasePageQuerySet,
    Country,
    CountryPage,
    EventPage,
    Network,
    Organisation,
)
from pages.models.base import BasePageManager, SectionPage, active_language
from pages.models.vocabularies import TermKey, TermsField, collation_key
from pages.translatable import synchronised, translated

from . import membership
from .comparison import Comparison
from .membership import directory
from .membership.models import Membership


def _text(name: Any, help_text: Any = "") -> RichTextField:
    return RichTextField(name, blank=True, features=RICH_TEXT, help_text=help_text)


class ConsultationProfile(BasePage):
    """The profile of a consultation mechanism or of one of its networks."""

    focus = _text(_("focus"), _("What it works on."))
    evolution = _text(_("evolution"), _("How it came about and how its focus has changed."))
    contribution_national = _text(_("contribution to governance at national level"))
    contribution_regional = _text(_("contribution to governance at regional level"))
    contribution_global = _text(_("contribution to governance at global level"))
    examples = _text(
        _("examples of contributions"),
        _("What was achieved, by whom and when: a guideline, an agreement, a training, a policy."),
    )
    structures = _text(_("structures"), _("Working groups, secretariat, meetings, funding."))
    added_value = _text(_("added value of membership"))
    how_to_join = _text(_("how to join"))
    partners = TermsField(
        Organisation, verbose_name=_("partners"), blank=True, related_name="%(class)ss"
    )
    countries = TermsField(
        Country,
        verbose_name=_("participating countries"),
        blank=True,
        related_name="%(class)ss",
    )

    PROFILE = [
        "focus",
        "evolution",
        "contribution_national",
        "contribution_regional",
        "contribution_global",
        "examples",
        "structures",
        "added_value",
        "how_to_join",
    ]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("focus"),
        FieldPanel("evolution"),
        MultiFieldPanel(
            [
                FieldPanel("contribution_national", heading=_("National level")),
                FieldPanel("contribution_regional", heading=_("Regional level")),
                FieldPanel("contribution_global", heading=_("Global level")),
                FieldPanel("examples", heading=_("Examples")),
            ],
            heading=_("Contribution to migration governance"),
        ),
        FieldPanel("structures"),
        FieldPanel("partners"),
        FieldPanel("countries"),
        FieldPanel("added_value"),
        FieldPanel("how_to_join"),
    ]
    search_fields = [
        *BasePage.search_fields,
        *[index.SearchField(name) for name in PROFILE],
    ]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated(*PROFILE)
        + synchronised("partners", "countries")
    )

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["partners"] = sorted(self.partners.all(), key=lambda p: collation_key(p.label))
        countries = sorted(self.countries.all(), key=lambda c: collation_key(c.label))
        context["countries"] = countries
        codes = {country.code for country in countries}
        pages = CountryPage.objects.listed(request) if countries else []
        context["participants"] = [page for page in pages if page.country.code in codes]
        return context


class NetworkPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> list[NetworkPage]:
        """The networks that the reader may see, by their names."""
        pages = (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .select_related("network", "locale")
        )
        return sorted(pages, key=lambda page: collation_key(page.title))


class NetworkIndexPage(SectionPage):
    """The thematic networks."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["networks.NetworkPage", "networks.ConsultationsPage"]
    template = "networks/network_index_page.html"
    page_description = _("The section that holds the thematic networks.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("networks section")
        verbose_name_plural = _("networks sections")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["networks"] = NetworkPage.objects.listed(request)
        context["comparison"] = Comparison.asked(request.GET, context["networks"])
        context["consultations"] = (
            ConsultationsPage.objects.readable_by(request.user)
            .in_language(active_language())
            .select_related("locale")
            .first()
        )
        return context


class ConsultationsPage(ConsultationProfile):
    """The Caribbean Migration Consultations, which the networks belong to."""

    parent_page_types = ["networks.NetworkIndexPage"]
    subpage_types: list[str] = []
    template = "networks/consultations_page.html"
    page_description = _("The profile of the Caribbean Migration Consultations.")
    max_count_per_parent = 1

    objects = BasePageManager()

    class Meta:
        verbose_name = _("profile of the Consultations")
        verbose_name_plural = _("profiles of the Consultations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["networks"] = NetworkPage.objects.listed(request)
        of_networks = EventPage.objects.listed(request).filter(
            pk__in=EventPage.networks.through.objects.order_by().values("eventpage")
        )
        context["events"] = of_networks.latest_first()[:6]
        return context


class NetworkPage(ConsultationProfile):
    """A thematic network."""

    network = TermKey(
        Network,
        verbose_name=_("thematic network"),
        help_text=_("Publications and events of this network appear on the page."),
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("network"),
        *ConsultationProfile.content_panels[len(BasePage.content_panels) :],
    ]
    override_translatable_fields = ConsultationProfile.override_translatable_fields + synchronised(
        "network"
    )

    parent_page_types = ["networks.NetworkIndexPage"]
    subpage_types = ["repository.LibraryPage"]
    template = "networks/network_page.html"
    page_description = _("A thematic network of the Caribbean Migration Consultations.")

    objects = PageManager.from_queryset(NetworkPageQuerySet)()

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    def clean(self) -> None:
        super().clean()
        if self.network_id and self.locale_id:
            double = NetworkPage.objects.filter(
                network_id=self.network_id, locale_id=self.locale_id
            ).exclude(pk=self.pk)
            if double.exists():
                raise ValidationError(
                    {"network": _("There is already a page of this network in this language.")}
                )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["events"] = (
            EventPage.objects.listed(request)
            .filter(networks__code=self.network.code)
            .latest_first()[:10]
        )
        context["focal_points"] = directory.named_focal_points(self.network.code)
        own = membership.current(request.user).filter(network__code=self.network.code)
        context["is_member"] = own.exists()
        return context


from .forum import models as _forum  # noqa: E402, F401  (the models of the forum belong to this app)
from .notices import models as _notices  # noqa: E402, F401

__all__ = [
    "ConsultationProfile",
    "ConsultationsPage",
    "Membership",
    "NetworkIndexPage",
    "NetworkPage",
]
