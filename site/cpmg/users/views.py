"""What people do with their account where allauth has no view for it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import access, leaving, membership
from . import tokens as api_tokens
from .forms import DeleteForm, MembershipRequestForm, ProfileForm, TokenForm


def sign_in(request: HttpRequest) -> HttpResponse:
    """From the pages for signing in that Wagtail brings to the one page of the platform.

    Who is signed in and led here lacks a permission: signing in again would lead in circles.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    asked = request.GET.get("next", "")
    query = f"?{urlencode({'next': asked})}" if asked else ""
    return HttpResponseRedirect(reverse("account_login") + query)


def new_password(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return redirect("account_reset_password")


def request_membership(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("account")
    form = MembershipRequestForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="membership_request"):
            return ratelimit.respond_429(request)
        if form.is_valid():
            if not form.is_from_a_robot():
                membership.ask(form.fields_of_request())
            return redirect("membership_received")
    return render(request, "users/request_membership.html", {"form": form})


@require_safe
def membership_received(request: HttpRequest) -> HttpResponse:
    return render(request, "users/membership_received.html")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("account")
    return render(
        request,
        "users/profile.html",
        {
            "form": form,
            "has_second_factor": access.has_second_factor(request.user),  # type: ignore[arg-type]
        },
    )


@require_POST
@login_required
def export(request: HttpRequest) -> HttpResponse:
    data = leaving.own_data(request.user)  # type: ignore[arg-type]
    return HttpResponse(
        json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="cpmg-my-data.json"'},
    )


@login_required
def delete(request: HttpRequest) -> HttpResponse:
    user = request.user
    is_last = access.is_last_administrator(user)  # type: ignore[arg-type]
    form = DeleteForm(request.POST or None, user=user)
    if request.method == "POST" and not is_last:
        if not ratelimit.consume(request, action="reauthenticate", user=user):
            return ratelimit.respond_429(request)
        if form.is_valid():
            logout(request)
            leaving.delete(user)  # type: ignore[arg-type]
            messages.success(request, _("Your account was deleted."))
            return redirect("wagtail_serve", "")
    return render(request, "users/delete.html", {"form": form, "is_last": is_last})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens and a form for a new one, whose key the answer shows this once."""
    user: Any = request.user
    form = TokenForm(request.POST or None, user=user)
    key = ""
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        key = api_tokens.create(user, chosen["name"], chosen["scopes"], chosen["days"])
        form = TokenForm(user=user)
    now = timezone.now()
    rows = [
        {
            "token": token,
            "scopes": api_tokens.scopes_of(token),
            "expires_at": (terms := getattr(token, "terms", None)) and terms.expires_at,
            "has_expired": bool(terms and terms.expires_at <= now),
        }
        for token in api_tokens.of(user)[: api_tokens.MOST]
    ]
    context = {"form": form, "rows": rows, "key": key}
    return render(request, "users/tokens.html", context)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    token = get_object_or_404(api_tokens.of(user), pk=pk)
    api_tokens.revoke(token, user)
    messages.success(request, _("The token “%(name)s” was revoked.") % {"name": token.name})
    return redirect("account_tokens")
