"""What every request passes: the token, the limits, the form of errors, HEAD and OPTIONS."""

from __future__ import annotations

import gzip

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from wagtail.models import APIToken

from cpmg.users import tokens
from cpmg.users.models import User
from repository.factories import DocumentFactory, PublicationFileFactory

pytestmark = pytest.mark.django_db

GOOD_FORM = APIToken.generate_token()
BAD = [
    "Bearer wagtail_nonsense",
    f"Bearer {GOOD_FORM}",
    "Bearer",
    "Bearer ",
    "Basic bWFyeTpzZWNyZXQ=",
    "wagtail_nonsense",
    f"Bearer {GOOD_FORM} more",
    "Bearer \xfc",
    "",
    "Bearer " + "x" * 5000,
]


@pytest.mark.parametrize("header", BAD)
def test_a_bad_token_is_refused_wherever_it_goes(client, header):
    for address in (
        *("/events/", "/pages/", "/pages/1/", "/pages/find/?html_path=/en/", "/redirects/"),
        *("/documents/", "/openapi.json", "/docs/", "/search/?q=x", "/none/"),
    ):
        answer = client.get(f"/api/v3{address}", headers={"authorization": header})
        assert answer.status_code == 401, (address, header)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith('Bearer realm="CPMG API"')
        assert answer.json()["status"] == 401
        assert "no-store" in answer["Cache-Control"]
    answer = client.post("/api/v3/search/", headers={"authorization": header})
    assert answer.status_code == 401


def test_a_refusal_is_in_the_reader_s_language(client):
    french = client.get("/api/v3/events/?locale=fr", headers={"authorization": BAD[0]}).json()
    assert french["detail"] != client.get(
        "/api/v3/events/", headers={"authorization": BAD[0]}
    ).json().get("detail")


def test_a_token_does_what_its_scopes_allow(client, world):
    editor = User.objects.create_user("ed@example.org", "correct horse battery")
    editor.groups.add(Group.objects.get(name="Editors"))
    for scopes, status in (([], 403), (["submit", "discuss"], 403), (["edit"], 400)):
        key = tokens.create(editor, "Script", scopes, 7)
        headers = {"authorization": f"Bearer {key}"}
        assert client.get("/api/v3/documents/", headers=headers).status_code == 200
        answer = client.post("/api/v3/pages/", data={}, headers=headers, content_type="text/json")
        assert answer.status_code == status, scopes
        if status == 403:
            assert 'scope="edit"' in answer["WWW-Authenticate"]


# Limits -------------------------------------------------------------------------------


@pytest.fixture
def limits(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.API_RATES = {"anonymous": (3, 1000), "person": (5, 1000)}
    cache.clear()
    yield
    cache.clear()


def test_who_asks_too_often_waits(get, limits, token_of):
    answers = [get("/locales/") for _number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[0]["RateLimit-Policy"] == '"anonymous";q=3;w=1000'
    assert answers[0]["RateLimit"].startswith('"anonymous";r=2;t=')
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 1000
    assert refused["RateLimit"] == f'"anonymous";r=0;t={refused["Retry-After"]}'
    token = token_of()
    signed_in = [get("/locales/", token=token) for _number in range(6)]
    assert [answer.status_code for answer in signed_in] == [200] * 5 + [429]
    assert signed_in[0]["RateLimit"].startswith('"person";r=4')


def test_each_address_counts_for_itself_and_guessing_tokens_counts(client, limits):
    for number in range(4):
        answer = client.get(
            "/api/v3/locales/",
            headers={"authorization": f"Bearer guess{number}"},
            REMOTE_ADDR="192.0.2.1",
        )
    assert answer.status_code == 429
    assert client.get("/api/v3/locales/", REMOTE_ADDR="192.0.2.2").status_code == 200


# Forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("get", "/none/", 404), ("put", "/events/", 405), ("post", "/docs/x/", 404)],
)
def test_every_error_is_a_problem(client, method, address, status):
    answer = getattr(client, method)(f"/api/v3{address}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_head_is_get_without_the_body(client, world):
    for address in ("/events/", f"/publications/{world.report.pk}/", "/openapi.json"):
        whole, head = client.get(f"/api/v3{address}"), client.head(f"/api/v3{address}")
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Length", "ETag", "Cache-Control", "Content-Type", "Vary"):
            assert head.get(name) == whole.get(name), (address, name)


def test_options_says_what_an_address_takes(client):
    answer = client.options("/api/v3/search/")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_what_is_unchanged_is_not_sent_again(client, world, token_of):
    for headers in ({}, {"authorization": f"Bearer {token_of()}"}):
        for address in (
            "/events/",
            f"/pages/{world.report.pk}/",
            "/openapi.json",
            "/search/?q=report",
        ):
            first = client.get(f"/api/v3{address}", headers=headers)
            if first.status_code == 404:  # Wagtail's pages are for those who work on them
                continue
            again = client.get(
                f"/api/v3{address}", headers={**headers, "if-none-match": first["ETag"]}
            )
            assert (again.status_code, again.content) == (304, b""), address


def test_answers_are_compressed(client, world):
    answer = client.get("/api/v3/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert b"openapi" in gzip.decompress(answer.content)
    assert "Accept-Encoding" in answer["Vary"]


def test_front_ends_that_the_settings_name_may_read_from_a_browser(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://front.example.org"]
    for origin, allowed in (("https://front.example.org", True), ("https://other.org", False)):
        answer = client.get("/api/v3/locales/", headers={"origin": origin})
        assert ("Access-Control-Allow-Origin" in answer.headers) is allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers
        asked = client.options(
            "/api/v3/locales/",
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization, if-match",
            },
        )
        assert ("Access-Control-Allow-Origin" in asked.headers) is allowed
    assert (
        "access-control-allow-origin"
        not in client.get("/en/", headers={"origin": "https://front.example.org"}).headers
    )


def test_a_token_opens_the_files_that_its_owner_may_have(get, client, world, token_of):
    token = token_of(world.members)
    world.secret.files.add(PublicationFileFactory.build(document=DocumentFactory(title="Secret")))
    world.secret.save()
    address = get(f"/publications/{world.secret.pk}/", token=token).json()["files"][0]["url"]
    path = address.removeprefix("http://testserver")
    assert client.get(path).status_code == 404
    opened = client.get(path, headers={"authorization": f"Bearer {token}"})
    assert opened.status_code == 200
    assert "private" in opened["Cache-Control"]
    assert client.get(path, headers={"authorization": BAD[0]}).status_code == 401
