"""What every request below ``/api/`` passes, whichever operation it asks for.

A token that is not good ends here (401): nobody who sent one is taken for an anonymous reader.
Requests are counted by person, and without a token by the reader's address; who sends too many
waits (429). Errors are ``application/problem+json``, wherever they come from. HEAD is answered
like GET without the body, OPTIONS with what the address takes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from wagtail.api.v3.errors import PROBLEM_JSON, problem_response

from cpmg.users.tokens import BadToken, bearer

from .auth import Forbidden, Unauthorised
from .reading import asked_language

PREFIX = "/api/"
#: The files that the API leads to: a token opens them too.
FILES = "/documents/"
REALM = "CPMG API"
View = Callable[[HttpRequest], HttpResponse]


# How much ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Allowance:
    """What is left in the running window for whoever asks."""

    policy: str
    most: int
    window: int
    left: int
    reset: int

    @property
    def is_spent(self) -> bool:
        return self.left < 0

    def put_on(self, response: HttpResponse) -> None:
        """The header fields of draft-ietf-httpapi-ratelimit-headers."""
        response.headers["RateLimit-Policy"] = f'"{self.policy}";q={self.most};w={self.window}'
        response.headers["RateLimit"] = f'"{self.policy}";r={max(0, self.left)};t={self.reset}'


def spend(request: HttpRequest) -> Allowance:
    """Counts the request, in the cache that all processes share."""
    known = getattr(request, "bearer", None)
    user = known.user if known else None
    if user is None and settings.SESSION_COOKIE_NAME in request.COOKIES:
        user = request.user if request.user.is_authenticated else None
    policy = "person" if user else "anonymous"
    who = str(user.pk) if user else str(get_client_ip(request))
    most, window = settings.API_RATES[policy]
    now = int(time.time())
    name = hashlib.sha256(f"{policy}:{who}".encode()).hexdigest()[:32]
    key = f"api-rate:{name}:{now // window}"
    try:
        spent = 1 if cache.add(key, 1, window + 5) else cache.incr(key)
    except ValueError:  # it went from the cache between the two, or the cache keeps nothing
        spent = 1
    return Allowance(policy, most, window, most - spent, window - now % window)


# The gate ---------------------------------------------------------------------------------


class ApiMiddleware:
    """Inside the middleware that knows sessions, outside of what reads the body."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(FILES) and "Authorization" in request.headers:
            with override(asked_language(request)):
                refusal = identify(request)
            return refusal or self.get_response(request)
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        with override(asked_language(request)):
            refusal = identify(request)
            allowance = spend(request)
            if allowance.is_spent:
                response = too_many(allowance)
            else:
                response = refusal or self.get_response(request)
            if response.status_code >= 400:
                response = as_problem(response)
            if response.status_code == 401 and "WWW-Authenticate" not in response.headers:
                response.headers["WWW-Authenticate"] = f'Bearer realm="{REALM}"'
        allowance.put_on(response)
        patch_vary_headers(response, ["Authorization"])
        return response


def identify(request: HttpRequest) -> HttpResponse | None:
    """Notes who sent the token as ``request.bearer``; the answer to a token that is not good."""
    if "Authorization" not in request.headers:
        return None
    try:
        request.bearer = bearer(request.headers["Authorization"])  # type: ignore[attr-defined]
    except BadToken as error:
        return refuse_token(str(error))
    request.user = request.bearer.user  # type: ignore[attr-defined]
    return None


def refuse_token(reason: str) -> HttpResponse:
    response = problem_response(status=401, detail=reason)
    response.headers["WWW-Authenticate"] = f'Bearer realm="{REALM}", error="invalid_token"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def refuse_stranger(request: HttpRequest, error: Unauthorised) -> HttpResponse:
    response = problem_response(status=401, detail=str(error))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def refuse_person(request: HttpRequest, error: Forbidden) -> HttpResponse:
    response = problem_response(status=403, detail=str(error))
    response.headers["Cache-Control"] = "private, no-store"
    if error.scope:
        challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{error.scope}"'
        response.headers["WWW-Authenticate"] = challenge
    return response


def too_many(allowance: Allowance) -> HttpResponse:
    wait = ngettext(
        "Too many requests. Wait %(count)d second.",
        "Too many requests. Wait %(count)d seconds.",
        allowance.reset,
    )
    response = problem_response(status=429, detail=wait % {"count": allowance.reset})
    response.headers["Retry-After"] = str(allowance.reset)
    response.headers["Cache-Control"] = "no-store"
    return response


def as_problem(response: HttpResponse) -> HttpResponse:
    """An error of Django's or of a middleware's in the form of all others."""
    if response.get("Content-Type", "").startswith(PROBLEM_JSON) or response.streaming:
        return response
    details = {
        405: _("This address does not take the method."),
        404: _("There is nothing here."),
        411: _("The length of what was sent is not known."),
        413: _("This is more than can be sent at once."),
        500: _("Something went wrong on our side."),
    }
    detail = details.get(response.status_code, _("This can't be read."))
    problem = problem_response(status=response.status_code, detail=detail)
    for name, value in response.items():
        if name not in ("Content-Type", "Content-Length"):
            problem.headers[name] = value
    problem._resource_closers = response._resource_closers  # type: ignore[attr-defined]
    return problem


class MethodMiddleware:
    """HEAD and OPTIONS, outside of everything that compresses or compares answers."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "HEAD":
            request.method = request.META["REQUEST_METHOD"] = "GET"
            response = self.get_response(request)
            request.method = request.META["REQUEST_METHOD"] = "HEAD"
            length = response.headers.get("Content-Length")
            if response.streaming:
                response.close()
                response = HttpResponse(status=response.status_code, headers=response.headers)
            response.content = b""
            if length is not None:
                response.headers["Content-Length"] = length
            return response
        response = self.get_response(request)
        if response.status_code == 405 and (allowed := response.headers.get("Allow")):
            methods = {method.strip() for method in allowed.split(",")} | {"OPTIONS"}
            methods |= {"HEAD"} if "GET" in methods else set()
            response.headers["Allow"] = ", ".join(sorted(methods))
            if request.method == "OPTIONS":
                headers = {"Allow": response.headers["Allow"], "Cache-Control": "no-store"}
                return HttpResponse(status=204, headers=headers)
        return response
