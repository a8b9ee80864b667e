"""The letters that concern an account. Each is written in the language that is active."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cpmg.mail import Letter


def confirm_address(url: str) -> Letter:
    return Letter(
        _("Confirm your e-mail address"),
        [_("Please confirm that this e-mail address is yours.")],
        (_("Confirm the address"), url),
        [_("If you did not ask for this, ignore this message: nothing changes.")],
    )


def reset_password(url: str) -> Letter:
    return Letter(
        _("Choose a new password"),
        [_("Somebody, probably you, asked for a new password for your account.")],
        (_("Choose a new password"), url),
        [
            _("The link works once, for three days."),
            _("If you did not ask for this, ignore this message: your password stays as it is."),
        ],
    )


def no_account(url: str) -> Letter:
    return Letter(
        _("You have no account yet"),
        [
            _(
                "Somebody, probably you, asked for a new password for this e-mail address, but no"
                " account has it. Perhaps you signed up with another address."
            )
        ],
        (_("Request membership"), url),
        [_("If you did not ask for this, ignore this message: nothing changes.")],
    )


def already_member(url: str) -> Letter:
    return Letter(
        _("You have an account already"),
        [
            _(
                "Somebody, probably you, requested membership for this e-mail address, which has an"
                " account already. If you forgot your password, choose a new one."
            )
        ],
        (_("Choose a new password"), url),
        [_("If you did not ask for this, ignore this message: nothing changes.")],
    )


def request_received() -> Letter:
    return Letter(
        _("We have received your request for membership"),
        [
            _("An editor of the platform reads your request and answers by e-mail."),
            _("If you did not ask for this, ignore this message."),
        ],
    )


def request_approved(url: str) -> Letter:
    return Letter(
        _("Welcome to the platform"),
        [_("Your request for membership was approved. Choose a password, and sign in with it.")],
        (_("Choose a password"), url),
        [
            _(
                "The link works once, for three days. After that, “Forgotten your password?” on the"
                " page for signing in sends you a new one."
            )
        ],
    )


def membership_given(url: str) -> Letter:
    return Letter(
        _("Welcome to the platform"),
        [_("Your request for membership was approved. Your account is now a member's account.")],
        (_("Sign in"), url),
    )


def request_rejected(reason: str) -> Letter:
    return Letter(
        _("Your request for membership"),
        [
            _("We could not approve your request for membership. The editors write:"),
            reason,
            _("You are welcome to request membership again."),
        ],
    )


def account_changed(change: str, url: str) -> Letter:
    return Letter(
        _("Your account was changed"),
        [change],
        (_("Your account"), url),
        [_("If this was not you, choose a new password at once and write to the editors.")],
    )


def account_deleted() -> Letter:
    return Letter(
        _("Your account was deleted"),
        [_("Your account and your data were deleted, as you asked. This is our last message.")],
    )


#: What changed, for the notices that go out after changes of an account.
CHANGES = {
    "account/email/password_changed": lambda: _("Your password was changed."),
    "account/email/password_reset": lambda: _("Your password was changed."),
    "account/email/password_set": lambda: _("A password was set for your account."),
    "account/email/email_changed": lambda: _("The e-mail address of your account was changed."),
    "account/email/email_deleted": lambda: _("An e-mail address of your account was removed."),
    "mfa/email/totp_activated": lambda: _("Sign-in with an authenticator app was switched on."),
    "mfa/email/totp_deactivated": lambda: _("Sign-in with an authenticator app was switched off."),
    "mfa/email/recovery_codes_generated": lambda: _("New recovery codes were made."),
    "socialaccount/email/account_connected": lambda: _(
        "Sign-in through your organisation was connected with your account."
    ),
    "socialaccount/email/account_disconnected": lambda: _(
        "Sign-in through your organisation was disconnected from your account."
    ),
}
