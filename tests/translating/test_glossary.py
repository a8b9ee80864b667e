"""The glossary beside the text, and what the check finds."""

from __future__ import annotations

import pytest

from pages.models import GlossaryTerm
from pages.translating.glossary import Glossary

from .conftest import browser, posted


@pytest.fixture
def terms(db):
    for code, en, es in (
        ("migrant", "migrant", "migrante"),
        ("migrant-worker", "migrant worker", "trabajador migrante"),
        ("trafficking", "trafficking in persons", "trata de personas"),
        ("smuggling", "smuggling of migrants", "tráfico ilícito de migrantes"),
    ):
        GlossaryTerm.objects.create(code=code, en=en, es=es)


def names(found):
    return [(term.term, term.missing) for term in found]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("Migrant workers here.", "", [("migrant worker", False)]),
        ("Migrant workers.", "Trabajadores migrantes.", [("migrant worker", False)]),
        ("Migrant workers.", "Obreros extranjeros.", [("migrant worker", True)]),
        (
            "A migrant and a migrant worker.",
            "Un migrante y un trabajador migrante.",
            [("migrant", False), ("migrant worker", False)],
        ),
        (
            "<b>Trafficking</b> in persons",
            "Tráfico de personas",
            [("trafficking in persons", True)],
        ),
        (
            "Smuggling of migrants",
            "Trafico ilicito de migrantes",
            [("smuggling of migrants", False)],
        ),
        ("Emigrants and immigrants", "Emigrantes", []),
        ("", "", []),
    ],
)
def test_the_check(terms, source, text, expected):
    assert names(Glossary("en", "es").found(source, text)) == expected


def test_without_terms_there_is_nothing(db):
    assert Glossary("en", "es").found("Migrants") == []


def test_terms_stand_beside_the_text_and_the_check_only_warns(page, terms, translator):
    client = browser(translator)
    client.post(f"/admin/translations/{page.pk}/es/")
    html = client.get(f"/admin/translations/{page.pk}/es/").content.decode()
    assert "trabajador migrante" in html
    response = posted(client, page, {"summary#0": "Una isla de obreros."}, "save")
    assert response.status_code == 302
    html = client.get(f"/admin/translations/{page.pk}/es/").content.decode()
    assert "not found in the translation" in html


def test_editors_keep_the_glossary(terms, editor):
    client = browser(editor)
    assert "trata de personas" in client.get("/admin/snippets/pages/glossaryterm/").content.decode()
    term = GlossaryTerm.objects.get(code="migrant")
    client.post(
        f"/admin/snippets/pages/glossaryterm/edit/{term.pk}/",
        {
            "code": "migrant",
            "en": "migrant",
            "es": "persona migrante",
            "fr": "",
            "nl": "",
            "theme": "",
            "note": "",
        },
    )
    term.refresh_from_db()
    assert term.es == "persona migrante"
