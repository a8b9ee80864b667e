"""When a source changes, its translations show as outdated, with the changed passages."""

from __future__ import annotations

import pytest
from django.db import transaction
from wagtail.models import Locale, Page

from pages import factories as make
from pages.models import RememberedPassage, TranslationRecord
from pages.translating import records
from pages.translating.passages import passages


@pytest.fixture
def page(db):
    """A live English page in which each kind of text is."""
    for language in ("en", "es"):
        make.CountryIndexPageFactory(locale=language)
    return fresh(
        make.CountryPageFactory(
            title="Jamaica",
            summary="An island.",
            overview="<p>One.</p><p>Two with <a href='https://example.org'>a link</a>.</p>",
            facts=[make.CountryFactFactory.build(text="Common law", locale=Locale.get_default())],
        )
    )


@pytest.fixture
def spanish(page):
    """Its live Spanish translation."""
    copy = page.copy_for_translation(Locale.objects.get(language_code="es")).specific
    copy.summary = "Una isla."
    copy.overview = "<p>Uno.</p><p>Dos con <a href='https://example.org'>un enlace</a>.</p>"
    copy.facts = [fact for fact in copy.facts.all() if setattr(fact, "text", "Common") is None]
    copy.save_revision().publish()
    return copy


def fresh(page):
    return Page.objects.get(pk=page.pk).specific


def publish(page, **texts):
    page = fresh(page)
    for name, text in texts.items():
        setattr(page, name, text)
    page.save_revision().publish()


def states(page, spanish):
    record = TranslationRecord.objects.get(page=spanish)
    return {
        passage.key: passage.state
        for passage in records.compared(record.published, passages(fresh(page)))
        if passage.state != records.HUMAN
    }


def test_a_copy_is_to_be_translated(page):
    copy = page.copy_for_translation(Locale.objects.get(language_code="es"))
    record = TranslationRecord.objects.get(page=copy)
    assert record.to_do == 5  # title, summary, two paragraphs, the fact
    assert (record.machine, record.published, record.outdated_since) == (0, {}, None)


def test_a_translation_that_is_published_is_up_to_date(page, spanish):
    record = TranslationRecord.objects.get(page=spanish)
    assert record.outdated_since is None
    assert states(page, spanish) == {"title#0": "missing"}, "the title is the same word"


def test_a_changed_source_makes_it_outdated_with_the_changed_passage(page, spanish):
    publish(page, overview="<p>One.</p><p>Two, <a href='https://example.org'>a link</a>.</p>")
    record = TranslationRecord.objects.get(page=spanish)
    assert record.outdated_since is not None
    assert states(page, spanish)["overview#1"] == "outdated"
    passage = next(
        p
        for p in records.compared(record.published, passages(fresh(page)))
        if p.key == "overview#1"
    )
    assert passage.text == 'Dos con <a id="a1">un enlace</a>.'
    assert "<del>Two with</del> <ins>Two,</ins>" in passage.marked
    since = record.outdated_since
    publish(page, summary="An island State.")
    record.refresh_from_db()
    assert record.outdated_since == since, "since the first change"


def test_a_paragraph_that_is_put_between_leaves_the_others_alone(page, spanish):
    publish(
        page,
        overview="<p>One.</p><p>New.</p><p>Two with <a href='https://example.org'>a link</a>.</p>",
    )
    assert states(page, spanish) == {"title#0": "missing", "overview#1": "missing"}
    assert TranslationRecord.objects.get(page=spanish).outdated_since


def test_translating_again_makes_it_up_to_date(page, spanish):
    publish(page, summary="An island State.")
    publish(spanish, summary="Un Estado insular.")
    record = TranslationRecord.objects.get(page=spanish)
    assert record.outdated_since is None
    assert states(page, spanish) == {"title#0": "missing"}


def test_publishing_something_else_does_not_make_it_up_to_date(page, spanish):
    publish(page, summary="An island State.")
    publish(spanish, title="Jamaica (isla)")
    assert TranslationRecord.objects.get(page=spanish).outdated_since
    assert states(page, spanish) == {"summary#0": "outdated"}


def test_facts_make_nothing_outdated(page, spanish):
    publish(page, country=make.CountryFactory(code="SR"))
    assert TranslationRecord.objects.get(page=spanish).outdated_since is None


def test_a_source_set_back_makes_nothing_outdated(page, spanish):
    publish(page, summary="An island State.")
    publish(page, summary="An island.")
    assert TranslationRecord.objects.get(page=spanish).outdated_since is None


def test_pages_that_were_there_before_are_recorded_when_their_source_changes(db):
    english = make.ContentPageFactory(locale="en", summary="Old", title="About")
    spanish = make.ContentPageFactory(
        locale="es", summary="Viejo", title="Acerca", translation_key=english.translation_key
    )
    assert not TranslationRecord.objects.exists()
    publish(english, summary="New")
    assert states(english, spanish) == {"summary#0": "outdated"}
    assert TranslationRecord.objects.get(page=spanish).outdated_since


def test_nothing_machine_made_is_published_unreviewed(page, spanish):
    record = TranslationRecord.objects.get(page=spanish)
    record.working["summary"]["by"] = [records.MACHINE]
    record.save()
    with pytest.raises(records.UnreviewedError), transaction.atomic():
        publish(spanish, title="Otra")
    assert fresh(spanish).title == "Jamaica"
    record.working["summary"]["by"] = [records.CHECKED]
    record.save()
    publish(spanish, title="Otra")
    assert fresh(spanish).title == "Otra"


def test_what_is_published_is_remembered(page, spanish):
    assert records.recalled("en", "es", ["An island.", "Nothing"]) == {"An island.": "Una isla."}
    publish(spanish, summary="Es una isla.")
    assert records.recalled("en", "es", ["An island."]) == {"An island.": "Es una isla."}
    assert RememberedPassage.objects.filter(source="Jamaica").count() == 0
