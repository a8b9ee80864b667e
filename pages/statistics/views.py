"""What the addresses below the statistics centre answer."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _

from .. import ages
from ..caching import content_state
from ..formats import wrong_mark
from ..models import Country, Indicator, Sex, StatisticsCentrePage
from ..models.base import active_language
from . import charts, drawing, maps
from .addresses import DATA, Place
from .exports import FORMATS, Format, TooManyRowsError, file_name, respond
from .selection import MAX_FIGURES, Selection
from .series import Figures, countries_without

#: Changes when downloads come out differently for the same figures.
FORM = 1


def answer(page: StatisticsCentrePage, request: HttpRequest, place: Place) -> HttpResponseBase:
    """The response to ``place`` below the centre ``page``."""
    right = page.get_url(request) + place.path(page.language)
    if request.path != right:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(right + (f"?{query}" if query else ""))
    indicator = find(place.indicator) if place.indicator else None
    if place.file in DATA:
        return data_file(request, Selection(request.GET, indicator), FORMATS[DATA[place.file]])
    assert indicator is not None  # noqa: S101
    if place.file:
        return picture(request, indicator, place.file)
    if place.country:
        return about_figures(page, request, indicator, place)
    return indicator_page(page, request, indicator)


def find(code: str) -> Indicator:
    """The indicator with ``code``; ``Http404`` without one."""
    found = (
        Indicator.objects.filter(code=code, locale__language_code=settings.LANGUAGE_CODE)
        .select_related("source")
        .first()
    )
    if found is None:
        raise Http404
    return found


# Files ------------------------------------------------------------------------------------


def data_file(request: HttpRequest, selection: Selection, form: Format) -> HttpResponseBase:
    """A download: streamed, the same for everybody, and not sent again while nothing changed."""
    bom = request.GET.get("bom", "")
    if errors := selection.errors | wrong_mark(request.GET):
        return refused(errors)
    number, changed = content_state()
    about = f"{FORM} {number} {active_language()} {form.code} {bom} {selection.encoded}"
    about += f" {selection.indicator.code if selection.indicator else ''}"
    etag = quote_etag(hashlib.sha256(about.encode()).hexdigest()[:32])
    stamp = int(changed.timestamp())
    response: Any = get_conditional_response(request, etag=etag, last_modified=stamp)
    if response is None and request.method == "HEAD":
        response = HttpResponse(content_type=form.content_type)
    elif response is None:
        try:
            name = file_name(selection.indicator)
            response = respond(selection, form, name, bom=bom == "1")
        except TooManyRowsError as error:
            return refused({"": str(error)})
    response["ETag"] = etag
    response["Last-Modified"] = http_date(stamp)
    return shared(request, response)


def shared(request: HttpRequest, response: Any) -> Any:
    """With the headers of what may be kept by anybody, as long as it is asked for again."""
    private = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    kept: dict[str, Any] = {"private": True} if private else {"public": True}
    patch_cache_control(response, max_age=0, must_revalidate=True, **kept)
    response["X-Robots-Tag"] = "noindex"
    return response


def refused(errors: dict[str, str]) -> HttpResponse:
    """400, with what is wrong in the reader's language."""
    lines = [f"{name}: {text}" if name else text for name, text in errors.items()]
    response = HttpResponse(
        "\n".join(lines) + "\n", status=400, content_type="text/plain; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    return response


def picture(request: HttpRequest, indicator: Indicator, file: str) -> HttpResponse:
    """The chart, its specification, or the map of what the address chooses. Kept by the cache
    of pages like a page."""
    selection = Selection(request.GET, indicator)
    errors = selection.errors
    size: Any = request.GET.get("size", "wide")
    if size not in charts.SIZES:
        errors["size"] = _("%(value)s is not known here. Valid: %(valid)s.") % {
            "value": str(size)[:40],
            "valid": ", ".join(charts.SIZES),
        }
    if errors:
        return refused(errors)
    selection = selection.completed()
    figures = Figures(selection, selection.figures())
    if figures.too_many:
        return refused({"": too_many()})
    if not figures.observations:
        raise Http404
    try:
        return _picture(request, indicator, figures, file, size)
    except drawing.NotDrawnError:
        response = HttpResponse(
            _("The chart cannot be drawn at the moment. The table holds the same figures.") + "\n",
            status=503,
            content_type="text/plain; charset=utf-8",
        )
        response["Retry-After"] = "30"
        response["Cache-Control"] = "no-store"
        return response


def _picture(
    request: HttpRequest, indicator: Indicator, figures: Figures, file: str, size: Any
) -> HttpResponse:
    if file == "map.svg":
        if not has_map(indicator, figures):
            raise Http404
        response = HttpResponse(maps.svg(indicator, figures), content_type="image/svg+xml")
    else:
        specification = charts.specification(indicator, figures, size)
        if file == "chart.json":
            text = json.dumps(specification, ensure_ascii=False, indent=1) + "\n"
            response = HttpResponse(text, content_type="application/vnd.vegalite.v6+json")
        elif file == "chart.png":
            response = HttpResponse(drawing.png(specification), content_type="image/png")
        else:
            response = HttpResponse(drawing.svg(specification), content_type="image/svg+xml")
    name = f"{file_name(indicator)}-{file}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def too_many() -> str:
    return _(
        "These are more than %(most)s figures, too many for one page. Choose fewer countries or"
        " years, or download them."
    ) % {"most": MAX_FIGURES}


def has_map(indicator: Indicator, figures: Figures) -> bool:
    """Whether there is one figure for each of several countries."""
    codes = [series.country.code for series in figures.series]
    return not figures.is_over_time and 1 < len(codes) == len(set(codes))


# Pages ------------------------------------------------------------------------------------


def indicator_page(
    page: StatisticsCentrePage, request: HttpRequest, indicator: Indicator
) -> TemplateResponse:
    """Definition, chart, map, table and downloads of what the address chooses."""
    asked = Selection(request.GET, indicator)
    selection = asked.completed()
    figures = Figures(selection, selection.figures())
    asked.filter.__dict__["fields"] = fields(asked, selection)
    context = page.get_context(request) | {
        "indicator": indicator,
        "filter": asked.filter,
        "errors": asked.errors,
        "selection": selection,
        "figures": figures,
        "heading": charts.title(indicator, figures),
        "with_map": bool(figures.observations) and has_map(indicator, figures),
        "chart_about": charts.description(indicator, figures),
        "missing": missing(figures),
        "too_many": too_many() if figures.too_many else "",
        "downloads": FORMATS.values(),
    }
    return TemplateResponse(request, "pages/statistics/indicator.html", context)


def missing(figures: Figures) -> list[str]:
    """The countries without a figure, where the page shows one for each."""
    chosen = figures.selection.filter.values
    if figures.is_over_time or {"country", "counterpart"} & chosen.keys():
        return []
    return [] if figures.too_many else countries_without(figures.series)


def fields(asked: Selection, completed: Selection) -> list[dict[str, Any]]:
    """The form: of each parameter what there is to choose. What the address left open stays
    open in the form, so that the next choice is completed anew."""
    extent = completed.extent
    offered: dict[str, Any] = {
        "country": extent.countries,
        "counterpart": extent.counterparts,
        "sex": extent.sexes,
        "age": extent.ages,
        "source": extent.sources,
    }
    shown = []
    for field in asked.filter.fields:
        if field["name"] in offered:
            there = offered[field["name"]]
            field["options"] = [
                option for option in field["options"] if option[0] in there or option[2]
            ]
            if len(there) < 2:
                continue
        if field["name"] == "show":
            field["empty"] = _("What suits the choice")
        shown.append(field)
    return shown


def about_figures(
    page: StatisticsCentrePage, request: HttpRequest, indicator: Indicator, place: Place
) -> TemplateResponse:
    """What is known about the figures of one indicator, country and year."""
    countries = {code: code for code in Country.labels()}
    if place.country not in countries or not (place.period.isascii() and place.period.isdigit()):
        raise Http404
    query = request.GET.copy()
    query.setlist("country", [place.country])
    query["year_from"] = query["year_to"] = place.period[:4]
    selection = Selection(query, indicator)
    observations = [] if len(place.period) != 4 else selection.figures()
    if not observations:
        raise Http404
    country = observations[0].country
    observations.sort(key=lambda one: (one.sex != Sex.TOTAL, one.age != ages.TOTAL))
    context = page.get_context(request) | {
        "indicator": indicator,
        "country": country,
        "period": int(place.period),
        "observations": observations[:MAX_FIGURES],
        "downloads": FORMATS.values(),
        "selection": selection,
    }
    return TemplateResponse(request, "pages/statistics/figure.html", context)
