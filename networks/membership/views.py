"""What people do with their own memberships, on the reader site."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpmg.users.models import User
from pages.models.base import active_language

from . import joining
from .forms import AcceptForm, ConsentForm, RequestForm
from .models import Membership

State = Membership.State


def person_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def page_of(request: HttpRequest, code: str) -> Any:
    """The page of a network; 404 without one that the reader may see."""
    from ..models import NetworkPage

    pages = NetworkPage.objects.readable_by(request.user).in_language(active_language())
    page = pages.filter(network__code=code).select_related("network", "locale").first()
    if page is None:
        raise Http404
    return page


def latest(person: User, code: str) -> Membership | None:
    """The open membership of the person in a network, or the last one that ended."""
    own = Membership.objects.filter(person=person, network__code=code).select_related("network")
    return own.open().first() or own.order_by("-decided_at", "-pk").first()


@require_safe
@login_required
def own_networks(request: HttpRequest) -> HttpResponse:
    """All networks, and the person's place in each; a constant number of queries."""
    from ..models import NetworkPage

    found: dict[str, Membership] = {}
    own = Membership.objects.filter(person=person_of(request)).select_related("network")
    for membership in own.order_by("decided_at", "pk"):
        code = membership.network.code
        if code not in found or found[code].state == State.ENDED:
            found[code] = membership
    rows = [
        {"page": page, "membership": found.get(page.network.code)}
        for page in NetworkPage.objects.listed(request)
    ]
    return render(request, "networks/membership/networks.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_network(request: HttpRequest, code: str) -> HttpResponse:
    """One's place in a network; without one, the request."""
    page = page_of(request, code)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            joining.ask(
                person_of(request), page.network, typed["reason"], is_listed=typed["is_listed"]
            )
        except joining.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your request was sent. You get an answer by e-mail."))
        return redirect("own_network", code)
    return _own_network(request, page, request_form=form)


def _own_network(request: HttpRequest, network_page: Any, **forms: Any) -> HttpResponse:
    membership = latest(person_of(request), network_page.network.code)
    context: dict[str, Any] = {
        "network_page": network_page,
        "network": network_page.network,
        "membership": membership,
    }
    wrong = any(form.is_bound and form.errors for form in forms.values())
    if membership and membership.is_current:
        forms.setdefault("consent_form", ConsentForm(membership=membership))
    elif membership and membership.state == State.INVITED:
        forms.setdefault("accept_form", AcceptForm())
    status = 400 if wrong else 200
    return render(request, "networks/membership/network.html", {**context, **forms}, status=status)


def _own(request: HttpRequest, code: str) -> Membership:
    membership = latest(person_of(request), code)
    if membership is None:
        raise Http404
    return membership


@require_POST
@login_required
def consent(request: HttpRequest, code: str) -> HttpResponse:
    membership = _own(request, code)
    form = ConsentForm(request.POST, membership=membership)
    if form.is_valid():
        return _act(
            request,
            code,
            lambda: joining.consent(
                membership,
                person_of(request),
                is_listed=form.cleaned_data["is_listed"],
                is_named=form.cleaned_data.get("is_named", False),
            ),
            _("Saved."),
        )
    return _own_network(request, page_of(request, code), consent_form=form)


@require_POST
@login_required
def leave(request: HttpRequest, code: str) -> HttpResponse:
    membership = _own(request, code)
    done = _("You have left the network.")
    return _act(request, code, lambda: joining.leave(membership, person_of(request)), done)


@require_POST
@login_required
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Takes back one's request, or declines one's invitation."""
    membership = _own(request, code)
    done = (
        _("You have declined the invitation.")
        if membership.state == State.INVITED
        else _("Your request was withdrawn.")
    )
    return _act(request, code, lambda: joining.withdraw(membership, person_of(request)), done)


@require_POST
@login_required
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Takes up the invitation that the person's account has."""
    membership = _own(request, code)
    form = AcceptForm(request.POST)
    form.is_valid()
    return _accept(request, membership, bool(form.cleaned_data.get("is_listed")))


def _accept(request: HttpRequest, membership: Membership, is_listed: bool) -> HttpResponse:
    try:
        joining.accept(membership, person_of(request), is_listed=is_listed)
    except joining.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("own_network", membership.network.code)
    messages.success(request, _("You are now a member of this network."))
    return redirect("workspace", membership.network.code)


def _act(request: HttpRequest, code: str, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except joining.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("own_network", code)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """The page that an invitation leads to. Looking at it changes nothing; the button accepts.
    Who has no account yet is shown the way to one: the key stays good meanwhile."""
    membership = joining.read_invitation(key)
    mine = membership is not None and joining.is_for(membership, request.user)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and membership and mine and form.is_valid():
        return _accept(request, membership, form.cleaned_data["is_listed"])
    status = 200 if membership else 404
    if membership and request.user.is_authenticated and not mine:
        status = 403
    context = {
        "membership": membership if status == 200 else None,
        "is_other": status == 403,
        "is_mine": mine,
        "form": form,
    }
    response = render(request, "networks/membership/invitation.html", context, status=status)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    return response
