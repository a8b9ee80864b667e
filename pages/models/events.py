"""The calendar of meetings, seminars and workshops."""

from __future__ import annotations

import zoneinfo
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
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
from .vocabularies import (
    EventType,
    Network,
    Organisation,
    Place,
    TermKey,
    TermsField,
    Theme,
)


def time_zones() -> list[tuple[str, str]]:
    """IANA time zones of the Americas and Europe, where the platform's people meet."""
    areas = ("America/", "Atlantic/", "Europe/", "UTC")
    return [
        (name, name) for name in sorted(zoneinfo.available_timezones()) if name.startswith(areas)
    ]


class EventPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> Self:
        """The events that the reader may see, each once, ready to be shown in a list."""
        return (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .select_related("country", "event_type", "locale")
        )

    def latest_first(self) -> Self:
        return self.order_by("-start_date", "-pk")

    def soonest_first(self) -> Self:
        return self.order_by("start_date", "pk")

    def upcoming(self) -> Self:
        """Events that are not over."""
        return self.filter(end_date__gte=timezone.localdate())

    def past(self) -> Self:
        return self.filter(end_date__lt=timezone.localdate())


class EventCalendarPage(SectionPage):
    """The calendar of events."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.EventPage"]
    template = "pages/event_calendar_page.html"
    page_description = _("The section that holds the events.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("event calendar")
        verbose_name_plural = _("event calendars")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds ``filter`` and the page ``results`` of the events that it lets through."""
        from ..filters import EventFilter

        context = super().get_context(request, *args, **kwargs)
        context["filter"] = event_filter = EventFilter(request.GET)
        events = event_filter.narrow(EventPage.objects.listed(request))
        context["results"] = Paginator(events, 20).get_page(request.GET.get("page"))
        return context


class EventPage(BasePage):
    """A meeting, seminar or workshop."""

    class Precision(models.TextChoices):
        DAY = "day", _("The days are known")
        MONTH = "month", _("Only the month is known")
        YEAR = "year", _("Only the year is known")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CONFIRMED = "confirmed", _("Confirmed")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Held")

    class Attendance(models.TextChoices):
        ON_SITE = "on-site", _("On site")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("On site and online")

    event_type = TermKey(EventType, verbose_name=_("type of event"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PLANNED)
    start_date = models.DateField(_("first day"), db_index=True)
    end_date = models.DateField(
        _("last day"), blank=True, help_text=_("Leave empty for an event of one day.")
    )
    date_precision = models.CharField(
        _("precision of the dates"),
        max_length=10,
        choices=Precision,
        default=Precision.DAY,
    )
    start_time = models.TimeField(_("begins at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        choices=time_zones,
        blank=True,
        help_text=_("Needed when you give a time."),
    )
    attendance = models.CharField(
        _("attendance"), max_length=10, choices=Attendance, default=Attendance.ON_SITE
    )
    city = models.CharField(_("city"), max_length=120, blank=True)
    venue = models.CharField(_("venue"), max_length=255, blank=True)
    country = TermKey(Place, verbose_name=_("country"), null=True, blank=True)
    link = models.URLField(
        _("link for taking part"),
        blank=True,
        help_text=_("For online events and registration."),
    )
    body = RichTextField(_("description"), blank=True, features=["h3", *RICH_TEXT])
    themes = TermsField(Theme, verbose_name=_("themes"), blank=True, related_name="events")
    networks = TermsField(
        Network, verbose_name=_("thematic networks"), blank=True, related_name="events"
    )
    source_name = models.CharField(_("source of this record"), max_length=255, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("event_type"), FieldPanel("state")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("start_date"), FieldPanel("end_date")]),
                FieldPanel("date_precision"),
                FieldRowPanel(
                    [
                        FieldPanel("start_time"),
                        FieldPanel("end_time"),
                        FieldPanel("time_zone"),
                    ]
                ),
            ],
            heading=_("When"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("attendance"),
                FieldRowPanel([FieldPanel("city"), FieldPanel("country")]),
                FieldPanel("venue"),
                FieldPanel("link"),
            ],
            heading=_("Where"),
        ),
        FieldPanel("body"),
        InlinePanel(
            "organisations",
            heading=_("Organisers, funders and partners"),
            label=_("Organisation"),
        ),
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("networks")], heading=_("Subjects")),
        MultiFieldPanel(
            [FieldPanel("source_name"), FieldPanel("source_url")],
            heading=_("Source"),
            classname="collapsed",
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.SearchField("city"),
        index.FilterField("start_date"),
        index.FilterField("state"),
    ]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated("body", "city", "source_name", "organisations")
        + synchronised(
            *("event_type", "state", "start_date", "end_date", "date_precision"),
            *("start_time", "end_time", "time_zone", "attendance", "venue", "country"),
            *("link", "themes", "networks", "source_url"),
        )
    )

    parent_page_types = ["pages.EventCalendarPage"]
    subpage_types: list[str] = []
    template = "pages/event_page.html"
    page_description = _("A meeting, seminar or workshop.")

    objects = PageManager.from_queryset(EventPageQuerySet)()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=models.F("start_date")),
                name="event_ends_after_it_begins",
            )
        ]

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if self.start_date and not self.end_date:
            self.end_date = self.start_date
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if self.start_date and self.end_date and self.end_date < self.start_date:
            errors["end_date"] = _(
                "The last day lies before the first day. Give the same or a later day."
            )
        same_day = self.start_date and self.start_date == self.end_date
        if same_day and self.start_time and self.end_time and self.end_time <= self.start_time:
            errors["end_time"] = _("The event ends before it begins. Give a later time.")
        if (self.start_time or self.end_time) and not self.time_zone:
            errors["time_zone"] = _("Choose the time zone in which these times hold.")
        if errors:
            raise ValidationError(errors)

    @property
    def is_past(self) -> bool:
        return self.end_date < timezone.localdate()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["organisations"] = self.by_role()
        return context

    def by_role(self) -> list[tuple[EventOrganisation.Role, list[EventOrganisation]]]:
        """The organisations by role, roles without any left out."""
        everyone = list(self.organisations.select_related("organisation"))
        groups = [
            (role, [o for o in everyone if o.role == role]) for role in EventOrganisation.Role
        ]
        return [(role, group) for role, group in groups if group]


class EventOrganisation(TranslatableMixin, Orderable):
    """An organisation that takes part in an event in a role."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", _("Organiser")
        FUNDER = "funder", _("Funder")
        PARTNER = "partner", _("Partner")

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="organisations")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.ORGANISER)
    organisation = TermKey(
        Organisation, verbose_name=_("partner organisation"), null=True, blank=True
    )
    other_name = models.CharField(
        _("or another name"),
        max_length=255,
        blank=True,
        help_text=_("When it is not in the list."),
    )

    panels = [
        FieldPanel("role"),
        FieldRowPanel([FieldPanel("organisation"), FieldPanel("other_name")]),
    ]

    override_translatable_fields = translated("other_name") + synchronised("role", "organisation")

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("organisation of an event")
        verbose_name_plural = _("organisations of an event")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.organisation.label if self.organisation else self.other_name

    def clean(self) -> None:
        super().clean()
        if bool(self.organisation_id) == bool(self.other_name):
            raise ValidationError(
                {
                    "other_name": _(
                        "Choose an organisation from the list or write a name, one of both."
                    )
                }
            )
