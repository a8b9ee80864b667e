"""The calendar of meetings, seminars and workshops."""

from __future__ import annotations

import datetime
import zoneinfo
from functools import cache
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
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
from .versions import CalendarRecord
from .vocabularies import (
    Country,
    EventType,
    Language,
    Network,
    Organisation,
    Place,
    TermKey,
    TermsField,
    Theme,
)

#: The parts of the world in the names of IANA time zones; the region comes first in lists.
_AREAS = ("America", "Atlantic", "Europe", "Africa", "Asia", "Australia", "Indian", "Pacific")


@cache
def time_zones() -> list[tuple[str, str]]:
    """The IANA time zones that are named after places, and UTC."""
    placed = [
        name for name in zoneinfo.available_timezones() if name.split("/")[0] in (*_AREAS, "UTC")
    ]
    order = {area: position for position, area in enumerate((*_AREAS, "UTC"))}
    return [(name, name) for name in sorted(placed, key=lambda n: (order[n.split("/")[0]], n))]


class EventPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> Self:
        """The events that the reader may see, each once, ready to be shown in a list."""
        return (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .select_related("country", "event_type", "locale")
        )

    def for_feeds(self) -> Self:
        """Fetches all that calendars and feeds say of events."""
        return self.prefetch_related(
            "themes", "networks", "documents", "organisations__organisation"
        )

    def within(self, first: datetime.date, last: datetime.date) -> Self:
        """Events of which a day lies between ``first`` and ``last``, both included."""
        return self.filter(start_date__lte=last, end_date__gte=first)

    def latest_first(self) -> Self:
        return self.order_by("-start_date", "-pk")

    def soonest_first(self) -> Self:
        return self.order_by("start_date", "pk")

    def last_changed_first(self) -> Self:
        """By the time of the last change, whatever language it was in."""
        changed = CalendarRecord.objects.filter(translation_key=models.OuterRef("translation_key"))
        return self.annotate(changed=models.Subquery(changed.values("changed_at")[:1])).order_by(
            models.F("changed").desc(nulls_last=True), "-pk"
        )

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

    formats: ClassVar[dict[str, str]] = {
        "calendar.ics": "pages.calendars.views.calendar_of_section",
        "feed.atom": "pages.calendars.views.feed_of_section",
    }

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds ``filter``, and the page ``results`` of the events that it lets through or, when
        the address names a month, that ``month``."""
        from ..calendars import months
        from ..filters import EventFilter

        context = super().get_context(request, *args, **kwargs)
        context["filter"] = event_filter = EventFilter(request.GET)
        context["feed_query"] = event_filter.feed_query
        events = event_filter.narrow(EventPage.objects.listed(request))
        if "month" in request.GET:
            context["month"] = months.read(request.GET["month"], events, event_filter)
        else:
            context["results"] = Paginator(events, 20).get_page(request.GET.get("page"))
        context["this_month"] = timezone.localdate().strftime("%Y-%m")
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
        error_messages={
            "invalid_choice": _(
                "“%(value)s” is not the name of a time zone. Give a name of the IANA list, such as"
                " America/Jamaica."
            )
        },
    )
    previous_start_date = models.DateField(
        _("first day as planned before"),
        null=True,
        blank=True,
        help_text=_("When the event was put off: the day on which it should have begun."),
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
    online_url = models.URLField(
        _("online address"),
        max_length=500,
        blank=True,
        help_text=_("Where one joins the meeting online. All readers of this page see it."),
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Of the venue. Degrees north, WGS 84."),
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Of the venue. Degrees east, WGS 84."),
    )
    body = RichTextField(_("description"), blank=True, features=["h3", *RICH_TEXT])
    recommendations = RichTextField(
        _("recommendations"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("What the meeting recommended."),
    )
    themes = TermsField(Theme, verbose_name=_("themes"), blank=True, related_name="events")
    networks = TermsField(
        Network, verbose_name=_("thematic networks"), blank=True, related_name="events"
    )
    countries = TermsField(
        Country,
        verbose_name=_("countries and territories"),
        blank=True,
        related_name="events",
        help_text=_("Those that take part or that the event is about."),
    )
    languages = TermsField(
        Language, verbose_name=_("languages of the meeting"), blank=True, related_name="events"
    )
    source_name = models.CharField(_("source of this record"), max_length=255, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("event_type"), FieldPanel("state")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("start_date"), FieldPanel("end_date")]),
                FieldRowPanel([FieldPanel("date_precision"), FieldPanel("previous_start_date")]),
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
                FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
                FieldRowPanel([FieldPanel("online_url"), FieldPanel("link")]),
            ],
            heading=_("Where"),
        ),
        FieldPanel("body"),
        InlinePanel("sessions", heading=_("Agenda"), label=_("Session")),
        InlinePanel(
            "organisations",
            heading=_("Organisers, funders and partners"),
            label=_("Organisation"),
        ),
        InlinePanel("documents", heading=_("Documents and results"), label=_("Publication")),
        FieldPanel("recommendations"),
        InlinePanel("photos", heading=_("Photos"), label=_("Photo")),
        MultiFieldPanel(
            [
                FieldPanel("themes"),
                FieldPanel("networks"),
                FieldPanel("countries"),
                FieldPanel("languages"),
            ],
            heading=_("Subjects"),
        ),
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
        + translated("body", "recommendations", "city", "source_name")
        + translated("organisations", "sessions", "photos")
        + synchronised(
            *("event_type", "state", "start_date", "end_date", "date_precision"),
            *("start_time", "end_time", "time_zone", "previous_start_date"),
            *("attendance", "venue", "country", "latitude", "longitude"),
            *("online_url", "link", "themes", "networks", "countries", "languages"),
            *("documents", "source_url"),
        )
    )

    parent_page_types = ["pages.EventCalendarPage"]
    subpage_types: list[str] = []
    template = "pages/event_page.html"
    page_description = _("A meeting, seminar or workshop.")
    formats: ClassVar[dict[str, str]] = {"event.ics": "pages.calendars.views.calendar_of_event"}

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
        if errors := self.contradictions():
            raise ValidationError(errors)

    def contradictions(self) -> dict[str, Any]:
        """What cannot be true together, by field."""
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
        if self.end_time and not self.start_time:
            errors.setdefault("start_time", _("Say when the event begins, too."))
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            errors[missing] = _("A place on the map needs both latitude and longitude.")
        if self.attendance == self.Attendance.ON_SITE and self.online_url:
            errors["attendance"] = _(
                "An event with an online address is online, or on site and online."
            )
        if self.previous_start_date and self.previous_start_date == self.start_date:
            errors["previous_start_date"] = _(
                "This is the first day itself. Give the day that was planned before."
            )
        return errors

    @property
    def is_past(self) -> bool:
        return self.end_date < timezone.localdate()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from ..calendars import views

        context = super().get_context(request, *args, **kwargs)
        context["organisations"] = self.by_role()
        return context | views.context_of_event(request, self)

    # When it takes place ---------------------------------------------------------------

    @property
    def zone(self) -> zoneinfo.ZoneInfo | None:
        """The time zone of its times; none when only days are known."""
        if self.date_precision != self.Precision.DAY or not (self.start_time and self.time_zone):
            return None
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def starts_at(self) -> datetime.datetime | None:
        """The moment at which it begins; none for an event of whole days."""
        zone = self.zone
        if zone is None or self.start_time is None:
            return None
        return datetime.datetime.combine(self.start_date, self.start_time, zone)

    @property
    def ends_at(self) -> datetime.datetime | None:
        """The moment at which it ends; none when that is not known."""
        zone = self.zone
        if zone is None or self.end_time is None:
            return None
        return datetime.datetime.combine(self.end_date, self.end_time, zone)

    def by_role(self) -> list[tuple[EventOrganisation.Role, list[EventOrganisation]]]:
        """The organisations by role, roles without any left out."""
        everyone = self.organisations.all()
        if "organisations" not in getattr(self, "_prefetched_objects_cache", {}):
            everyone = everyone.select_related("organisation")
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


class EventSession(TranslatableMixin, Orderable):
    """A part of the agenda of an event."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="sessions")
    day = models.DateField(_("day"), null=True, blank=True)
    start_time = models.TimeField(_("begins at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=255)
    speakers = models.TextField(
        _("speakers"), blank=True, help_text=_("One on each line, with what they speak for.")
    )
    description = models.TextField(_("description"), blank=True)

    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("day"), FieldPanel("start_time"), FieldPanel("end_time")]),
        FieldPanel("speakers"),
        FieldPanel("description"),
    ]
    override_translatable_fields = translated("title", "speakers", "description") + synchronised(
        "day", "start_time", "end_time"
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("session of an event")
        verbose_name_plural = _("sessions of an event")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.start_time and self.end_time and self.end_time <= self.start_time:
            raise ValidationError(
                {"end_time": _("The session ends before it begins. Give a later time.")}
            )


class EventDocument(Orderable):
    """A publication of the repository that belongs to an event; it keeps its own readers."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document of the meeting")
        RESULT = "result", _("Result of the meeting")

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.RESULT)
    publication = models.ForeignKey(
        Page,
        verbose_name=_("publication"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Readers see it here when they may read it in the repository."),
    )

    panels = [
        FieldPanel("kind"),
        PageChooserPanel("publication", "repository.PublicationPage"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("publication of an event")
        verbose_name_plural = _("publications of an event")

    def __str__(self) -> str:
        return self.publication.title


class EventPhoto(TranslatableMixin, Orderable):
    """A photo of an event. Photos are public: Wagtail's images have no privacy."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="photos")
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("image"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    alternative = models.CharField(
        _("text in place of the photo"),
        max_length=255,
        help_text=_("What it shows, for those who do not see it."),
    )
    caption = models.CharField(_("caption"), max_length=255, blank=True)
    credit = models.CharField(
        _("credit"), max_length=255, help_text=_("Who took it and owns the rights.")
    )

    panels = [
        FieldPanel("image"),
        FieldPanel("alternative"),
        FieldRowPanel([FieldPanel("caption"), FieldPanel("credit")]),
    ]
    override_translatable_fields = translated("alternative", "caption") + synchronised(
        "image", "credit"
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("photo of an event")
        verbose_name_plural = _("photos of an event")
        ordering = ["sort_order"]

    def __str__(self) -> str:
        return self.alternative
