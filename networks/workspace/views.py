"""The workspace of a network and the directory of its members, for its members."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.access import is_staff
from pages.filters import Filter

from .. import membership
from ..membership import Membership
from ..membership import directory as people
from ..membership.views import page_of, person_of
from ..models import NetworkPage
from . import newest, sections_of, tasks_for


def enter(request: HttpRequest, code: str) -> tuple[NetworkPage, Membership | None]:
    """The page of the network and the reader's place in it; 403 for those who do not belong."""
    page = page_of(request, code)
    own = membership.current(request.user).filter(network__code=code).first()
    if own is None and not is_staff(request.user):
        raise PermissionDenied
    return page, own


@require_safe
@login_required
def own_workspaces(request: HttpRequest) -> HttpResponse:
    """Straight to the one workspace, or the choice between several."""
    codes = membership.networks_of(person_of(request))
    if is_staff(request.user):
        codes = [page.network.code for page in NetworkPage.objects.listed(request)]
    pages = [page for page in NetworkPage.objects.listed(request) if page.network.code in codes]
    if len(pages) == 1:
        return redirect("workspace", pages[0].network.code)
    if not pages:
        return redirect("own_networks")
    return render(request, "networks/workspace/choice.html", {"pages": pages})


@require_safe
@login_required
def workspace(request: HttpRequest, code: str) -> HttpResponse:
    page, own = enter(request, code)
    sections = sections_of(request, page)
    context = {
        "network_page": page,
        "membership": own,
        "sections": sections,
        "new": newest(sections, timezone.now()),
        "tasks": tasks_for(request, page),
    }
    return render(request, "networks/workspace/workspace.html", context)


@require_safe
@login_required
def directory(request: HttpRequest, code: str) -> HttpResponse:
    page, own = enter(request, code)
    results: Any = Paginator(people.listed(code), people.LENGTH).get_page(request.GET.get("page"))
    context = {
        "network_page": page,
        "membership": own,
        "results": results,
        "people": [people.shown(row) for row in results],
        "filter": Filter(request.GET),
    }
    return render(request, "networks/workspace/directory.html", context)
