"""What people may, where it depends on the person alone."""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import QuerySet

from .models import User

#: Names of groups that a person is in and that no longer count, as the apps above tell them.
_lapsed: list[Callable[[User], list[QuerySet]]] = []


def lapse(groups: Callable[[User], list[QuerySet]]) -> None:
    """Takes a function that gives querysets of the names of a person's groups that have lapsed:
    they let nobody in any more, from the moment on, without anything being written."""
    _lapsed.append(groups)


def groups_of(user: User | AnonymousUser) -> QuerySet[Group]:
    """The groups of ``user`` that count now; one query."""
    if not user.is_authenticated or not user.is_active:
        return Group.objects.none()
    found = user.groups.all()
    for groups in _lapsed:
        for names in groups(user):
            found = found.exclude(name__in=names)
    return found


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
