"""Membership of a network on the running product: request, approval, first post, an answer in
another language, the letter about it, a report, removal; and the next request is refused."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from .mailbox import Mailbox
from .test_accounts import check, sign_in

NETWORK = "border-management"


def test_membership_from_the_request_to_the_removal(
    site: str,
    people: dict[str, tuple[str, str]],
    new_context: Any,
    phone_without_javascript: Page,
    mailbox: Mailbox,
) -> None:
    member = new_context(viewport={"width": 1280, "height": 900}).new_page()
    focal = new_context(viewport={"width": 1280, "height": 900}).new_page()
    other = phone_without_javascript
    for page, role in ((member, "member"), (focal, "focal-point"), (other, "network-member")):
        sign_in(page, site, *people[role])
        page.wait_for_url(lambda address: "/login/" not in address)
    address = people["member"][0]

    # The request, in Spanish, from the public page of the network.
    member.goto(f"{site}/en/account/")
    member.locator("select[name=language]").select_option("es")
    member.locator("main form.form button[type=submit]").first.click()
    member.goto(f"{site}/es/redes/?network={NETWORK}&network=diaspora")
    check(member)
    member.goto(f"{site}/es/cuenta/redes/{NETWORK}/")
    check(member)
    member.locator("textarea[name=reason]").fill("Trabajo en el control fronterizo.")
    member.locator("input[name=is_listed]").check()
    member.locator("main form button[type=submit]").click()
    expect(member.locator(".notice").first).to_contain_text("solicitud")
    workspace = f"{site}/es/espacio-de-trabajo/{NETWORK}/"
    refused = member.goto(workspace)
    assert refused is not None
    assert refused.status == 403

    # The focal point approves in the admin.
    focal.goto(f"{site}/en/workspace/{NETWORK}/")
    focal.get_by_role("link", name="1 request to join").click()
    focal.get_by_role("link", name="Maya Demo").click()
    focal.locator("button[value=approve]").click()
    letter = mailbox.wait_for(address, "Le damos la bienvenida a la red")
    assert "/es/espacio-de-trabajo/" in letter.text

    # The first post, and an answer in French.
    opened = member.goto(workspace)
    assert opened is not None
    assert opened.status == 200
    check(member)
    member.goto(f"{site}/es/foro/{NETWORK}/")
    member.locator("main a.button").first.click()
    member.locator("input[name=title]").fill("Puestos de control")
    member.locator("textarea[name=text]").fill("¿Cuántos puestos tienen ustedes?")
    member.locator("button[value=post]").click()
    expect(member.locator("article.post")).to_have_count(1)
    topic = member.url.split("?")[0].split("#")[0]
    in_french = topic.replace("/es/foro/tema/", "/fr/forum/sujet/")
    other.goto(in_french)
    other.locator("textarea[name=text]").fill("Nous en avons douze.")
    other.locator("button[value=post]").click()
    expect(other.locator("article.post").last).to_contain_text("douze")

    # The letter about what the member follows, and the notice on the site.
    digest = mailbox.wait_for(address, "mensaje nuevo en el foro")
    assert "Nous en avons douze." in digest.text
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    member.goto(f"{site}/es/cuenta/avisos/")
    check(member)
    member.locator("main ul.publications a").first.click()
    expect(member.locator("article.post .said").last).to_have_attribute("lang", "fr")

    # A report, and the removal.
    other.goto(in_french)
    other.locator("article.post").first.locator(".tools a").last.click()
    other.locator("input[value=off-topic]").check()
    other.locator("main form button[type=submit]").click()
    focal.goto(f"{site}/admin/network-members/?network={NETWORK}&state=active")
    focal.get_by_role("link", name="Maya Demo").first.click()
    focal.locator("textarea[name=answer]").fill("Contra las reglas")
    focal.locator("button[value=remove]").click()
    for page_address, status in ((workspace, 403), (topic, 404)):
        answer = member.goto(page_address)
        assert answer is not None
        assert answer.status == status
    letter = mailbox.wait_for(address, "ha terminado")
    assert "Contra las reglas" in letter.text
