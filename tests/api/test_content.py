"""Everything that a front end needs around the typed resources."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from cpmg.users.models import MembershipRequest
from pages import factories as make
from pages.blocks import BodyBlock
from repository.factories import DocumentFactory


@pytest.fixture
def image(db):
    return get_image_model().objects.create(
        title="A harbour",
        file=get_test_image_file(size=(1200, 800)),
        focal_point_x=600,
        focal_point_y=300,
        focal_point_width=100,
        focal_point_height=80,
    )


@pytest.fixture
def page(world, image):
    return make.ContentPageFactory(
        title="About",
        slug="about",
        body=[
            ("heading", "What we do"),
            ("paragraph", f'<p><a linktype="page" id="{world.event.pk}">Workshop</a></p>'),
            ("quote", {"text": "Together.", "attribution": ""}),
            ("figure", {"image": image, "alternative": "A ship", "caption": "Port Royal"}),
            (
                "links",
                [
                    {"text": "Report", "page": world.report, "url": ""},
                    {"text": "Secret", "page": world.secret, "url": ""},
                    {"text": "IOM", "page": None, "url": "https://www.iom.int/"},
                ],
            ),
            ("document", {"document": DocumentFactory(title="Form"), "text": "The form"}),
        ],
    )


def test_a_page_comes_with_its_body_and_all_around_it(get, page, world, image):
    answer = get(f"/content/{page.pk}/?locale=en").json()
    assert answer["type"] == "pages.ContentPage"
    assert answer["resource"] is None
    assert answer["path"] == "/en/about/"
    assert [crumb["url"] for crumb in answer["breadcrumbs"]] == ["http://testserver/en/"]
    body = {block["type"]: block["value"] for block in answer["body"]}
    assert set(body) == set(BodyBlock().child_blocks)
    assert body["heading"] == "What we do"
    assert body["paragraph"] == (
        '<p><a href="http://testserver/en/events/workshop-on-return/">Workshop</a></p>'
    )
    assert [link["text"] for link in body["links"]] == ["Report", "IOM"]
    assert body["links"][0]["page"] == world.report.pk
    assert body["document"]["media_type"] == "application/pdf"
    figure = body["figure"]
    assert figure["caption"] == "Port Royal"
    assert figure["image"]["alt"] == "A ship"
    assert figure["image"]["focal_point"] == {"x": 600, "y": 300, "width": 100, "height": 80}
    sizes = {(one["format"], one["width"], one["height"]) for one in figure["image"]["renditions"]}
    assert sizes == {
        (kind, width, height)
        for kind in ("avif", "webp", "jpeg")
        for width, height in ((480, 320), (960, 640))
    }
    assert figure["image"]["renditions"][0]["url"].startswith("http://testserver/media/images/")


def test_rich_text_and_the_way_to_the_resource(get, world):
    answer = get(f"/content/{world.event.pk}/?locale=en").json()
    assert answer["html"] == {"body": "<p>Two days.</p>", "recommendations": ""}
    assert answer["resource"] == f"http://testserver/api/v3/events/{world.event.pk}/"
    assert get(answer["resource"].removeprefix("http://testserver/api/v3")).status_code == 200
    assert [crumb["title"] for crumb in answer["breadcrumbs"]][1:] == ["Events"] or len(
        answer["breadcrumbs"]
    ) == 2
    assert answer["related"][0]["title"] == "Webinar"
    assert answer["translations"][0]["locale"] == "es"


def test_a_page_is_found_by_its_path_and_comes_in_its_language(get, world):
    for path, name, language in (
        ("/en/events/workshop-on-return/", "event", "en"),
        ("/es/eventos/taller-sobre-el-retorno/", "taller", "es"),
        ("es/eventos/taller-sobre-el-retorno", "taller", "es"),
        ("/nl/evenementen/workshop-on-return/?x=1", "event", "nl"),
        ("/nl/publicaties/rapport-over-suriname/", "rapport", "nl"),
    ):
        answer = get(f"/content/find/?path={path}")
        assert answer.status_code == 200, path
        assert answer.headers["Content-Language"] == language
        assert answer.json()["id"] == getattr(world, name).pk


def test_what_is_hidden_is_not_there(get, world):
    for path in (
        *("/en/library/secret/", "/en/repository/unfinished/", "/en/no/"),
        *("/", "", "/xx/", "%ff"),
    ):
        assert get(f"/content/find/?path={path}").status_code == 404, path
    for hidden in (world.secret, world.draft):
        assert get(f"/content/{hidden.pk}/").status_code == 404
        assert hidden.title not in get("/content/?limit=100").content.decode()


def test_a_member_reads_what_members_read(get, world, token_of):
    token = token_of(world.members)
    assert get(f"/content/{world.secret.pk}/", token=token).json()["title"] == "Secret report"
    found = get("/content/find/?path=/en/library/secret/", token=token)
    assert found.headers["Cache-Control"].startswith("private")


def test_pages_are_listed_by_type_and_by_the_page_above(get, world):
    listed = get("/content/?type=pages.EventPage&locale=en").json()
    assert [item["title"] for item in listed["items"]] == ["Workshop on return", "Webinar"]
    below = get(f"/content/?parent={world.event.get_parent().pk}&locale=es").json()
    assert [item["title"] for item in below["items"]] == ["Taller sobre el retorno", "Webinar"]
    assert get("/content/?parent=999999").status_code == 404
    assert get("/content/?type=pages.Nothing").status_code == 400


# Chosen fields, cursors ---------------------------------------------------------------


def test_fields_are_chosen_by_name(get, world):
    answer = get("/events/?fields=id,title&locale=en&limit=1")
    assert answer.json()["items"][0].keys() == {"id", "title"}
    assert "count" in answer.json()
    assert answer.headers["Content-Type"] == "application/vnd.cpmg.partial+json"
    one = get(f"/publications/{world.report.pk}/?fields=title,files").json()
    assert one.keys() == {"title", "files"}
    assert get("/search/?q=report&fields=id").json()["items"][0].keys() == {"id"}
    refused = get("/events/?fields=id,colour")
    assert refused.status_code == 400
    assert "colour is not known here. Valid: id, title" in refused.json()["detail"]


def test_a_cursor_goes_on_where_the_page_before_ended(get, world):
    for number in range(6):
        make.EventPageFactory(title=f"Event {number}", slug=f"event-{number}")
    address = "/events/?limit=3&locale=en&order=soonest"
    everything = [
        item["id"] for item in get("/events/?limit=100&locale=en&order=soonest").json()["items"]
    ]
    seen, cursor = [], ""
    while True:
        page = get(f"{address}&cursor={cursor}" if cursor else address).json()
        seen += [item["id"] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
        # Somebody adds an event before all others: none comes twice, and none is left out.
        make.EventPageFactory(title="Early", slug=f"early-{len(seen)}", start_date="1999-01-01")
    assert seen == everything


def test_a_cursor_that_is_none_is_refused(get, world):
    for cursor in ("x", "WzEsMl0:1a:x", "%00", "", "9" * 3000, "WzEsIDIsICJ4Il0:1tXx:abc"):
        assert get(f"/events/?cursor={cursor}").status_code == 400, cursor
    first = get("/publications/?limit=1&locale=en").json()["next_cursor"]
    assert get(f"/events/?cursor={first}&locale=en").status_code == 400
    assert get(f"/publications/?limit=1&cursor={first}&locale=en").status_code == 200


def test_what_did_not_change_since_is_not_sent_again(get, world):
    world.event.save_revision().publish()
    first = get(f"/content/{world.event.pk}/?locale=en")
    assert first.headers["Last-Modified"]
    headers = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert get(f"/content/{world.event.pk}/?locale=en", **headers).status_code == 304


# Site, navigation, forms --------------------------------------------------------------


def test_the_site_says_what_it_is_and_what_it_takes(get, world):
    answer = get("/site/?locale=fr").json()
    assert [language["code"] for language in answer["languages"]] == ["en", "es", "fr", "nl"]
    assert answer["limits"]["items"] == 100
    assert answer["url"] == "http://testserver/fr/"


def test_the_navigation_holds_what_the_reader_may_enter(get, world, token_of):
    for section in (world.event.get_parent(), world.secret.get_parent()):
        section.show_in_menus = True
        section.save()
    menu = [item["title"] for item in get("/navigation/?locale=en").json()["menu"]]
    assert "Repository" in menu
    assert "Library" not in menu
    inside = get("/navigation/?locale=en", token=token_of(world.members)).json()["menu"]
    assert "Library" in [item["title"] for item in inside]
    spanish = get("/navigation/?locale=es").json()
    assert spanish["home"]["url"] == "http://testserver/es/"


ASKED = {
    "first_name": "Maya",
    "last_name": "Charles",
    "email": "maya@example.org",
    "organisation": "Ministry",
    "country": "JM",
    "reason": "We work on labour migration.",
    "language": "fr",
}


def send(client, data):
    text = data if isinstance(data, str) else json.dumps(data)
    return client.post("/api/v3/membership-requests/", text, content_type="application/json")


def test_a_form_is_described_and_can_be_sent(get, client, world):
    form = get("/forms/membership/?locale=es").json()
    fields = {field["name"]: field for field in form["steps"][0]["fields"]}
    assert "website" not in fields
    assert fields["email"]["kind"] == "email"
    assert {"code": "JM", "name": "Jamaica"} in fields["country"]["choices"]
    assert fields["reason"]["max_length"] == 2000
    assert send(client, ASKED).status_code == 202
    assert send(client, ASKED).status_code == 202
    assert MembershipRequest.objects.get().language == "fr"
    assert get("/forms/none/").status_code == 404


def test_what_is_wrong_with_a_form_is_said(client, db):
    for sent, named in (
        ("", "first_name"),
        ("[]", "body"),
        ("{", "body"),
        ('{"email": "\\ud800"}', "body"),
        ('{"email": "\\u0000"}', "body"),
        ({**ASKED, "country": "XX"}, "country"),
        ({**ASKED, "email": 5}, "email"),
        ({**ASKED, "colour": "blue"}, "colour"),
        ({**ASKED, "reason": "x" * 3000}, "reason"),
    ):
        answer = send(client, sent)
        assert answer.status_code == 400, sent
        assert ["body", named] in [error["loc"] for error in answer.json()["errors"]], sent
    assert not MembershipRequest.objects.exists()


def test_one_reader_sends_few_requests_for_membership(client, world, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    answers = [send(client, ASKED).status_code for _number in range(11)]
    assert answers == [202] * 10 + [429]
    cache.clear()


def test_the_queries_of_a_page_and_of_the_list_do_not_grow(get, page, count_queries, world):
    few = count_queries("/content/?limit=100&type=pages.EventPage")
    for number in range(30):
        make.EventPageFactory(title=f"Event {number}", slug=f"event-{number}")
    assert count_queries("/content/?limit=100&type=pages.EventPage") == few <= 16
    assert count_queries(f"/content/{page.pk}/") <= 40
    assert count_queries("/navigation/") <= 6
