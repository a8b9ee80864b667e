"""The admin opens to those only who sign in with two factors, where the settings ask for it."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from . import access


class SecondFactorMiddleware:
    """Leads people who may enter the admin to their authenticator app before it opens.

    Who has one gave its code when signing in: allauth asks everybody who has one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(reverse("wagtailadmin_home"))
            and request.path != reverse("wagtailadmin_logout")
            and access.needs_second_factor(request.user)
            and not access.has_second_factor(request.user)  # type: ignore[arg-type]
        ):
            messages.info(request, _("The admin opens when you have set up an authenticator app."))
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{query}")
        return self.get_response(request)
