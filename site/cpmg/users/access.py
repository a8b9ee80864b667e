"""What people may, where it depends on the person alone."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from .models import User


def may_enter_admin(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.has_perm("wagtailadmin.access_admin")


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """Whether the admin must stay closed until ``user`` has set up an authenticator app."""
    return bool(settings.MFA_REQUIRED) and may_enter_admin(user)


def is_last_administrator(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()


def vouch_for_address(user: User) -> None:
    """Counts the person's e-mail address as verified, on somebody's word or proof."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
