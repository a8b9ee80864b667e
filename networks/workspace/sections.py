"""What this app itself shows in a workspace: events, members, requests that wait."""

from __future__ import annotations

import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pages import dates
from pages.addresses import Addresses
from pages.models import EventPage
from pages.models.base import active_language

from ..forum.models import Topic
from ..membership import Membership, decides_about, directory
from ..models import NetworkPage
from . import LENGTH, Found, Item, Section, Task, assign, show


def events(request: HttpRequest, page: NetworkPage) -> Found:
    """Those to come, the soonest first, then those that were."""
    listed = EventPage.objects.listed(request).filter(networks__code=page.network.code)
    chosen = list(listed.upcoming().soonest_first()[:LENGTH])
    chosen += listed.past().latest_first()[: LENGTH - len(chosen)]
    addresses = Addresses.of_request(request)
    calendar = addresses.of_type("eventcalendarpage")
    more = f"{calendar}?network={page.network.code}" if calendar else ""
    return Found(
        [
            Item(
                event.title,
                addresses.of(event),
                event.first_published_at,
                "" if event.language == active_language() else event.language,
                dates.period(event.start_date, event.end_date, event.date_precision),
            )
            for event in chosen
        ],
        more,
        _("All events of this network"),
    )


def members(request: HttpRequest, page: NetworkPage) -> Found:
    """Who came last, of those who agreed to be listed."""
    code = page.network.code
    newest = directory.listed(code).order_by("-since", "-pk")
    items = [_member(membership, code) for membership in newest[:LENGTH]]
    return Found(items, reverse("network_directory", args=[code]), _("Directory of members"))


def _member(membership: Membership, code: str) -> Item:
    person = directory.shown(membership)
    since = membership.since
    when = datetime.datetime.combine(since, datetime.time.min, datetime.UTC) if since else None
    return Item(
        person.name,
        reverse("network_directory", args=[code]),
        when,
        note=", ".join(part for part in (person.organisation, person.role_label) if part),
    )


def discussions(request: HttpRequest, page: NetworkPage) -> Found:
    """The topics in which something was said last."""
    code = page.network.code
    topics = Topic.objects.readable_by(request.user).filter(forum__network__code=code)
    items = [
        Item(
            topic.title,
            reverse("forum_topic", args=[topic.key]),
            topic.last_post_at,
            "" if topic.language == active_language() else topic.language,
        )
        for topic in topics.filter(is_locked=False).latest_first()[:LENGTH]
    ]
    return Found(items, reverse("forum", args=[code]), _("All discussions"))


def requests(request: HttpRequest, page: NetworkPage) -> list[Task]:
    """Requests to join, for those who decide."""
    if not decides_about(request.user).filter(pk=page.network_id).exists():
        return []
    waiting = Membership.objects.filter(
        network=page.network, state=Membership.State.REQUESTED
    ).exclude(person_id=request.user.pk)
    number = waiting.count()
    label = ngettext("%(count)s request to join", "%(count)s requests to join", number)
    url = f"{reverse('network_members')}?network={page.network.code}&state=requested"
    return [Task(label % {"count": number}, number, url)]


def ending(request: HttpRequest, page: NetworkPage) -> list[Task]:
    """Terms of office that end soon, for those who decide."""
    if not decides_about(request.user).filter(pk=page.network_id).exists():
        return []
    soon = timezone.localdate() + datetime.timedelta(days=30)
    number = Membership.objects.current().filter(network=page.network, until__lte=soon).count()
    label = ngettext(
        "%(count)s term of office ends within 30 days",
        "%(count)s terms of office end within 30 days",
        number,
    )
    url = f"{reverse('network_members')}?network={page.network.code}&state=active"
    return [Task(label % {"count": number}, number, url)]


def register() -> None:
    nothing = gettext_lazy("There are no events of this network yet.")
    show(Section("events", gettext_lazy("Events"), 30, events, nothing))
    silence = gettext_lazy("Nothing has been said yet.")
    show(Section("discussions", gettext_lazy("Open discussions"), 10, discussions, silence))
    nobody = gettext_lazy("Nobody is in the directory yet.")
    show(Section("members", gettext_lazy("Members"), 40, members, nobody))
    assign(requests)
    assign(ending)
