"""PO and XLIFF: out, through a translator's tool, and back."""

from __future__ import annotations

import io

import polib
import pytest
from wagtail.models import Page

from pages import factories as make
from pages.translating import exchange, work
from pages.translating.work import RefusedError

from .conftest import browser, filled, fresh, locale, publish


def translation(page, language="es"):
    return work.translation_of(page, locale(language)).specific


def translated(page, kind, texts):
    """The file of ``page`` as it comes back from a tool, with ``texts`` by key."""
    data = exchange.export([page], locale("es"), kind)
    if kind == "po":
        file = polib.pofile(data.decode())
        for entry in file:
            entry.msgstr = texts.get(entry.msgctxt.partition(":")[2], "")
            entry.flags = []
        return str(file).encode()
    from xml.etree import ElementTree

    root = ElementTree.fromstring(data)
    for unit in root.findall(".//{*}trans-unit"):
        target = unit.find("{*}target")
        if unit.get("id") in texts:
            target.text, target.attrib["state"] = texts[unit.get("id")], "translated"
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize("kind", ["po", "xliff"])
def test_a_page_goes_out_and_comes_back(page, translator, kind):
    data = translated(page, kind, filled(page))
    outcome = exchange.bring_in(exchange.read(data, locale("es")), locale("es"), translator)
    assert (outcome.passages, outcome.pages, outcome.stale) == (5, 1, [])
    draft = translation(page).get_latest_revision_as_object()
    assert draft.overview == (
        '<p>Uno.</p><p>Dos con <a href="https://example.org">un enlace</a>.</p>'
    )
    assert draft.facts.get().text == "Derecho común"
    assert not translation(page).live
    again = exchange.export([page], locale("es"), kind).decode()
    assert "Derecho común" in again
    entries = exchange.read(again.encode(), locale("es"))
    assert {entry.key: entry.text for entry in entries} == filled(page) | {"title#0": "Jamaica"}
    assert exchange.bring_in(entries, locale("es"), translator).passages == 0


@pytest.mark.parametrize("kind", ["po", "xliff"])
def test_a_section_goes_out_and_comes_back_in_the_admin(page, translator, kind):
    other = make.CountryPageFactory(title="Haiti", summary="A country.")
    client = browser(translator)
    section = page.path[:12]
    response = client.get(
        f"/admin/translations/export/?section={section}&language=es&format={kind}"
    )
    text = response.content.decode()
    assert "An island of migrant workers." in text
    assert "A country." in text
    if kind == "po":
        file = polib.pofile(text)
        for entry in file:
            entry.msgstr = "Un país." if entry.msgid == "A country." else ""
        upload = io.BytesIO(str(file).encode())
        upload.name = "es.po"
        response = client.post(
            "/admin/translations/import/", {"language": "es", "file": upload}, follow=True
        )
        assert "1 passage of the file was saved as a draft." in response.content.decode()
        assert translation(other).get_latest_revision_as_object().summary == "Un país."
        assert work.translation_of(page, locale("es")) is None, "nothing came for it"


BROKEN = {
    "another page": ("This file is of another page.", None),
    "wrong encoding": ("The file is not in UTF-8", "Año".encode("latin-1")),
    "binary": ("neither PO nor XLIFF", b"PK\x03\x04\x00\x00"),
    "no file of ours": (
        "was not made here",
        b'msgid ""\nmsgstr "Language: es\\n"\n\nmsgid "One."\nmsgstr "Uno."\n',
    ),
    "wrong language": (
        "not in Spanish",
        b'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgctxt "a:b"\nmsgid "One."\nmsgstr "Un."\n',
    ),
    "broken PO": ("neither PO nor XLIFF", b'msgid "One\nmsgstr nothing'),
    "broken XML": ("neither PO nor XLIFF", b"<xliff><file>"),
    "a bomb": (
        "neither PO nor XLIFF",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xliff>&b;</xliff>',
    ),
    "other XML": ("neither PO nor XLIFF", b"<html></html>"),
    "empty": ("neither PO nor XLIFF", b""),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused_with_a_clear_message(page, translator, case):
    message, data = BROKEN[case]
    client = browser(translator)
    client.post(f"/admin/translations/{page.pk}/es/")
    if data is None:
        other = make.CountryPageFactory(title="Haiti", summary="A country.")
        data = translated(other, "po", {"summary#0": "Un país."})
    upload = io.BytesIO(data)
    upload.name = "file.po"
    response = client.post(
        f"/admin/translations/{page.pk}/es/", {"action": "import", "file": upload}, follow=True
    )
    text = " ".join(str(m) for m in response.context["messages"])
    assert message in text or (case == "empty" and "Choose a file" in text)
    assert translation(page).get_latest_revision_as_object().summary == page.summary


@pytest.mark.parametrize(
    "text", ["Dos con un enlace.", '<p>Dos <a id="a1">x</a></p>', '<b>Dos <a id="a1">x</a>']
)
def test_missing_placeholders_and_broken_html_save_nothing(page, translator, text):
    data = translated(page, "po", filled(page, **{"overview#1": text}))
    with pytest.raises(RefusedError) as refused:
        exchange.bring_in(exchange.read(data, locale("es")), locale("es"), translator)
    assert next(iter(refused.value.problems)).startswith("Jamaica: Two with")
    assert work.translation_of(page, locale("es")) is None


def test_what_has_changed_since_is_left_out_and_said(page, translator):
    data = translated(page, "po", filled(page))
    publish(page, summary="Something else.")
    outcome = exchange.bring_in(exchange.read(data, locale("es")), locale("es"), translator)
    assert (outcome.passages, len(outcome.stale)) == (4, 1)


def test_a_file_for_a_language_of_others_is_refused(page, translator):
    data = exchange.export([page], locale("fr"), "po").replace(b'msgstr ""\n\n', b'msgstr "Un"\n\n')
    file = polib.pofile(data.decode())
    for entry in file:
        entry.msgstr = "Un"
    with pytest.raises(RefusedError, match="not yours"):
        exchange.bring_in(exchange.read(str(file).encode(), locale("fr")), locale("fr"), translator)


def test_a_hidden_page_is_not_told_from_one_that_is_not_there(page, translator):
    draft = make.CountryPageFactory(title="Secret", live=False)
    file = polib.POFile()
    file.metadata = {"Language": "es", "Content-Type": "text/plain; charset=UTF-8"}
    for key in (str(draft.translation_key), "0" * 32, "nonsense"):
        file[:] = [polib.POEntry(msgctxt=f"{key}:title#0", msgid="Secret", msgstr="Secreto")]
        with pytest.raises(RefusedError, match="not here or not yours"):
            exchange.bring_in(
                exchange.read(str(file).encode(), locale("es")), locale("es"), translator
            )


def test_nobody_exports_what_they_may_not_translate(page, translator, db):
    from .conftest import person

    draft = make.CountryPageFactory(title="Secret", live=False)
    client = browser(translator)
    assert client.get(
        f"/admin/translations/export/?page={draft.pk}&language=es&format=po"
    ).status_code in (302, 403)
    text = client.get("/admin/translations/export/?language=es&format=po").content.decode()
    assert "Secret" not in text
    assert "An island" in text
    member = browser(person("m@example.org"))
    response = member.get("/admin/translations/export/?language=es&format=po")
    assert response.status_code in (302, 403)
    assert Page.objects.filter(pk=draft.pk, live=False).exists()
    assert fresh(page).live
