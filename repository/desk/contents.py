"""What a submission without files of its own holds: the figures of a dataset, the facts of an
event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Page

from pages import dates
from pages.datasets import changes as versions
from pages.datasets import figures
from pages.models import Country, DatasetPage, EventPage
from pages.models.vocabularies import collation_key
from pages.templatetags.cpmg import clock, offset, when

from .. import kinds
from ..models import Submission

#: Figures that the desk lists where there is no version to compare with.
MOST_FIGURES = 50


@dataclass
class Contents:
    heading: str
    #: Label and values; without what is not said.
    facts: list[tuple[str, list[str]]]
    #: Addresses among the facts: label and address.
    links: list[tuple[str, str]]
    #: Why it can't be approved as it is.
    hindrance: str = ""
    #: Of a dataset: what it changes against ``former``, or its first figures.
    former: DatasetPage | None = None
    changes: versions.Changes | None = None
    figures: list[figures.Figure] | None = None
    number: int = 0


def of(submission: Submission, page: Page | None) -> Contents | None:
    """Of ``page``, a draft with its children; none of publications, which have files."""
    describe = _CONTENTS.get(submission.kind)
    return describe(submission, page) if describe and page is not None else None


# Datasets ---------------------------------------------------------------------------------


def _dataset(submission: Submission, page: Any) -> Contents:
    rows = list(figures.read(page.digest))
    former = (
        DatasetPage.objects.live()
        .filter(series=page.series, version__lt=page.version)
        .select_related("locale", "source")
        .order_by("-version")
        .first()
    )
    source = page.source.label if page.source else page.source_name
    facts = [
        (_("Table of figures"), [str(submission.data.get("file") or "")]),
        (_("Number of figures"), [dates.number(len(rows))]),
        (_("Indicators"), [indicator.label for indicator in page.indicators.all()]),
        (_("Countries and territories"), _countries({row.country for row in rows})),
        (_("Years"), [_years({row.period for row in rows})]),
        (_("Made by"), [page.creator]),
        (_("Source"), [source]),
        (_("Licence"), [str(page.licence_info.label) if page.licence_info else ""]),
        (_("What is new in this version"), [page.note]),
    ]
    found = Contents(
        heading=_("Figures"),
        facts=_said(facts),
        links=_said_links([(_("Address of the source"), page.source_url)]),
        hindrance="" if page.live else kinds.of(submission).hindrance(page),
        number=len(rows),
    )
    if former:
        of_former = former.source.code if former.source else ""
        found.former = former
        found.changes = versions.between(versions.published(former), rows, source=of_former)
    else:
        found.figures = list(islice(rows, MOST_FIGURES))
    return found


def _countries(codes: set[str]) -> list[str]:
    labels = Country.labels()
    return sorted((labels.get(code, code) for code in codes), key=collation_key)


def _years(years: set[int]) -> str:
    if not years:
        return ""
    first, last = min(years), max(years)
    return f"{first}–{last}" if first != last else str(first)


# Events -----------------------------------------------------------------------------------


def _event(submission: Submission, page: EventPage) -> Contents:
    place = [page.venue, page.city, page.country.label if page.country else ""]
    facts = [
        (_("Type of event"), [page.event_type.label if page.event_type else ""]),
        (_("Date"), [when(page)]),
        (pgettext("of the day", "Time"), [_time(page)]),
        (_("Attendance"), [page.get_attendance_display()]),
        (_("Place"), [", ".join(filter(None, place))]),
        (_("Languages of the meeting"), _labels(page.languages)),
        *((str(role.label), [str(one) for one in group]) for role, group in page.by_role()),
        (_("Countries"), _labels(page.countries)),
        (_("Themes"), _labels(page.themes)),
        (_("Thematic networks"), _labels(page.networks)),
    ]
    links = [
        (str(EventPage._meta.get_field(name).verbose_name).capitalize(), getattr(page, name))
        for name in ("online_url", "link")
    ]
    return Contents(heading=_("Event"), facts=_said(facts), links=_said_links(links))


def _time(page: EventPage) -> str:
    if not page.starts_at:
        return ""
    hours = clock(page.starts_at) + (f"–{clock(page.ends_at)}" if page.ends_at else "")
    return f"{hours}, {page.time_zone} ({offset(page.starts_at)})"


def _labels(terms: Any) -> list[str]:
    return [term.label for term in terms.all()]


def _said(facts: Any) -> list[tuple[str, list[str]]]:
    return [(label, said) for label, values in facts if (said := [v for v in values if v])]


def _said_links(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, address) for label, address in links if address]


_CONTENTS: dict[str, Callable[[Submission, Any], Contents]] = {
    "dataset": _dataset,
    "event": _event,
}
