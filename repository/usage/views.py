"""Usage in the admin: the most used publications, and the Item Report to download."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.menu import MenuItem

from pages.access import is_asked_by_staff, is_staff

from . import report

PAGE = 50
#: A report of more months says nothing that several do not say.
MOST_MONTHS = 60
FORMS = {"csv": ("text/csv", report.as_csv), "json": ("application/json", report.as_json)}


@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    """``GET ?from=2026-01&until=2026-11&country=1``"""
    period, errors = _checked(request)
    page = Paginator(report.ranked(period), PAGE).get_page(request.GET.get("p"))
    titles = report.titles([row["key"] for row in page])
    query = f"?from={period.first:%Y-%m}&until={period.last:%Y-%m}"
    context = {
        "header_title": _("Use of publications"),
        "header_icon": "view",
        "breadcrumbs_items": [{"url": "", "label": _("Use of publications")}],
        "period": period,
        "errors": errors,
        "rows": [{**row, "page": titles.get(row["key"])} for row in page],
        "page": page,
        "query": query,
        "forms": [
            {"name": form.upper(), "address": reverse("usage_download", args=[form]) + query}
            for form in FORMS
        ],
        "sums": report.sums(period),
    }
    return render(request, "repository/admin/usage.html", context, status=400 if errors else 200)


@require_safe
def download(request: HttpRequest, form: str) -> Any:
    period, errors = _checked(request)
    if form not in FORMS:
        raise Http404
    if errors:
        return HttpResponse("\n".join(errors), status=400, content_type="text/plain; charset=utf-8")
    media_type, write = FORMS[form]
    pieces = write(period, by_country=bool(request.GET.get("country")))
    response = StreamingHttpResponse(
        (piece.encode() for piece in pieces), content_type=f"{media_type}; charset=utf-8"
    )
    name = f"usage-{period.first:%Y-%m}-{period.last:%Y-%m}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    add_never_cache_headers(response)
    return response


def _checked(request: HttpRequest) -> tuple[report.Period, list[str]]:
    if not is_staff(request.user):
        raise Http404
    usual = report.Period.year_until_now()
    months, errors = [], []
    for name, default in (("from", usual.first), ("until", usual.last)):
        given = request.GET.get(name, "").strip()
        found = re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", given, re.ASCII)
        if given and not found:
            errors.append(_("A month looks like 2026-01."))
        months.append(date(int(found[1]), int(found[2]), 1) if found else default)
    first, last = months
    if not errors and first > last:
        errors.append(_("The first month is later than the last."))
    if not errors and (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        errors.append(_("Choose at most %(count)s months.") % {"count": MOST_MONTHS})
    return (usual if errors else report.Period(first, last)), list(dict.fromkeys(errors))


class UsageMenuItem(MenuItem):
    def __init__(self) -> None:
        super().__init__(
            _("Use of publications"),
            reverse("usage_report"),
            name="usage-report",
            icon_name="view",
            order=1070,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return is_asked_by_staff(request)
