"""A person's saved searches: the list, a new one, changes, and the link in a letter."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpmg.mail import categories
from cpmg.users.models import User

from . import letters
from .models import SavedSearch
from .saving import Asked, SavedSearchForm
from .sending import CATEGORY


def person_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def own(request: HttpRequest) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(person=person_of(request))


@require_safe
@login_required
def own_list(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, changed: SavedSearchForm | None = None) -> HttpResponse:
    """``changed`` is a form with errors, to be shown in the place of its search."""
    rows = []
    for search in own(request):
        form = SavedSearchForm(instance=search, auto_id=f"id_{search.pk}_%s")
        if changed and changed.instance.pk == search.pk:
            form = changed
        rows.append(
            {
                "search": search,
                "form": form,
                "address": letters.address_of(search),
                "described": Asked(QueryDict(search.query)).described,
            }
        )
    context = {"rows": rows, "is_wanted": categories.wants(request.user, CATEGORY)}
    return render(request, "search/saved_searches.html", context, status=400 if changed else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Keeps the search whose parameters the address has."""
    asked = Asked(request.GET)
    saved = own(request)
    if saved.filter(query=asked.query).exists():
        messages.info(request, _("You have saved this search already."))
        return redirect("saved_searches")
    if saved.count() >= SavedSearch.MOST:
        text = _("You have saved %(count)s searches. Delete one to save another.")
        messages.error(request, text % {"count": SavedSearch.MOST})
        return redirect("saved_searches")
    search = SavedSearch(
        person=person_of(request), query=asked.query, frequency=SavedSearch.Frequency.WEEKLY
    )
    described = asked.described or _("All publications")
    form = SavedSearchForm(request.POST or None, instance=search, initial={"name": described[:120]})
    if request.method == "POST" and form.is_valid():
        search.sought = asked.sought.as_json()
        form.save()
        messages.success(request, _("The search was saved."))
        return redirect("saved_searches")
    context = {"form": form, "described": described, "address": letters.address_of(search)}
    return render(request, "search/save_search.html", context)


@require_POST
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    search = get_object_or_404(own(request), pk=pk)
    form = SavedSearchForm(request.POST, instance=search, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _list(request, form)
    form.save()
    messages.success(request, _("The search was saved."))
    return redirect("saved_searches")


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(own(request), pk=pk).delete()
    messages.success(request, _("The search was deleted."))
    return redirect("saved_searches")


@never_cache
@csrf_exempt  # opened from a letter, without a session; the address is signed
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks with a button, and stops when the form is sent: programs that look at links in mail
    send no forms."""
    search = letters.read_stop(token)
    if search is None:
        raise Http404
    if request.method == "POST":
        search.set_frequency(SavedSearch.Frequency.NEVER)
    language = search.person.language
    with translation.override(language):
        is_off = search.frequency == SavedSearch.Frequency.NEVER
        response = render(
            request, "search/saved_search_stop.html", {"label": search.name, "is_off": is_off}
        )
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    return response
