"""Records become terms, pages and observations once; what people do with them stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backend

from cpmg.content import loading
from cpmg.content.reading import RefusedError
from networks.models import ConsultationsPage, NetworkPage
from pages.factories import ObservationFactory, translation_key
from pages.models import (
    AssessedArea,
    AssessmentPage,
    ContentPage,
    Country,
    CountryFact,
    CountryPage,
    EventOrganisation,
    EventPage,
    EventType,
    HomePage,
    Indicator,
    LoadedRecord,
    Observation,
    Place,
    StatisticsThemePage,
    Theme,
)
from pages.models.vocabularies import VOCABULARIES
from repository.models import PublicationPage

LANGUAGES = ("en", "es", "fr", "nl")
DATA = settings.SITE / "data"


def shipped(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


@pytest.fixture
def load(db: None, data: Path) -> Callable[[], loading.Loading | None]:
    return lambda: loading.load(data)


def one_more(rows: str, code: str, **fields: Any) -> Callable[[Any], None]:
    """Adds a copy of the first record under another code and address."""

    def add(content: Any) -> None:
        slug = dict.fromkeys(LANGUAGES, code)
        content[rows].append(content[rows][0] | {"code": code, "slug": slug} | fields)

    return add


# The shipped content -------------------------------------------------------------------


def test_every_country_has_its_page_with_the_right_name_in_four_languages(content):
    expected = {
        (record["code"], language): (record["names"][language], record["slug"][language])
        for record in shipped("vocabularies/countries.json")
        for language in LANGUAGES
    }
    found = {
        (page.country.code, page.locale.language_code): (page.title, page.slug)
        for page in CountryPage.objects.live().select_related("country", "locale")
    }
    assert len(found) == 33 * 4
    assert found == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_its_name_in_every_language(content, language):
    for model in VOCABULARIES:
        codes = set(model.objects.values_list("code", flat=True))
        there = model.objects.filter(locale__language_code=language)
        assert codes
        assert set(there.values_list("code", flat=True)) == codes, model
        assert not there.filter(name="").exists()


def test_rows_of_a_term_share_their_translation_key(content):
    for model in VOCABULARIES:
        keys = set(model.objects.values_list("code", "translation_key"))
        assert len(keys) == model.objects.filter(locale__language_code="en").count()


def test_every_country_is_a_place_of_the_world_too(content):
    countries = set(Country.objects.values_list("code", flat=True))
    assert countries <= set(Place.objects.values_list("code", flat=True))


def test_references_point_at_the_source_language(content):
    for page in CountryPage.objects.select_related("country__locale"):
        assert page.country.locale.language_code == "en"
    for model, name in (
        (Observation, "country"),
        (Observation, "indicator"),
        (EventPage, "country"),
    ):
        foreign = model.objects.exclude(**{f"{name}": None}).exclude(
            **{f"{name}__locale__language_code": "en"}
        )
        assert not foreign.exists()


def test_no_observation_is_lost(content):
    files = sorted((DATA / "observations").glob("*.csv"))
    rows = [row for file in files for row in file.read_text("utf-8").splitlines()[1:]]
    assert len(rows) > 15_000
    assert Observation.objects.count() == len(rows)


def test_figures_are_those_of_the_files(content):
    lines = (DATA / "observations/migrant_stock.csv").read_text("utf-8").splitlines()[1:]
    expected = {
        (indicator, country, int(period), "_T" if sex == "T" else sex): float(value)
        for indicator, country, _, period, sex, value, *_ in (line.split(",") for line in lines)
    }
    found = {
        (row.indicator.code, row.country.code, row.period, row.sex): float(row.value)
        for row in Observation.objects.filter(
            source__code="un-desa-2020", counterpart=None
        ).select_related("indicator", "country")
    }
    assert found == expected


def test_missing_is_never_zero(content):
    """What no source gives has no row; every zero in the database was published as zero."""
    published = sum(
        line.split(",")[5] in {"0", "0.0"}
        for file in (DATA / "observations").glob("*.csv")
        for line in file.read_text("utf-8").splitlines()[1:]
    )
    assert Observation.objects.filter(value=0).count() == published
    stock = Observation.objects.filter(indicator__code="immigrant_stock")
    assert stock.filter(country__code="JM").exists()
    assert not stock.filter(country__code__in=["BL", "MF"]).exists()


@pytest.mark.parametrize(
    ("model", "number"),
    [
        (HomePage, 4),
        (CountryPage, 33 * 4),
        (ConsultationsPage, 4),
        (NetworkPage, 10 * 4),
        (EventPage, 17 * 4),
        (StatisticsThemePage, 5 * 4),
        (AssessmentPage, 11 * 4),
        (AssessedArea, 11 * 4 * 7),
        (PublicationPage, 177 + 5 * 4),
    ],
)
def test_nothing_of_the_data_is_left_out(content, model, number):
    assert model.objects.count() == number


def test_facts_in_words_stand_in_every_language_under_one_key(content):
    facts = shipped("facts.json")
    assert CountryFact.objects.count() == 4 * len(facts)
    assert len(set(CountryFact.objects.values_list("translation_key", flat=True))) == len(facts)
    jamaique = CountryPage.objects.get(country__code="JM", locale__language_code="fr")
    legal = next(f for f in facts if f["country"] == "JM" and f["key"] == "legal_system")
    assert jamaique.facts.get(key="legal_system").text == legal["text"]["fr"]


def test_home_pages_are_filled_in_and_not_doubled(content):
    text = shipped("pages/home.json")
    for home in HomePage.objects.select_related("locale"):
        assert home.title == text["title"][home.locale.language_code]
        assert home.introduction == text["intro"][home.locale.language_code]
        assert home.translation_key == translation_key("page", "home")


def test_sections_are_in_the_menu_and_content_pages_are_not(content):
    for home in HomePage.objects.all():
        in_menu = set(home.get_children().in_menu().values_list("content_type__model", flat=True))
        assert len(home.get_children().in_menu()) == 7
        assert "contentpage" not in in_menu
    assert ContentPage.objects.filter(show_in_menus=False).count() == ContentPage.objects.count()


def test_publications_live_in_the_tree_of_their_language(content):
    records = {record["id"]: record for record in shipped("publications.json")["publications"]}
    keys = {translation_key("publication", code): code for code in records}
    for page in PublicationPage.objects.select_related("locale", "document_type"):
        code = keys.get(page.translation_key)
        if code is None:
            assert page.document_type.code == "manual", "a guide of the platform"
            continue
        record = records[code]
        assert page.locale.language_code == record["language"]
        assert page.get_parent().locale_id == page.locale_id
        assert page.title == record["title"]
        assert page.document_type.code == record["type"]
        assert page.year == record.get("year")


def test_subjects_and_contributors_of_a_publication_are_kept(content):
    for record in shipped("publications.json")["publications"]:
        page = PublicationPage.objects.get(
            translation_key=translation_key("publication", record["id"])
        )
        assert {country.code for country in page.countries.all()} == set(record["countries"])
        assert {theme.code for theme in page.themes.all()} == set(record["themes"])
        assert {network.code for network in page.networks.all()} == set(record["networks"])
        assert {language.code for language in page.languages.all()} == set(record["languages"])
        names = [c.display_name for c in page.contributors.all()]
        assert names == [contributor["name"] for contributor in record["contributors"]]


def test_organisations_of_an_event_have_names_in_every_language(content):
    assert not EventOrganisation.objects.filter(organisation=None, other_name="").exists()
    keys = EventOrganisation.objects.values_list("translation_key", flat=True)
    assert len(keys) == 4 * len(set(keys))


def test_past_events_are_held(content):
    assert set(EventPage.objects.values_list("state", flat=True)) == {"held"}


def test_assessments_cover_seven_areas_and_lead_to_their_report(content):
    for page in AssessmentPage.objects.all():
        assert page.areas.count() == 7
        assert page.report is not None
        assert {area.status for area in page.areas.all()} == {"not-assessed"}


def test_every_page_has_a_published_first_revision(content):
    ours = Page.objects.filter(depth__gt=1)
    assert not ours.filter(live=False).exists()
    assert not ours.filter(first_published_at=None).exists()
    assert not ours.filter(has_unpublished_changes=True).exists()
    for page in ours.select_related("latest_revision"):
        assert page.latest_revision_id is not None
        assert page.latest_revision_id == page.live_revision_id
        assert page.latest_revision.object_id == str(page.pk)
    published = PageLogEntry.objects.filter(action="wagtail.publish")
    assert published.count() == Revision.objects.count() == ours.count()


def test_revision_restores_page_and_children(content):
    page = CountryPage.objects.get(country__code="JM", locale__language_code="es")
    restored = page.get_latest_revision_as_object()
    assert restored.title == page.title
    assert [fact.text for fact in restored.facts.all()] == [f.text for f in page.facts.all()]


def test_tree_is_sound(content):
    assert [len(problem) for problem in Page.find_problems()] == [0, 0, 0, 0, 0]


def test_search_index_is_up_to_date(content):
    titles = {page.title for page in CountryPage.objects.search("Jamaïque", fields=["title"])}
    assert titles == {"Jamaïque"}
    haiti = PublicationPage.objects.filter(countries__code="HT").exclude(title__icontains="hait")
    assert haiti.exists()
    found = {page.pk for page in PublicationPage.objects.search("Haïti")}
    assert found >= set(haiti.values_list("pk", flat=True))
    terms = get_search_backend().search("Jamaica", Country.objects.all())
    assert {country.code for country in terms} == {"JM"}


def test_reference_index_is_what_a_rebuild_would_make(load):
    def references() -> set[tuple[Any, ...]]:
        return set(
            ReferenceIndex.objects.values_list(
                *("base_content_type", "content_type", "object_id", "to_content_type"),
                *("to_object_id", "model_path", "content_path", "content_path_hash"),
            )
        )

    load()
    loaded = references()
    assert loaded
    call_command("rebuild_references_index", verbosity=0)
    assert references() == loaded


# Once only ------------------------------------------------------------------------------


def everything() -> dict[str, int]:
    models = [Page, Revision, Observation, LoadedRecord, Indicator, Theme, ReferenceIndex]
    return {model.__name__: model.objects.count() for model in models}


def test_second_load_does_nothing(load):
    assert load() is not None
    before = everything()
    assert load() is None
    assert everything() == before


def test_load_of_changed_files_adds_only_what_is_new(load, change):
    load()
    before = everything()

    change("pages/events.json", one_more("events", "a-new-event"))
    second = load()
    assert second is not None
    assert second.counts == {"event": 1}
    assert everything()["Page"] == before["Page"] + 4
    assert everything()["Observation"] == before["Observation"]
    assert EventPage.objects.filter(slug="a-new-event").count() == 4


def test_page_that_people_have_edited_is_not_touched(load, change):
    load()
    page = CountryPage.objects.get(country__code="JM", locale__language_code="en")
    page.summary = "What an editor wrote."
    page.save_revision().publish()
    home = HomePage.objects.get(locale__language_code="en")
    home.title = "Our platform"
    home.save()
    change(
        "pages/countries.json",
        lambda content: content["countries"][0]["summary"].update(en="A new text of ours."),
    )
    load()
    page.refresh_from_db()
    home.refresh_from_db()
    assert page.summary == "What an editor wrote."
    assert home.title == "Our platform"


def test_page_that_people_have_deleted_does_not_come_back(load, change):
    load()
    CountryPage.objects.get(country__code="JM", locale__language_code="es").delete()
    change("facts.json", lambda facts: facts.reverse())
    load()
    assert set(
        CountryPage.objects.filter(country__code="JM").values_list(
            "locale__language_code", flat=True
        )
    ) == {"en", "fr", "nl"}


def test_figure_that_people_have_changed_or_deleted_stays_so(load, data):
    load()
    first, second = Observation.objects.order_by("pk")[:2]
    Observation.objects.filter(pk=first.pk).update(value=1)
    second.delete()
    number = Observation.objects.count()
    path = data / "observations/country_facts.csv"
    path.write_text(path.read_text("utf-8") + "population,JM,,2019,T,5,A,factbook,,2024\n", "utf-8")
    assert load().counts == {"observation": 1}
    first.refresh_from_db()
    assert first.value == 1
    assert Observation.objects.count() == number + 1


def test_figure_that_people_have_entered_before_us_stays(load, data):
    load()
    template = Observation.objects.filter(indicator__code="population").first()
    ObservationFactory(
        indicator=template.indicator,
        country=template.country,
        source=template.source,
        period=2019,
        value=7,
    )
    path = data / "observations/country_facts.csv"
    code = template.country.code
    source = template.source.code
    path.write_text(
        path.read_text("utf-8") + f"population,{code},,2019,T,5,A,{source},,2024\n", "utf-8"
    )
    load()
    assert Observation.objects.get(indicator=template.indicator, period=2019).value == 7


def test_section_that_people_have_deleted_keeps_the_others_working(load, change):
    load()
    Page.objects.get(
        translation_key=translation_key("section", "events"), locale__language_code="nl"
    ).delete()

    change("pages/events.json", one_more("events", "a-new-event"))
    load()
    languages = EventPage.objects.filter(slug="a-new-event").values_list(
        "locale__language_code", flat=True
    )
    assert set(languages) == {"en", "es", "fr"}


def test_record_whose_term_people_have_deleted_is_left_out_and_named(load, change):
    load()
    EventType.objects.filter(code="seminar").delete()

    change("pages/events.json", one_more("events", "a-new-event", type="seminar"))
    loaded = load()
    assert loaded.left_out == ["event:a-new-event: there is no “seminar” in event_types any more"]
    assert not EventPage.objects.filter(slug="a-new-event").exists()


def test_address_that_people_have_taken_gives_way_to_another(load, change):
    load()
    home = HomePage.objects.get(locale__language_code="en")
    home.add_child(instance=ContentPage(title="Ours", slug="a-new-page"))

    change("pages/content.json", one_more("pages", "a-new-page"))
    load()
    assert ContentPage.objects.filter(slug="a-new-page", locale__language_code="en").count() == 1
    assert ContentPage.objects.filter(slug="a-new-page-1", locale__language_code="en").exists()


# All or nothing -------------------------------------------------------------------------


def test_failure_in_the_middle_leaves_nothing(load, monkeypatch):
    def fail(self: loading.Loading) -> None:
        raise RuntimeError("the power went")

    before = everything()
    monkeypatch.setattr(loading.Loading, "_add_observations", fail)
    with pytest.raises(RuntimeError):
        load()
    assert everything() == before
    assert not CountryPage.objects.exists()


def test_record_that_a_model_refuses_is_named(load, change, monkeypatch):
    def refuse(self: EventPage) -> None:
        from django.core.exceptions import ValidationError

        raise ValidationError({"city": "No city will do."})

    monkeypatch.setattr(EventPage, "clean", refuse)
    with pytest.raises(RefusedError) as refusal:
        load()
    assert str(refusal.value) == (
        "pages/events.json, record “cmc-preparatory-meeting-2016”, field city: No city will do."
    )
    assert not CountryPage.objects.exists()


def test_saving_updates_the_search_index_again_after_a_load(load):
    load()
    page = CountryPage.objects.get(country__code="JM", locale__language_code="en")
    page.title = "Xaymaca"
    page.save_revision().publish()
    assert [found.pk for found in CountryPage.objects.search("Xaymaca")] == [page.pk]


# The command ----------------------------------------------------------------------------


def test_command_says_what_it_does(db, data, capsys):
    call_command("load_content", "--data", str(data))
    lines = capsys.readouterr().out.splitlines()
    assert "      country pages: 2" in lines
    assert lines[-1].startswith("Loaded ")
    call_command("load_content", "--data", str(data))
    assert capsys.readouterr().out == "Content is loaded already.\n"


def test_command_is_quiet_without_progress(db, data, capsys):
    call_command("load_content", "--data", str(data), "--no-progress")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_names_are_at_hand_right_after_the_load(load):
    assert Country.labels("fr") == {}
    load()
    with translation.override("fr"):
        assert Country.labels()["JM"] == "Jamaïque"
