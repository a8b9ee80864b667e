"""Translators translate, and do nothing else: their work is submitted, reviewed, published."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import APIToken, GroupPagePermission, Page, WorkflowState

from pages import factories as make
from pages.models import TranslationRecord
from pages.translating import work
from pages.translating.people import languages_of, may_translate, translators_of

from .conftest import browser, filled, fresh, locale, posted, publish


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def translation(page, language="es"):
    return work.translation_of(page, locale(language)).specific


@pytest.fixture
def begun(page, translator):
    """The translator's browser, with the draft made."""
    client = browser(translator)
    assert client.post(f"/admin/translations/{page.pk}/es/").status_code == 302
    return client


# From the source to the published page ------------------------------------------------


def test_from_the_source_to_the_published_page(page, begun, translator, moderator):
    spanish = translation(page)
    assert not spanish.live
    response = posted(begun, page, filled(page), "save", right=["title#0"])
    assert response.status_code == 302
    assert not fresh(spanish).live
    response = posted(begun, page, filled(page), "submit")
    assert response.status_code == 302
    spanish = fresh(spanish)
    assert spanish.current_workflow_state.status == WorkflowState.STATUS_IN_PROGRESS
    assert not spanish.live

    task = spanish.current_workflow_task_state
    response = browser(moderator).post(
        reverse("wagtailadmin_pages:workflow_action", args=[spanish.pk, "approve", task.pk]),
        {"comment": ""},
    )
    spanish = fresh(spanish)
    assert spanish.live, response.content[:300]
    assert spanish.summary == "Una isla de trabajadores migrantes."
    assert spanish.overview == (
        '<p>Uno.</p><p>Dos con <a href="https://example.org">un enlace</a>.</p>'
    )
    assert spanish.facts.get().text == "Derecho común"

    publish(page, summary="An island of migrant workers and students.")
    html = begun.get(f"/admin/translations/{page.pk}/es/").content.decode()
    assert "<ins>workers and students.</ins>" in html
    assert TranslationRecord.objects.get(page=spanish).outdated_since


def test_what_is_in_review_waits(page, begun, translator):
    posted(begun, page, filled(page), "submit", right=["title#0"])
    response = posted(begun, page, {"summary#0": "Otra cosa"}, "save")
    assert "in review" in said(response)
    assert translation(page).get_latest_revision_as_object().summary.startswith("Una isla")


def test_a_source_unpublished_while_its_translation_is_in_review(
    page, begun, translator, moderator
):
    posted(begun, page, filled(page), "submit", right=["title#0"])
    fresh(page).unpublish()
    told = {to: letter for letter in mail.outbox for to in letter.to}
    assert set(told) >= {moderator.email, translator.email}
    assert "was unpublished while its translation is in review" in told[moderator.email].subject
    assert f"/admin/translations/{page.pk}/es/" in told[moderator.email].body
    spanish = translation(page)
    task = spanish.current_workflow_task_state
    browser(moderator).post(
        reverse("wagtailadmin_pages:workflow_action", args=[spanish.pk, "approve", task.pk]),
        {"comment": ""},
    )
    spanish = fresh(spanish)
    assert not spanish.live, "nothing is published by accident"
    assert spanish.current_workflow_state.status == WorkflowState.STATUS_IN_PROGRESS
    assert spanish.get_latest_revision_as_object().summary.startswith("Una isla")


def test_what_is_not_finished_is_not_submitted(page, begun):
    posted(begun, page, {"summary#0": "Una isla"}, "submit")
    response = posted(begun, page, {}, "submit")
    assert "passages to translate yet" in said(response)
    assert translation(page).current_workflow_state is None


def test_a_slug_follows_the_title_until_the_page_is_published(page, begun):
    posted(begun, page, {"title#0": "La isla de Jamaica"}, "save")
    assert translation(page).get_latest_revision_as_object().slug == "la-isla-de-jamaica"


def test_the_memory_fills_in_what_it_knows(page, begun, translator):
    posted(begun, page, filled(page), "save", right=["title#0"])
    translation(page).get_latest_revision_as_object().save_revision().publish()
    other = make.CountryPageFactory(title="Haiti", summary="An island of migrant workers.")
    begun.post(f"/admin/translations/{other.pk}/es/")
    assert translation(other).get_latest_revision_as_object().summary == (
        "Una isla de trabajadores migrantes."
    )


# Two at once, and bad input -------------------------------------------------------------


def test_two_translators_at_once(page, begun, translator):
    before = translation(page).latest_revision_id or 0
    posted(begun, page, {"summary#0": "Primera"}, "save")
    response = posted(begun, page, {"summary#0": "Segunda"}, "save", revision=before)
    assert "Somebody else has saved" in said(response)
    html = response.content.decode()
    assert "Segunda" in html
    assert "Primera" in html, "what the other wrote is shown too"
    assert translation(page).get_latest_revision_as_object().summary == "Primera"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Dos con un enlace.", "A link of the source is missing: a1."),
        ('Dos <a id="a1">con</a> <a id="a2">otro</a>.', "Unrecognised id"),
        ('Dos <a id="a1" href="https://evil.example">con</a>.', "attributes"),
        ('<script>alert(1)</script><a id="a1">x</a>', "script"),
        ('Dos <b>con <a id="a1">enlace</a>.', "broken"),
        ('<p>Dos <a id="a1">con</a></p>', "tag is not allowed"),
        ('<a id="a1"> </a>', "The text is empty."),
    ],
)
def test_broken_passages_are_refused_and_nothing_is_lost(page, begun, text, message):
    response = posted(begun, page, {"overview#1": text, "summary#0": "Escrita"}, "save")
    html = response.content.decode()
    assert message in html
    assert "Escrita" in html
    assert translation(page).get_latest_revision_as_object().summary == page.summary


def test_a_page_whose_parent_is_not_translated(page, translator):
    Page.objects.get(pk=page.get_parent().get_translation(locale("es")).pk).delete()
    response = browser(translator).post(f"/admin/translations/{page.pk}/es/")
    assert "Translate “Countries” first" in said(response)


def test_a_field_in_another_shape_is_left_alone(page, begun):
    spanish = translation(page)
    spanish.overview = "<p>Todo en uno.</p>"
    spanish.save_revision()
    posted(begun, page, {"summary#0": "Una isla"}, "save")
    draft = translation(page).get_latest_revision_as_object()
    assert (draft.summary, draft.overview) == ("Una isla", "<p>Todo en uno.</p>")


# The role -------------------------------------------------------------------------------


def test_each_language_has_its_translators(page, translator):
    assert languages_of(translator) == ["es"]
    assert may_translate(translator, page, locale("es"))
    assert not may_translate(translator, page, locale("fr"))
    assert not may_translate(translator, page, locale("en"))
    assert not GroupPagePermission.objects.filter(group=translators_of("es")).exists()


@pytest.mark.parametrize("language", ["en", "fr", "xx"])
def test_translators_reach_no_other_language(page, translator, language):
    client = browser(translator)
    for response in (
        client.get(f"/admin/translations/{page.pk}/{language}/"),
        client.post(f"/admin/translations/{page.pk}/{language}/"),
        client.get(f"/admin/translations/export/?page={page.pk}&language={language}&format=po"),
    ):
        assert response.status_code in (302, 404)
    assert not Page.objects.filter(
        translation_key=page.translation_key, locale__language_code="fr"
    ).exists()


def test_translators_change_nothing_in_the_editor(page, begun, translator):
    spanish = translation(page)
    for address in (
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{spanish.pk}/edit/",
        f"/admin/pages/{spanish.pk}/delete/",
        f"/admin/pages/{spanish.pk}/unpublish/",
        f"/admin/pages/{spanish.pk}/privacy/",
        f"/admin/pages/{spanish.pk}/copy/",
        f"/admin/pages/add/pages/countrypage/{spanish.get_parent().pk}/",
        f"/admin/localize/submit/page/{page.pk}/",
    ):
        response = begun.post(address, {"title": "Mine", "action-publish": "1"})
        assert response.status_code == 404, address
    assert fresh(page).title == "Jamaica"
    assert not fresh(spanish).live


def test_translators_change_nothing_by_the_api(page, begun, translator):
    spanish = translation(page)
    token = APIToken.create_token(user=translator, name="t")[1]
    header = {"Authorization": f"Bearer {token}"}
    for pk in (page.pk, spanish.pk):
        for method, path, data in (
            ("patch", "", {"title": "Mine"}),
            ("delete", "", {}),
            ("post", "actions/publish/", {}),
            ("post", "actions/unpublish/", {}),
        ):
            response = getattr(begun, method)(
                f"/api/v3/pages/{pk}/{path}", data, content_type="application/json", headers=header
            )
            assert response.status_code in (401, 403, 404, 405), (method, path, response.content)
    assert fresh(page).title == "Jamaica"
    assert fresh(page).live
    assert not fresh(spanish).live


def test_translators_see_no_draft_of_a_source(page, begun, translator):
    draft = make.CountryPageFactory(title="Secret plan", live=False)
    assert begun.get(f"/admin/translations/{draft.pk}/es/").status_code == 302
    for address in ("/admin/translations/", "/admin/localize/reports/translations/"):
        assert b"Secret plan" not in begun.get(address, follow=True).content


def test_members_have_no_board(db):
    from .conftest import person

    response = browser(person("m@example.org")).get("/admin/translations/")
    assert response.status_code in (302, 403)


# Editors --------------------------------------------------------------------------------


def test_an_editor_can_not_change_facts_of_a_translation(page, begun, editor):
    spanish = translation(page)
    response = browser(editor).get(f"/admin/pages/{spanish.pk}/edit/")
    html = response.content.decode()
    assert "A fact: change it in the English page." in html
    field = response.context["form"].fields["country"]
    assert field.disabled


def test_the_editor_of_wagtail_localize_is_out_of_reach(page, begun, moderator):
    spanish = translation(page)
    client = browser(moderator)
    html = client.get(f"/admin/pages/{spanish.pk}/edit/").content.decode()
    assert "localize-restart-translation" not in html
    client.post(f"/admin/pages/{spanish.pk}/edit/", {"localize-restart-translation": "1"})
    from wagtail_localize.models import Translation

    assert not Translation.objects.filter(enabled=True).exists()
