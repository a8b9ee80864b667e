"""The production settings fail closed: each is loaded in a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "SECRET_KEY": "x" * 60,
    "DATABASE_URL": "postgres://user:pass@database.invalid/cpmg",
    "CACHE_URL": "locmemcache://",
    "EMAIL_URL": "smtp+tls://user:pass@mail.invalid:587",
    "SITE_URL": "https://cpmg.invalid",
    "ALLOWED_HOSTS": "cpmg.invalid",
    "MEDIA_BUCKET": "cpmg",
}


def start(environment):
    return subprocess.run(
        [sys.executable, "-c", "import cpmg.settings.production"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(settings.SITE), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_production_starts_with_a_complete_environment():
    assert start(COMPLETE).returncode == 0


@pytest.mark.parametrize("name", COMPLETE)
def test_production_refuses_to_start_without(name):
    result = start({key: value for key, value in COMPLETE.items() if key != name})
    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("SITE_URL", "http://cpmg.invalid"), ("DATABASE_URL", "sqlite:///db.sqlite3")],
)
def test_production_refuses_unsafe_values(name, value):
    result = start(COMPLETE | {name: value})
    assert result.returncode != 0
    assert name in result.stderr


OIDC = {"OIDC_ISSUER": "https://id.invalid", "OIDC_CLIENT_ID": "cpmg", "OIDC_CLIENT_SECRET": "x"}


def test_production_starts_with_sign_in_through_an_organisation():
    assert start(COMPLETE | OIDC).returncode == 0


@pytest.mark.parametrize("name", OIDC)
def test_half_a_configuration_of_that_stops_the_start(name):
    result = start(COMPLETE | {key: value for key, value in OIDC.items() if key != name})
    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize("wish", ["false", "0"])
def test_nothing_opens_the_admin_of_production_to_passwords_alone(wish):
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "from cpmg.settings.production import MFA_REQUIRED, DEMO_PEOPLE_ALLOWED;"
            "print(MFA_REQUIRED, DEMO_PEOPLE_ALLOWED)",
        ],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(settings.SITE),
            "MFA_REQUIRED": wish,
            **COMPLETE,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.stdout.split() == ["True", "False"]
