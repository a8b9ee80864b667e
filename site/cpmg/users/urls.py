"""Addresses of accounts, in the language of the reader.

allauth finds its views by these names. What is not here is switched off: signing up, signing in by
code, passkeys.
"""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as socialaccount
from django.urls import URLPattern, include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from . import views


def private(address: Any, view: Any, name: str) -> URLPattern:
    """Forms hold a token of their reader: no cache keeps these pages."""
    return path(address, never_cache(view), name=name)


# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
in_language = [
    path(
        _("account/"),
        include(
            [
                private("", views.profile, "account"),
                private(_("login/"), account.login, "account_login"),
                private(_("logout/"), account.logout, "account_logout"),
                private(_("membership/"), views.request_membership, "account_signup"),
                private(
                    _("membership/received/"), views.membership_received, "membership_received"
                ),
                private(_("disabled/"), account.account_inactive, "account_inactive"),
                private(_("confirm/"), account.reauthenticate, "account_reauthenticate"),
                private(_("my-data/"), views.export, "account_export"),
                private(_("delete/"), views.delete, "account_delete"),
                private(_("tokens/"), views.tokens, "account_tokens"),
                private(_("tokens/<int:pk>/revoke/"), views.revoke_token, "account_token_revoke"),
                private(_("email/"), account.email, "account_email"),
                private(
                    _("email/sent/"),
                    account.email_verification_sent,
                    "account_email_verification_sent",
                ),
                private("email/<str:key>/", account.confirm_email, "account_confirm_email"),
                private(_("password/change/"), account.password_change, "account_change_password"),
                private(_("password/set/"), account.password_set, "account_set_password"),
                private(_("password/new/"), account.password_reset, "account_reset_password"),
                private(
                    _("password/new/sent/"),
                    account.password_reset_done,
                    "account_reset_password_done",
                ),
                private(
                    _("password/new/done/"),
                    account.password_reset_from_key_done,
                    "account_reset_password_from_key_done",
                ),
                re_path(
                    r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
                    never_cache(account.password_reset_from_key),
                    name="account_reset_password_from_key",
                ),
                private("2fa/", mfa.index, "mfa_index"),
                private("2fa/login/", mfa.authenticate, "mfa_authenticate"),
                private("2fa/confirm/", mfa.reauthenticate, "mfa_reauthenticate"),
                private("2fa/app/", totp.activate_totp, "mfa_activate_totp"),
                private("2fa/app/off/", totp.deactivate_totp, "mfa_deactivate_totp"),
                private(
                    "2fa/codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"
                ),
                private(
                    "2fa/codes/new/",
                    recovery_codes.generate_recovery_codes,
                    "mfa_generate_recovery_codes",
                ),
                private(
                    "2fa/codes/recovery-codes.txt",
                    recovery_codes.download_recovery_codes,
                    "mfa_download_recovery_codes",
                ),
                private(
                    "oidc/cancelled/",
                    socialaccount.login_cancelled,
                    "socialaccount_login_cancelled",
                ),
                private("oidc/error/", socialaccount.login_error, "socialaccount_login_error"),
            ]
        ),
    ),
]

#: Without a language: an organisation's sign-in service is told one address to lead back to.
urlpatterns = [
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
