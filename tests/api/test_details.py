"""Single objects, and above all: what a reader may not see does not exist."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"


def settled(answer: Any) -> str:
    """``answer`` without what differs from one database to the next."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    text = re.sub(r'"id": \d+', '"id": 0', text)
    text = re.sub(r"/records/[0-9a-f-]{36}", "/records/key", text)
    text = re.sub(r'"uid": "[0-9a-f-]{36}"', '"uid": "key"', text)
    text = re.sub(r'"changed_at": "[^"]+Z"', '"changed_at": "then"', text)
    return re.sub(r"/documents/\d+/[^\"]*", "/documents/0/file.pdf", text) + "\n"


def test_details_are_as_agreed(get, world):
    """The files in ``golden``. ``UPDATE_GOLDEN=1`` writes them anew: read the difference."""
    addresses = {
        "country": "/countries/JM/",
        "network": "/networks/data/",
        "event": f"/events/{world.event.pk}/",
        "publication": f"/publications/{world.report.pk}/",
        "assessment": f"/assessments/{world.assessment.pk}/",
    }
    for kind, address in addresses.items():
        response = get(f"{address}?locale=en")
        assert response.status_code == 200, response.content
        answer = settled(response.json())
        path = GOLDEN / f"{kind}.json"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(answer)
        assert answer == path.read_text(), kind


def test_any_version_of_a_record_leads_to_the_language_asked_for(get, world):
    for page in (world.event, world.taller):
        assert get(f"/events/{page.pk}/?locale=en").json()["id"] == world.event.pk
        assert get(f"/events/{page.pk}/?locale=es").json()["id"] == world.taller.pk
        assert get(f"/events/{page.pk}/?locale=fr").json()["id"] == world.event.pk


def test_a_country_s_code_may_be_written_small(get, world):
    assert get("/countries/jm/").json()["code"] == "JM"


def test_a_missing_value_is_null_and_never_zero(get, world):
    headings = get("/countries/JM/").json()["headings"]
    assert [heading["heading"]["code"] for heading in headings] == [
        "socioeconomics",
        "government",
        "migration_background",
        "transnational_issues",
    ]
    values = {fact["indicator"]["code"]: fact["value"] for fact in headings[0]["facts"]}
    assert values == {"migrant-stock": 23629.5, "unknown-so-far": None}


def test_a_link_in_a_text_leads_to_the_page(get, world):
    world.event.body = f'<p><a linktype="page" id="{world.country.pk}">Jamaica</a></p>'
    world.event.save()
    body = get(f"/events/{world.event.pk}/").json()["body"]
    assert body == '<p><a href="http://testserver/en/countries/jamaica/">Jamaica</a></p>'


def test_what_is_hidden_is_answered_like_what_is_missing(get, world):
    missing = get("/publications/999999/")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"
    for name in (
        world.draft.pk,
        world.secret.pk,
        world.event.pk,
        "abc",
        "0",
        "-1",
        "9" * 30,
        "1%00",
        "%D9%A3",
    ):
        response = get(f"/publications/{name}/")
        assert response.status_code == 404
        assert response.content == missing.content
        for header in ("Content-Type", "Cache-Control", "Vary", "Content-Language"):
            assert response.headers[header] == missing.headers[header]


def test_what_is_missing_is_a_problem_in_the_language_asked_for(get, db):
    for address in (
        "/countries/XX/",
        "/countries/J%00/",
        "/countries/%20/",
        "/networks/none/",
        "/networks/n%00/",
        "/events/999999/",
        "/assessments/999999/",
        "/vocabularies/none/",
        "/nothing/here/",
    ):
        response = get(f"{address}?locale=es")
        assert response.status_code == 404, address
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == 404


def test_drafts_and_restricted_pages_are_in_no_list(get, world):
    for address in ("/publications/", "/publications/?order=title&limit=100", "/search/?q=report"):
        text = get(address).content.decode()
        assert "Secret" not in text
        assert "Unfinished" not in text


def test_no_answer_names_what_only_hidden_pages_have(get, world):
    assert "draft-only" not in get("/publications/?tag=nope").content.decode()


def test_a_member_reads_with_a_token_what_the_group_may_read(get, world, token_of):
    member, stranger = token_of(world.members), token_of()
    address = f"/publications/{world.secret.pk}/"
    assert get(address, token=member).json()["title"] == "Secret report"
    assert "Secret report" in get("/publications/", token=member).content.decode()
    assert get(address, token=stranger).status_code == 404
    assert get(f"/publications/{world.draft.pk}/", token=member).status_code == 404


def test_a_session_cookie_opens_nothing(get, world, client, token_of):
    from cpmg.users.models import User

    token_of(world.members)
    client.force_login(User.objects.latest("pk"))
    assert get(f"/publications/{world.secret.pk}/").status_code == 404
    assert get("/publications/").headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("address", ["/publications/", "/countries/JM/", "/locales/"])
def test_a_bad_token_is_refused(get, db, address):
    response = get(address, token="wagtail_nonsense")
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_only_public_answers_may_be_kept_by_others(get, world, token_of):
    response = get("/events/")
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert {"Accept-Language", "Authorization"} <= set(response.headers["Vary"].split(", "))
    private = get("/events/", token=token_of())
    assert private.headers["Cache-Control"] == "private, no-cache"
    assert private.headers["ETag"]
    assert get("/events/?limit=0").headers["Cache-Control"] == "no-store"


def test_files_are_given_with_the_page_that_they_belong_to(get, world, client):
    file = get(f"/publications/{world.report.pk}/").json()["files"][0]
    assert file["size"] == 8
    assert file["media_type"] == "application/pdf"
    assert b"".join(client.get(file["url"]).streaming_content) == b"%PDF-1.4"
