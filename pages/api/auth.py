"""Who may use an operation: anybody, a person, or somebody who works in the admin.

``pages.api.gate`` has looked at the token before: a bad one comes no further than there. Here an
operation says whom it serves and which scope a token must have for it.

* ``ReaderAuth``: anybody. A session counts for nothing, so answers depend on the token alone.
* ``PersonAuth(scope)``: a token with the scope, or the session of the reader site, which has to
  prove by ``X-CSRFToken`` that no other site sent what changes something.
* ``EditorAuth(scope)``: a token with the scope whose owner may enter the admin.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from cpmg.users.models import Scope
from cpmg.users.tokens import Bearer

SAFE = ("GET", "HEAD", "OPTIONS")


class Unauthorised(Exception):
    """Nobody is known, and somebody must be: 401."""


class Forbidden(Exception):
    """The person, or the token, may not: 403. ``scope`` is what the token lacks."""

    def __init__(self, text: str, scope: str = "") -> None:
        super().__init__(text)
        self.scope = scope


class Auth(AuthBase):
    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str = Scope.READ) -> None:
        super().__init__()
        self.scope = str(scope)

    def token(self, request: HttpRequest) -> Bearer | None:
        """The token that was sent, if one was; it is good, and has the scope."""
        bearer: Bearer | None = getattr(request, "bearer", None)
        if bearer and self.scope not in bearer.scopes:
            raise Forbidden(
                _("This token lacks the scope “%(scope)s”.") % {"scope": self.scope}, self.scope
            )
        return bearer

    def security(self, method: str) -> list[dict[str, list[str]]]:
        """How OpenAPI describes it, for operations of ``method``."""
        return [{"token": [self.scope]}]


class ReaderAuth(Auth):
    def __call__(self, request: HttpRequest) -> Any:
        bearer = self.token(request)
        request.user = bearer.user if bearer else AnonymousUser()
        return request.user

    def security(self, method: str) -> list[dict[str, list[str]]]:
        return [{}, *super().security(method)]


class PersonAuth(Auth):
    def __call__(self, request: HttpRequest) -> Any:
        request.is_private = True  # type: ignore[attr-defined]
        if bearer := self.token(request):
            request.user = bearer.user
        elif not request.user.is_authenticated or not request.user.is_active:
            raise Unauthorised(_("Sign in, or send a token."))
        elif request.method not in SAFE and check_csrf(request):
            raise Forbidden(_("Send the value of the cookie “csrftoken” as X-CSRFToken."))
        return request.user

    def security(self, method: str) -> list[dict[str, list[str]]]:
        session: dict[str, list[str]] = {"session": []}
        if method.upper() not in SAFE:
            session["csrf"] = []
        return [*super().security(method), session]


class EditorAuth(Auth):
    def __init__(self, scope: str = Scope.EDIT, *, admin: bool = True) -> None:
        super().__init__(scope)
        self.admin = admin

    def __call__(self, request: HttpRequest) -> Any:
        bearer = self.token(request)
        request.user = bearer.user if bearer else AnonymousUser()
        if bearer is None:
            raise Unauthorised(_("Send a token."))
        if self.admin and not bearer.user.has_perm("wagtailadmin.access_admin"):
            raise Forbidden(_("This is for those who work in the admin."))
        return bearer.token
