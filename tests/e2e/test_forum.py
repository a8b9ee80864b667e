"""A discussion on the running product: begun in Spanish, answered in Dutch on a phone without
JavaScript, reported, and settled at the moderation desk."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from .test_accounts import check, sign_in

TITLE = "Registro de personas retornadas"


def test_a_discussion_from_its_first_post_to_a_removal(
    site: str,
    people: dict[str, tuple[str, str]],
    new_context: Any,
    phone_without_javascript: Page,
) -> None:
    member = new_context(viewport={"width": 1280, "height": 900}).new_page()
    phone = phone_without_javascript
    focal = new_context(viewport={"width": 1280, "height": 900}).new_page()
    stranger = new_context().new_page()
    for page, role in (
        (member, "network-member"),
        (phone, "moderator"),
        (focal, "focal-point"),
        (stranger, "member"),
    ):
        sign_in(page, site, *people[role])
        page.wait_for_url(lambda address: "/login/" not in address)

    # The member begins a topic; what is typed is kept, and previewed before it is posted.
    member.goto(f"{site}/es/foro/")
    check(member)
    member.locator("main ul.topics a").last.click()
    member.wait_for_url(re.compile("/es/foro/.+"))
    forum = member.url
    check(member)
    member.locator("main a.button").first.click()
    member.locator("input[name=title]").fill(TITLE)
    member.locator("textarea[name=text]").fill("¿Cómo **cuentan** ustedes los retornos?")
    expect(member.locator(".saved")).to_have_text("El borrador está guardado.", timeout=20_000)
    member.locator("button[value=preview]").click()
    expect(member.locator(".preview strong")).to_have_text("cuentan")
    check(member)
    member.locator("button[value=post]").click()
    expect(member.locator("article.post")).to_have_count(1)
    check(member)
    topic = member.url.split("#")[0]

    # Answered in Dutch on a phone, with a quotation.
    phone.goto(topic.replace("/es/foro/tema/", "/nl/forum/onderwerp/"))
    expect(phone.locator("h1 span")).to_have_attribute("lang", "es")
    phone.locator(".tools a").first.click()
    text = phone.locator("textarea[name=text]")
    expect(text).to_have_value(re.compile(re.escape("> ¿Cómo **cuentan**")))
    text.fill(text.input_value() + "Bij ons per kwartaal.")
    phone.locator("button[value=post]").click()
    expect(phone.locator("article.post")).to_have_count(2)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320

    # Nobody else reads it, whatever the address.
    for address in (topic, forum):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404

    # It is reported, and removed at the desk; a trace stays.
    member.goto(topic)
    expect(member.locator("article.post .said").last).to_have_attribute("lang", "nl")
    member.locator("article.post").last.locator(".tools a").last.click()
    member.locator("input[value=off-topic]").check()
    member.locator("main form button[type=submit]").click()
    focal.goto(f"{site}/admin/forum/")
    case = focal.locator("article.desk-case").first
    case.locator("input[name=reason]").fill("Not about the topic")
    case.get_by_role("button", name="Remove the post").click()
    member.goto(topic)
    expect(member.locator(".post.removed")).to_contain_text("Not about the topic")
    expect(member.locator("main")).not_to_contain_text("kwartaal")
