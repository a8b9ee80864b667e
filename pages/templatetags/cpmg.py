"""What the templates of the reader site need: addresses, dates, numbers, sources, the map."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page as PageOfResults
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from wagtail.models import Page

from .. import dates, map
from ..access import is_refused
from ..addresses import Addresses
from ..filters import Filter
from ..models import (
    Country,
    CountryPage,
    EventPage,
    Footnote,
    Observation,
    Sex,
    Source,
    Term,
)
from ..models.base import active_language

register = template.Library()


@register.filter
def colon(label: Any) -> str:
    """A label before its value; French puts a space before the colon."""
    return gettext("%(label)s:") % {"label": label}


# Addresses --------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, page: Page) -> str:
    """The address of ``page`` in the reader's language; two queries in a request, however
    many pages there are."""
    request = context.get("request")
    if request is None:
        return page.get_url() or ""
    return Addresses.of_request(request).of(page)


@register.simple_tag(takes_context=True)
def readable(context: template.Context, page: Page | None) -> Page | None:
    """``page`` if the reader may read it, else nothing: for links from one page to another."""
    request = context.get("request")
    if not page or not page.live or request is None or is_refused(request, page):
        return None
    return page


@register.simple_tag(takes_context=True)
def section_address(context: template.Context, model_name: str) -> str:
    """The address of the section of the type ``model_name`` in the reader's language, or
    nothing when there is none."""
    return Addresses.of_request(context["request"]).of_type(model_name)


@register.simple_tag(takes_context=True)
def absolute(context: template.Context, address: str) -> str:
    """``address`` with scheme and host, without its query."""
    return context["request"].build_absolute_uri(address.partition("?")[0])


@register.filter
def lang(page: Any) -> SafeString:
    """``lang="…"`` when the text of ``page`` is not in the reader's language; else nothing."""
    # A page of which only the place is known says it by its locale alone.
    language = getattr(page, "language", None) or page.locale.language_code
    if language == active_language():
        return SafeString()
    return format_html(' lang="{}"', language)


@register.filter
def language_name(code: str) -> str:
    """The name of a site language inside a sentence of the reader's language."""
    return {
        "en": pgettext("in a sentence", "English"),
        "es": pgettext("in a sentence", "Spanish"),
        "fr": pgettext("in a sentence", "French"),
        "nl": pgettext("in a sentence", "Dutch"),
    }.get(code, code)


# Dates and numbers ------------------------------------------------------------------


@register.filter
def when(event: EventPage) -> str:
    """The days of an event, to the precision that is known."""
    return dates.period(event.start_date, event.end_date, event.date_precision)


@register.filter
def day(date: datetime.date) -> str:
    return dates.day(date)


@register.filter
def month(date: datetime.date) -> str:
    return dates.month(date)


@register.filter
def clock(moment: datetime.datetime | datetime.time) -> str:
    """The time of the day as written, in whatever zone it is: ``09:30``."""
    return moment.strftime("%H:%M")


@register.filter
def day_of(moment: datetime.datetime) -> str:
    """The day of a moment in its own zone."""
    return dates.day(moment.date())


@register.filter
def offset(moment: datetime.datetime) -> str:
    """How far a moment's clock is from UTC: ``UTC−4``, ``UTC+5:30``."""
    minutes = round((moment.utcoffset() or datetime.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


@register.filter
def plain(number: int | None) -> str:
    """A year or a code: digits without separators."""
    return "" if number is None else str(number)


@register.filter
def quantity(value: Decimal | None, decimals: int = 0) -> str:
    """A number with the separators of the language and ``decimals`` decimals."""
    return "" if value is None else dates.number(value, decimals)


@register.filter
def area(square_kilometres: Decimal) -> str:
    """An area without a decimal that says nothing: 443, but 51.2."""
    whole = square_kilometres == square_kilometres.to_integral_value()
    return dates.number(square_kilometres, 0 if whole else 1)


@register.filter
def figure(observation: Observation) -> str:
    """The value of an observation with the decimals of its indicator."""
    return dates.number(observation.value, observation.indicator.decimals)


@register.filter
def at(items: Any, position: int) -> Any:
    """The item at a position, for lists that run beside each other."""
    return items[position]


@register.filter
def total_first(observations: Iterable[Observation]) -> list[Observation]:
    """Figures for both sexes before those for women and men."""
    return sorted(observations, key=lambda observation: observation.sex != Sex.TOTAL)


@register.filter
def file_size(size: int) -> str:
    return dates.file_size(size)


# Sources and footnotes --------------------------------------------------------------


@dataclass(frozen=True)
class Cited:
    """A source or a footnote and its mark on this page: ``1`` or ``a``."""

    mark: str
    term: Source | Footnote
    text: str

    @property
    def anchor(self) -> str:
        return f"{'source' if isinstance(self.term, Source) else 'note'}-{self.mark}"


def _cited(context: template.Context, model: type) -> dict[str, Cited]:
    everything = _memory(context).setdefault("cited", {Source: {}, Footnote: {}})
    return everything[model]


def _memory(context: template.Context) -> dict[Any, Any]:
    """What tags remember while one response is rendered."""
    request = context.get("request")
    holder = request.__dict__ if request is not None else context.render_context
    return holder.setdefault("_cpmg_templates", {})  # type: ignore[arg-type,return-value]


@register.inclusion_tag("includes/cite.html", takes_context=True)
def cite(context: template.Context, term: Source | Footnote | None) -> dict[str, Any]:
    """The mark of a source or a footnote, linked to the list at the end of the page. Marks
    are given in the order in which a page cites."""
    if term is None:
        return {}
    cited = _cited(context, type(term))
    if term.code not in cited:
        mark = str(len(cited) + 1) if isinstance(term, Source) else _letters(len(cited))
        cited[term.code] = Cited(mark, term, term.label)
    return {"cited": cited[term.code], "is_source": isinstance(term, Source)}


def _letters(position: int) -> str:
    """``a`` … ``z``, ``aa`` …"""
    letters = ""
    position += 1
    while position:
        position, letter = divmod(position - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


@register.inclusion_tag("includes/sources.html", takes_context=True)
def cited_sources(context: template.Context) -> dict[str, Any]:
    """What the page has cited so far. Comes after everything that cites."""
    return {
        "sources": list(_cited(context, Source).values()),
        "footnotes": list(_cited(context, Footnote).values()),
    }


@register.simple_tag(takes_context=True)
def term_text(context: template.Context, term: Term, field: str) -> str:
    """A text of ``term`` other than its name in the reader's language; one query for each
    vocabulary and field in a response."""
    memory = _memory(context)
    key = (type(term), field)
    if key not in memory:
        rows = type(term)._base_manager.filter(locale__language_code=active_language())
        memory[key] = dict(rows.values_list("code", field))
    return memory[key].get(term.code) or getattr(term, field)


# The map and the countries ----------------------------------------------------------


@register.inclusion_tag("includes/map.html", takes_context=True)
def country_map(context: template.Context, countries: Iterable[CountryPage]) -> dict[str, Any]:
    """The map; the shapes of ``countries`` lead to their pages, the others stay pale."""
    region = map.region()
    pages = {page.country.code: page for page in countries}
    drawn = [
        (shape, pages.get(code), page_address(context, pages[code]) if code in pages else "")
        for code, shape in region.shapes.items()
    ]
    return {"map": region, "drawn": drawn}


@register.inclusion_tag("includes/outline.html")
def country_outline(country: Country) -> dict[str, Any]:
    return {"shape": map.region().shapes.get(country.code)}


@register.simple_tag(takes_context=True)
def country_address(context: template.Context, country: Country) -> str:
    """The address of the page about ``country``, or nothing; one query in a response."""
    memory = _memory(context)
    if "countries" not in memory:
        pages = CountryPage.objects.listed(context["request"])
        memory["countries"] = {page.country.code: page for page in pages}
    page = memory["countries"].get(country.code)
    return page_address(context, page) if page else ""


# Lists ------------------------------------------------------------------------------


@register.simple_tag
def address_with(list_filter: Filter, name: str, value: str = "", *without: str) -> str:
    """The address of the list with another ``value`` of one parameter, from its first page;
    ``without`` names parameters that fall away."""
    query = list_filter.query.copy()
    for parameter in ("page", name, *without):
        query.pop(parameter, None)
    if value:
        query[name] = value
    return "?" + query.urlencode()


@register.inclusion_tag("includes/paging.html")
def paging(results: PageOfResults, list_filter: Filter) -> dict[str, Any]:
    """Links to the pages of a list; the choices of the filter stay."""

    def link(number: int) -> tuple[int, str, bool]:
        return number, list_filter.with_page(number), number == results.number

    pages = results.paginator.get_elided_page_range(results.number, on_each_side=1, on_ends=1)
    return {
        "results": results,
        "links": [link(n) if isinstance(n, int) else None for n in pages],
        "previous": link(results.previous_page_number()) if results.has_previous() else None,
        "next": link(results.next_page_number()) if results.has_next() else None,
    }
