"""Where allauth asks the project: who may sign up, where people go, what letters say."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from cpmg import mail

from . import access, letters
from .models import User


def absolute(path: str) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail address and password do not belong together."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes and try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is not right, or no longer."),
        "same_as_current": _("The new value is the same as the current one."),
        "rate_limited": _("Too many attempts. Wait a little and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves: membership is requested and approved."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only this site: allauth would also lead to other hosts that the server answers to."""
        return bool(url) and url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        admin = access.may_enter_admin(request.user)
        return reverse("wagtailadmin_home" if admin else "account")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("wagtail_serve", args=[""])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account" if self.request.user.is_authenticated else "account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: Any = None,
        *rest: Any,
        **named: Any,
    ) -> None:
        """Says nothing about signing in and out, which the header shows."""
        if message_template not in {
            "account/messages/logged_in.txt",
            "account/messages/logged_out.txt",
        }:
            super().add_message(request, level, message_template, *rest, **named)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = user.language if user else translation.get_language() or "en"
        for name in ("password_reset_url", "activate_url"):
            # It is in the language of the page that is open, which resolves it.
            if name in context:
                context[name] = translate_url(context[name], language)
        mail.queue(
            lambda: self._letter(template_prefix, context), mail.Address(email, language, user)
        )

    def _letter(self, template: str, context: dict[str, Any]) -> mail.Letter:
        if template in letters.CHANGES:
            change = letters.CHANGES[template]()
            return letters.account_changed(change, absolute(reverse("account")))
        if template == "account/email/password_reset_key":
            return letters.reset_password(context["password_reset_url"])
        if template == "account/email/unknown_account":
            return letters.no_account(absolute(reverse("account_signup")))
        if template.startswith("account/email/email_confirmation"):
            return letters.confirm_address(context["activate_url"])
        raise LookupError(f"There is no letter for {template}.")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Sign-in through an organisation leads into accounts that exist, and makes none."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or no longer."),
        "cannot_delete_authenticator": _(
            "Your role needs an authenticator app, so it can't be switched off."
        ),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not access.needs_second_factor(authenticator.user)
