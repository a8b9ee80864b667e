"""From a member's draft to a network's library on the running product: the member in Spanish, the
moderator in French, the focal point in Dutch, each led by the mails they get."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .mailbox import Mailbox
from .test_accounts import check, sign_in

REFERENCE = """TY  - RPRT
TI  - Gestión de fronteras en el Caribe oriental
AU  - Núñez, Ana
AU  - Joseph, Kervens
PY  - 2024
PB  - Observatorio del Caribe
LA  - es
DO  - 10.1234/fronteras.2024
ER  -
"""
TITLE = "Gestión de fronteras en el Caribe oriental"
#: Who uses which language.
LANGUAGES = {"network-member": "es", "moderator": "fr", "focal-point": "nl"}
ADDRESS = re.compile(r"http://\S+")


@pytest.fixture
def desks(new_context: Any, site: str, people: dict[str, tuple[str, str]]) -> dict[str, Page]:
    """A browser for each, signed in, with mails in the person's language."""
    pages = {}
    for role, language in LANGUAGES.items():
        page = new_context(locale=language, viewport={"width": 1280, "height": 900}).new_page()
        sign_in(page, site, *people[role])
        page.wait_for_url(lambda address: "/login/" not in address)
        page.goto(f"{site}/en/account/")
        page.locator("select[name=language]").select_option(language)
        form = page.locator("form", has=page.locator("select[name=language]"))
        with page.expect_navigation():
            form.locator("button[type=submit]").first.click()
        pages[role] = page
    return pages


def test_from_a_draft_to_the_library_of_a_network(
    site: str,
    desks: dict[str, Page],
    people: dict[str, tuple[str, str]],
    mailbox: Mailbox,
    new_context: Any,
) -> None:
    member, moderator, focal = (desks[role] for role in LANGUAGES)
    addresses = {role: people[role][0] for role in LANGUAGES}

    # The member fills in the form from a reference, with a file, in Spanish.
    member.goto(f"{site}/es/cuenta/envios/nuevo/")
    member.get_by_role("button", name="Empezar").click()
    member.set_input_files(
        "input[type=file]",
        {
            "name": "fronteras.txt",
            "mimeType": "text/plain",
            "buffer": "La gestión de las fronteras zunzuneo en el Caribe.".encode(),
        },
    )
    expect(member.get_by_text("Cargado.", exact=True)).to_be_visible(timeout=20_000)
    member.locator("textarea[name=reference]").fill(REFERENCE)
    member.get_by_role("button", name="Rellenar", exact=True).click()
    go_on = member.get_by_role("button", name="Guardar y continuar", exact=True)
    go_on.click()
    expect(member.locator("input[name=title]")).to_have_value(TITLE)
    check(member)
    go_on.click()
    go_on.click()
    member.locator("input[name=shelf][value^='network:']").check()
    member.locator("select[name=licence]").select_option("CC-BY-4.0")
    go_on.click()
    expect(member.get_by_role("heading", name=TITLE).first).to_be_visible()
    check(member)
    member.get_by_role("button", name="Enviar a revisión").click()
    expect(member.locator("main")).to_contain_text("En revisión")
    own = member.url
    check(member)
    received = mailbox.wait_for(addresses["network-member"], TITLE)
    assert "Hemos recibido" in received["subject"]

    # The moderator is told in French, and asks for changes.
    told = mailbox.wait_for(addresses["moderator"], TITLE)
    assert "attend votre décision" in told["subject"]
    desk = next(link for link in ADDRESS.findall(told.text) if "/desk/" in link)
    decide(moderator, desk, "changes", "Merci d’ajouter le mois.")
    asked = mailbox.wait_for(addresses["network-member"], "cambios")
    assert "Merci d’ajouter le mois." in asked.text

    # The member changes it and submits it again.
    member.goto(own)
    expect(member.locator("main")).to_contain_text("Merci d’ajouter le mois.")
    member.goto(own + "publicacion/")
    member.locator("select[name=month]").select_option("6")
    go_on.click()
    member.goto(own + "revisar/")
    member.get_by_role("button", name="Enviar a revisión").click()
    mailbox.wait_for(addresses["moderator"], TITLE)

    # The moderator approves, then the focal point, who was not asked before.
    decide(moderator, desk, "approve")
    told = mailbox.wait_for(addresses["focal-point"], TITLE)
    assert "wacht op uw beslissing" in told["subject"]
    decide(focal, next(link for link in ADDRESS.findall(told.text) if "/desk/" in link), "approve")
    published = mailbox.wait_for(addresses["network-member"], "Se ha publicado")
    assert TITLE in published["subject"]

    # It is there for the network, and for nobody else.
    member.goto(own)
    member.locator("main a.button").first.click()
    expect(member.get_by_role("heading", level=1)).to_have_text(TITLE)
    record = member.url
    member.goto(f"{site}/es/buscar/?q=fronteras+Caribe+oriental")
    expect(member.locator("main")).to_contain_text(TITLE)
    stranger = new_context(locale="en").new_page()
    stranger.goto(record)
    assert "/account/login" in stranger.url or "/cuenta/" in stranger.url
    stranger.goto(f"{site}/en/search/?q=fronteras+Caribe+oriental")
    assert TITLE not in stranger.content()


def decide(page: Page, desk: str, what: str, comment: str = "") -> None:
    page.goto(desk)
    expect(page.locator("body")).to_contain_text(TITLE)
    if comment:
        page.locator("textarea[name=comment]").fill(comment)
    page.locator(f"button[name=decision][value={what}]").click()
    page.wait_for_load_state()
