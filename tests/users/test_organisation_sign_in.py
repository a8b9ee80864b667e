"""Sign-in through an organisation, with a stub of its OpenID Connect service: the discovery
document, token and user info that a real one answers with, and no page for signing in."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa

from cpmg.users.models import MEMBERS, User

from .conftest import make, set_up_second_factor

pytestmark = pytest.mark.django_db

LOGIN = "/account/oidc/organisation/login/"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class StubService(HTTPServer):
    """Says about everybody what ``person`` holds."""

    person: dict[str, Any]
    asked: dict[str, list[str]]

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: StubService

    def do_GET(self) -> None:
        issuer = self.server.issuer
        self._answer(
            {
                "/.well-known/openid-configuration": {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "userinfo_endpoint": f"{issuer}/userinfo",
                    "jwks_uri": f"{issuer}/keys",
                },
                "/userinfo": self.server.person,
            }.get(self.path)
        )

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked = parse_qs(self.rfile.read(length).decode())
        claims = {
            "iss": self.server.issuer,
            "aud": "cpmg",
            "iat": time.time(),
            "exp": time.time() + 60,
            **self.server.person,
        }
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self._answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _answer(self, content: Any) -> None:
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service(settings) -> Iterator[StubService]:
    with StubService(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "organisation",
                        "name": "IOM",
                        "client_id": "cpmg",
                        "secret": "secret",
                        "settings": {"server_url": server.issuer},
                    }
                ],
            }
        }
        server.person = {"sub": "42", "email": "maya@example.org", "email_verified": True}
        yield server
        server.shutdown()
        thread.join()


def come_back(client, **changed):
    """Follows the way to the service and back, as a browser would."""
    there = client.post(LOGIN)
    asked = parse_qs(urlsplit(there["Location"]).query)
    answer = {"code": "once", "state": asked["state"][0]} | changed
    return client.get(f"{LOGIN}callback/", answer, follow=True)


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_without_configuration_there_is_no_such_way(client):
    assert client.post(LOGIN).status_code == 404
    assert "Sign in with" not in client.get("/en/account/login/").content.decode()


def test_the_page_for_signing_in_offers_the_organisation(client, service):
    page = client.get("/en/account/login/").content.decode()
    assert "Sign in with IOM" in page
    assert f'action="{LOGIN}' in page


def test_a_member_signs_in_and_is_known_again(client, service, member):
    come_back(client)
    assert signed_in_as(client) == str(member.pk)
    assert service.asked["code_verifier"]
    client.logout()
    service.person["email"] = "changed-there@example.org"
    come_back(client)
    assert signed_in_as(client) == str(member.pk)


def test_nobody_gets_an_account_that_way(client, service):
    response = come_back(client)
    assert "Request membership" in response.content.decode()
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("verified", [False, None])
def test_an_address_that_the_service_did_not_verify_opens_nothing(
    client, service, member, verified
):
    service.person["email_verified"] = verified
    come_back(client)
    assert signed_in_as(client) is None


def test_a_disabled_member_stays_out(client, service, member):
    User.objects.update(is_active=False)
    come_back(client)
    assert signed_in_as(client) is None


def test_the_second_factor_is_asked_for_here_too(client, service, member):
    set_up_second_factor(member)
    response = come_back(client)
    assert response.redirect_chain[-1][0].endswith("/2fa/login/")
    assert signed_in_as(client) is None


def test_an_answer_that_nobody_asked_for_is_refused(client, service, member):
    response = come_back(client, state="forged")
    assert "did not work" in response.content.decode()
    assert signed_in_as(client) is None


def test_a_service_that_fails_is_told_in_plain_words(client, service, member):
    response = come_back(client, code="", error="server_error")
    assert "did not work" in response.content.decode()
    response = come_back(client, code="", error="access_denied")
    assert "You did not sign in" in response.content.decode()


def test_a_link_elsewhere_does_not_start_it(client, service):
    """A page of somebody else can't sign a reader in: it takes a form of ours."""
    assert client.get(LOGIN).status_code == 200


def test_who_has_no_password_may_set_one(client, service):
    person = make("maya@example.org", MEMBERS)
    person.set_unusable_password()
    person.save()
    come_back(client)
    assert "Set a password" in client.get("/en/account/").content.decode()
    chosen = {"password1": "a fine new one", "password2": "a fine new one"}
    client.post("/en/account/password/set/", chosen)
    person.refresh_from_db()
    assert person.check_password("a fine new one")
