"""People with their roles, and the mail that they get."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from cpmg.users.access import vouch_for_address
from cpmg.users.models import MEMBERS, User

PASSWORD = "correct horse battery"
LINK = re.compile(r"https?://[^/\s]+(/\S+)")


def make(email: str, *groups: str, **fields: Any) -> User:
    person = User.objects.create_user(email, PASSWORD, **fields)
    person.groups.set(Group.objects.filter(name__in=groups))
    vouch_for_address(person)
    return person


@pytest.fixture
def member(db: None) -> User:
    return make("maya@example.org", MEMBERS, first_name="Maya", last_name="Charles")


@pytest.fixture
def moderator(db: None) -> User:
    return make("mo@example.org", MEMBERS, "Moderators", first_name="Monique")


@pytest.fixture
def limits(settings: Any) -> None:
    """Counts attempts, which tests otherwise don't."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/en/account/login/", {"login": email, "password": password, **more})


def link_in(message: Any) -> str:
    """The first address in a letter that leads further than the home page."""
    found = LINK.search(message.body)
    assert found, message.body
    return found[1]


def set_up_second_factor(person: User) -> str:
    """Gives the person an authenticator app; returns its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    return secret


def code_of(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
