"""What every engine does alike. A new engine passes these before it answers anybody."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from cpmg.users.models import User
from pages.factories import (
    CountryFactory,
    LanguageFactory,
    NetworkFactory,
    ThemeFactory,
)
from repository.factories import (
    ContributorFactory,
    DocumentTypeFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)
from repository.models import PublicationPage
from search import queue
from search.contract import FACETS, SearchRequest
from search.engines import engine, search
from search.engines.elasticsearch import Conversation, UnavailableError
from search.found_under import explained
from search.models import SynonymSet
from tests.benchmarks.growth import grow_publications
from tests.shared import shared

from .conftest import counts, titles

# Words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["curaçao", "Curacao", "CURAÇAO", "migracion", "migración", "migracion laboral", "“laboral”"],
)
def test_accents_and_case_do_not_matter(ask, three_reports, query):
    assert titles(ask(query)) == ["Migración laboral en Curaçao"]


@pytest.mark.parametrize("query", ["main-d'oeuvre", "Main d’œuvre", "oeuvre", "MAIN-D’ŒUVRE"])
def test_ligatures_and_apostrophes_do_not_matter(ask, query):
    PublicationPageFactory(title="La migration de main-d’œuvre", locale="fr")
    assert ask(query).total == 1


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Border policies", "policy"),
        ("Border policy", "policies"),
        ("A profile of migrants", "migrant"),
        ("Una migración", "migraciones"),
        ("Des accords régionaux", "régional"),
        ("Rechten van migranten", "migrant"),
    ],
)
def test_singular_finds_plural_and_the_reverse(ask, title, query):
    PublicationPageFactory(title=title)
    assert titles(ask(query)) == [title]


def test_punctuation_separates_words(ask):
    PublicationPageFactory(title="COVID-19 and/or mobility", doi="10.1000/abc.182")
    for query in ("covid", "covid 19", "COVID-19", "mobility", "and/or mobility"):
        assert ask(query).total == 1, query
    assert ask("10.1000/abc.182").total == 1


def test_words_are_found_in_every_described_field(ask):
    page = PublicationPageFactory(
        title="A title",
        summary="A summary with alpha",
        abstract="<p>An abstract with <b>beta</b></p>",
        publisher="Publisher gamma",
        container_title="Journal of delta",
        series="Series epsilon",
        contributors=[ContributorFactory.build(family_name="Zetason")],
        tags=["etatag"],
    )
    for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zetason", "etatag"):
        assert titles(ask(word)) == [page.title], word
    assert ask("unheard-of").total == 0
    assert ask("<b>").total == 0


def test_title_counts_more_than_abstract(ask):
    PublicationPageFactory(title="Some notes", abstract="<p>Remittances, among others.</p>")
    PublicationPageFactory(title="Remittances")
    PublicationPageFactory(title="Other notes", abstract="<p>Remittances, among others.</p>")
    assert titles(ask("remittances"))[0] == "Remittances"


def test_all_words_come_before_some_of_them(ask):
    for title in ("Labour in Haiti", "Haiti and its history", "Labour market survey"):
        PublicationPageFactory(title=title)
    for order in ("relevance", "newest", "oldest", "title"):
        results = ask("labour of haiti", order=order)
        assert results.relaxed
        assert titles(results)[0] == "Labour in Haiti"
        assert [hit.partial for hit in results.hits] == [False, True, True]


def test_enough_with_all_words_leave_no_place_for_some(ask):
    for number in range(10):
        PublicationPageFactory(title=f"Labour in Haiti {number}")
    PublicationPageFactory(title="Haiti and its history")
    results = ask("labour haiti")
    assert (results.total, results.relaxed) == (10, False)


def test_words_of_no_meaning_are_not_required(ask, border_management):
    page = PublicationPageFactory(title="Report nine", themes=[border_management])
    assert titles(ask("la gestión de las fronteras")) == [page.title]
    assert not ask("la gestión de las fronteras").relaxed


def test_quoted_words_are_one_phrase(ask):
    PublicationPageFactory(title="Freedom of movement")
    PublicationPageFactory(title="A movement for freedom")
    assert titles(ask('"freedom of movement"')) == ["Freedom of movement"]
    assert ask("freedom of movement").total == 2


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', "'", "*", '"*:', "AND", "OR NOT", "NEAR(", "a AND", "(", ")", "^", "-", "&|!:*",
        "title:", "{title} : x", "\\", "%", "%s", "\0", "mig\0ration", "🌴", "🌴 Haiti", "<script>",
        "x" * 10_000, "word " * 2_000, '"' * 999, "́", "‮", "１２３", "ﷺ", "-- ; DROP TABLE",
        "'; --", "$1", "tourism'", "a:b:c", "<->", "!!", "移民",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(ask, three_reports, query):
    results = ask(query, facets=FACETS)
    assert results.total == len(results.hits) == 0


def test_without_words_everything_is_listed_newest_first(ask, three_reports):
    assert [hit.page.year for hit in ask().hits] == [2021, 2020, 2018]
    assert ask("   ").total == 3


# Languages -------------------------------------------------------------------------------


def test_a_query_in_one_language_finds_a_record_in_another_by_subject(ask, border_management):
    page = PublicationPageFactory(title="Report nine", themes=[border_management])
    PublicationPageFactory(title="Report ten")
    for query in (
        "gestión de fronteras",
        "gestion de fronteras",
        "gestion des frontières",
        "grensbeheer",
        "border management",
    ):
        assert titles(ask(query)) == [page.title], query


def test_a_publication_is_found_once_in_the_readers_language(ask):
    english = PublicationPageFactory(title="Migration profile", locale="en")
    spanish = PublicationPageFactory(
        title="Perfil migratorio", locale="es", translation_key=english.translation_key
    )
    for language, page in (("en", english), ("es", spanish), ("fr", english)):
        for query in ("", "profile", "perfil migratorio"):
            results = ask(query, language=language, facets=("year",))
            assert [hit.page.pk for hit in results.hits] == [page.pk], (language, query)
            assert (results.total, counts(results, "year")) == (1, {"2020": 1})


# Filters and facets ----------------------------------------------------------------------


@shared
def shelf():
    """Six reports: countries, themes, types, networks, languages, tags and years vary."""
    jamaica, haiti = CountryFactory(code="JM"), CountryFactory(code="HT")
    health, labour = ThemeFactory(code="health"), ThemeFactory(code="labour")
    network = NetworkFactory(code="border")
    report, book = DocumentTypeFactory(code="report"), DocumentTypeFactory(code="book")
    english, french = LanguageFactory(code="en"), LanguageFactory(code="fr", name="French")

    def plant(letter: str, year: int | None, kind, countries, themes, **more):
        return PublicationPageFactory(
            title=f"Study {letter}",
            year=year,
            document_type=kind,
            countries=countries,
            themes=themes,
            **more,
        )

    plant("A", 2010, report, [jamaica], [health], languages=[english])
    plant("B", 2015, report, [haiti], [health], languages=[french])
    plant("C", 2015, book, [jamaica, haiti], [labour], languages=[english, french])
    plant("D", 2020, book, [], [labour], networks=[network])
    plant("E", None, report, [haiti], [], tags=["Cruise ships"])
    plant("F", 2020, report, [jamaica], [health, labour], tags=["Cruise ships"])


@pytest.mark.parametrize(
    ("asked", "letters"),
    [
        ({"filters": {"country": ("JM",)}}, "ACF"),
        ({"filters": {"country": ("JM", "HT")}}, "ABCEF"),
        ({"filters": {"country": ("JM",), "theme": ("labour",)}}, "CF"),
        ({"filters": {"network": ("border",)}}, "D"),
        ({"filters": {"type": ("book",)}}, "CD"),
        ({"filters": {"language": ("fr",)}}, "BC"),
        ({"filters": {"tag": ("cruise-ships",)}}, "EF"),
        ({"year_from": 2015}, "BCDF"),
        ({"year_to": 2015}, "ABC"),
        ({"year_from": 2015, "year_to": 2015}, "BC"),
        ({"year_from": 2015, "filters": {"type": ("report",)}}, "BF"),
        ({"filters": {"country": ("XX",)}}, ""),
    ],
)
def test_filters_narrow(ask, shelf, asked, letters):
    for query in ("", "study"):
        results = ask(query, order="title", **asked)
        assert titles(results) == [f"Study {letter}" for letter in letters]
        assert results.total == len(letters)
        assert results.unfiltered == 6


def test_facets_count_all_that_is_found(ask, shelf):
    results = ask("study", facets=FACETS, limit=1)
    assert [facet.name for facet in results.facets] == list(FACETS)
    assert counts(results, "country") == {"JM": 3, "HT": 3}
    assert counts(results, "theme") == {"health": 3, "labour": 3}
    assert counts(results, "network") == {"border": 1}
    assert counts(results, "type") == {"report": 4, "book": 2}
    assert counts(results, "language") == {"en": 5, "fr": 2}
    assert counts(results, "tag") == {"cruise-ships": 2}
    assert counts(results, "year") == {"2010": 1, "2015": 2, "2020": 2}


def test_a_selection_narrows_all_facets_but_its_own(ask, shelf):
    results = ask("study", facets=FACETS, filters={"type": ("book",)})
    assert counts(results, "type") == {"report": 4, "book": 2}
    assert counts(results, "country") == {"JM": 1, "HT": 1}
    assert counts(results, "year") == {"2015": 1, "2020": 1}
    (kinds,) = [facet for facet in results.facets if facet.name == "type"]
    assert [bucket.code for bucket in kinds.buckets if bucket.selected] == ["book"]


def test_years_do_not_narrow_the_histogram(ask, shelf):
    results = ask(facets=("year", "type"), year_from=2015, year_to=2019)
    assert counts(results, "year") == {"2010": 1, "2015": 2, "2020": 2}
    assert counts(results, "type") == {"report": 1, "book": 1}
    (years,) = [facet for facet in results.facets if facet.name == "year"]
    assert [bucket.code for bucket in years.buckets if bucket.selected] == ["2015"]


def test_choosing_a_bucket_lists_as_many_as_it_counts(ask, shelf):
    """The promise of a facet, for every bucket and in the presence of another choice."""
    for chosen in ({}, {"theme": ("health",)}, {"country": ("HT",), "language": ("en",)}):
        for facet in ask("study", facets=FACETS[:-1], filters=chosen).facets:
            for bucket in facet.buckets:
                filters = {**chosen, facet.name: (bucket.code,)}
                assert ask("study", filters=filters).total == bucket.count, (facet.name, bucket)


def test_a_choice_that_finds_nothing_stays_to_be_taken_back(ask, shelf):
    DocumentTypeFactory(code="thesis")
    results = ask(facets=("type",), filters={"type": ("thesis",), "country": ("JM",)})
    assert results.total == 0
    assert counts(results, "type")["thesis"] == 0


def test_labels_are_in_the_readers_language(ask, border_management):
    from django.utils.translation import override

    PublicationPageFactory(themes=[border_management])
    with override("es"):
        (facet,) = ask(language="es", facets=("theme",)).facets
    assert facet.buckets[0].label == "Gestión de fronteras"


# Order and paging ------------------------------------------------------------------------


def test_orders(ask, shelf):
    def letters(order: str) -> str:
        return "".join(title[-1] for title in titles(ask("study", order=order)))

    assert letters("newest") == "DFBCAE"
    assert letters("oldest") == "ABCDFE"
    assert letters("title") == "ABCDEF"


def test_paging_shows_each_publication_once(ask):
    for number in range(15):
        PublicationPageFactory(title="Report on migration", slug=f"report-{number}")
    for query in ("", "migration report"):
        for order in ("relevance", "newest", "oldest", "title"):
            seen: list[int] = []
            for offset in range(0, 20, 4):
                results = ask(query, order=order, limit=4, offset=offset)
                assert results.total == 15
                seen += [hit.page.pk for hit in results.hits]
            assert len(seen) == len(set(seen)) == 15, (query, order)
    assert ask("report", offset=10_000).hits == ()


# Highlighting ----------------------------------------------------------------------------


def test_words_that_were_found_are_marked(ask):
    PublicationPageFactory(
        title="La gestión migratoria",
        abstract="<p>Sobre la <b>Gestion</b> de las fronteras &amp; más.</p>",
    )
    (hit,) = ask("GESTIÓN frontera").hits
    assert hit.title_html == "La <mark>gestión</mark> migratoria"
    assert hit.snippets == (
        "Sobre la <mark>Gestion</mark> de las <mark>fronteras</mark> &amp; más.",
    )


def test_all_but_the_marks_is_escaped(ask):
    PublicationPageFactory(title="<script>alert(1)</script> labour", slug="script")
    (hit,) = ask("labour").hits
    assert hit.title_html == "&lt;script&gt;alert(1)&lt;/script&gt; <mark>labour</mark>"


def test_a_phrase_is_marked_whole_and_its_words_elsewhere_are_not(ask):
    PublicationPageFactory(title="Freedom of movement, a movement")
    (hit,) = ask('"freedom of movement"').hits
    assert hit.title_html == (
        "<mark>Freedom</mark> <mark>of</mark> <mark>movement</mark>, a movement"
    )


def test_passages_are_cut_around_the_words(ask):
    filler = "Lorem ipsum dolor sit amet. " * 30
    PublicationPageFactory(title="A", summary="", abstract=f"<p>{filler} visa {filler}</p>")
    (hit,) = ask("visa").hits
    (passage,) = hit.snippets
    assert passage.startswith("… ")
    assert passage.endswith(" …")
    assert "<mark>visa</mark>" in passage
    assert len(passage) < 300


def test_what_shows_nothing_of_what_was_found_says_under_which_names_it_was(ask, border_management):
    """The theme has the word in Dutch only, and is named to a reader of English in English."""

    def names(query: str, language: str = "en") -> list[tuple[str, ...]]:
        return [hit.found_under for hit in explained(ask(query, language=language), language).hits]

    PublicationPageFactory(
        title="Customs",
        themes=[border_management],
        tags=["cruise ships"],
        series="Wong Papers",
        contributors=[ContributorFactory.build(given_name="Joyce", family_name="Wong")],
    )
    assert names("grensbeheer") == [("<mark>Border management</mark>",)]
    assert names("border", "es") == [("<mark>Gestión de fronteras</mark>",)]
    assert names("border") == [("<mark>Border</mark> management",)]
    assert names("cruise") == [("<mark>cruise</mark> ships",)]
    assert names("wong") == [("Joyce <mark>Wong</mark>", "<mark>Wong</mark> Papers")]
    assert names("customs border") == names("") == [()]
    PublicationPageFactory(title="Border posts")
    assert sorted(names("border")) == [(), ("<mark>Border</mark> management",)]


def test_words_that_were_found_in_another_form_are_marked(elasticsearch, monkeypatch):
    """As the database has them by now. When Elasticsearch fails meanwhile, nothing is marked."""
    page = PublicationPageFactory(
        title="How officers were trained", abstract="<p>They <i>train</i> & are trained.</p>"
    )
    queue.drain(elasticsearch, refresh=True)
    PublicationPage.objects.filter(pk=page.pk).update(title="How guards were trained <once>")
    results = search(SearchRequest("training", user=AnonymousUser()))
    assert "<mark>" not in results.hits[0].title_html
    (hit,) = explained(results, "en").hits
    assert hit.title_html == "How guards were <mark>trained</mark> &lt;once&gt;"
    assert hit.snippets[0].endswith("They <mark>train</mark> &amp; are <mark>trained</mark>.")

    counted = replace(results, inflected=lambda keys: ({}, 5.25))
    assert explained(counted, "en").took_ms == round(results.took_ms + 5.25, 1)

    def fail(conversation, **body):
        raise UnavailableError

    monkeypatch.setattr(Conversation, "ask", fail)
    (hit,) = explained(results, "en").hits
    assert "<mark>" not in hit.title_html


def test_names_are_escaped(ask):
    PublicationPageFactory(title="Customs", tags=["<b>ferry</b> & boats"])
    (hit,) = explained(ask("ferry"), "en").hits
    assert hit.found_under == ("&lt;b&gt;<mark>ferry</mark>&lt;/b&gt; &amp; boats",)


def test_without_highlighting_nothing_is_marked(ask, three_reports):
    (hit,) = ask("diaspora", highlight=False).hits
    assert hit.title_html == "Remittances of the diaspora"


# Readers ---------------------------------------------------------------------------------

MARKER = "zanzibar"


@shared
def hidden():
    """Publications that hold the marker: in draft, and on a shelf for a group."""
    group = Group.objects.create(name="Network")
    shelf = RepositoryPageFactory(
        parent=RepositoryPageFactory().get_parent().specific,
        title="Library",
        slug="library",
        translation_key="7a1c1a6c-6a2c-4f0e-9a7d-5d2d5ba14a11",
    )
    restriction = PageViewRestriction.objects.create(
        page=shelf, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(group)
    theme = ThemeFactory(code=MARKER)
    facts = {"themes": [theme], "tags": [MARKER], "year": 1999}
    PublicationPageFactory(title=f"Secret {MARKER} one", live=False, **facts)
    PublicationPageFactory(title=f"Secret {MARKER} two", parent=shelf, **facts)
    PublicationPageFactory(title="Public report", year=2000)
    return group


def test_what_a_reader_may_not_see_is_nowhere(ask, hidden):
    stranger = User.objects.create_user("stranger@example.org")
    for user in (AnonymousUser(), stranger):
        for query in (MARKER, f"{MARKER} secret", f'"secret {MARKER}"', f"{MARKER} public", ""):
            for filters in ({}, {"theme": (MARKER,)}, {"tag": (MARKER,)}):
                results = ask(query, user=user, filters=filters, facets=FACETS)
                assert results.total == len(results.hits) <= 1
                assert results.unfiltered <= 1
                assert results.suggestion is None
                assert not any(MARKER in title for title in titles(results))
                shown = [
                    bucket
                    for facet in results.facets
                    for bucket in facet.buckets
                    if bucket.code in (MARKER, "1999")
                ]
                assert all(bucket.count == 0 and bucket.selected for bucket in shown)


def test_errors_are_put_right_from_what_a_reader_may_read_alone(ask, hidden):
    """A word on a hidden shelf is neither what was meant, nor one that exists."""
    PublicationPageFactory(title="Report on zanzibor")
    for query in ("zanziboor", MARKER):
        results = ask(query, facets=FACETS)
        assert titles(results) == ["Report on zanzibor"]
        assert results.suggestion == "zanzibor"
    assert titles(ask("secrett")) == []


def test_an_error_beside_other_words_leads_to_what_holds_both(ask):
    wanted = PublicationPageFactory(title="Remittances and development in Haiti")
    PublicationPageFactory(title="Remnants of the plantations")
    PublicationPageFactory(title="Housing in Haiti")
    results = ask("remitances haitti")
    assert titles(results)[0] == wanted.title
    assert results.suggestion == "remittances haiti"
    assert "<mark>Remittances</mark>" in results.hits[0].title_html
    assert ask("haiti").suggestion is None


def test_of_words_equally_near_the_one_with_the_same_first_letter_was_meant(ask):
    for number in range(3):
        PublicationPageFactory(title=f"Immigration {number}")
    PublicationPageFactory(title="Emigration")
    assert ask("emmigration").suggestion == "emigration"


def test_an_error_in_a_word_with_synonyms_leads_to_these_too(ask):
    SynonymSet.objects.create(terms="remittances\nremesas")
    PublicationPageFactory(title="Remittances in Haiti")
    PublicationPageFactory(title="Las remesas en Haití")
    results = ask("remitances haiti")
    assert titles(results) == ["Remittances in Haiti", "Las remesas en Haití"]
    assert "<mark>remesas</mark>" in results.hits[1].title_html


def test_names_and_words_of_other_languages_are_no_errors(ask):
    PublicationPageFactory(title="What went wrong in the ports")
    PublicationPageFactory(title="The labour of mining")
    PublicationPageFactory(
        title="Remittances",
        publisher="Lavor Press",
        contributors=[ContributorFactory.build(given_name="Joyce", family_name="Wong")],
    )
    PublicationPageFactory(title="Los puertos y la minería", locale="es")
    for query, title in (
        ("wong", "Remittances"),
        ("lavor", "Remittances"),
        ("puertos", "Los puertos y la minería"),
    ):
        results = ask(query)
        assert titles(results) == [title]
        assert results.suggestion is None


def test_a_reader_with_the_right_sees_the_shelf_and_no_draft(ask, hidden):
    member = User.objects.create_user("member@example.org")
    member.groups.add(hidden)
    results = ask(MARKER, user=member, facets=FACETS)
    assert titles(results) == [f"Secret {MARKER} two"]
    assert counts(results, "theme") == {MARKER: 1}


def test_without_a_user_nothing_is_found(ask, three_reports):
    assert ask(user=None, facets=FACETS).total == 0
    assert ask("health", user=None).total == 0


# Changes ---------------------------------------------------------------------------------


def test_a_change_is_found_at_once(ask, border_management):
    page = PublicationPageFactory(title="First title", themes=[border_management])
    assert ask("first").total == 1
    page.title = "Second title"
    page.themes.clear()
    page.save_revision().publish()
    assert ask("first").total == 0
    assert ask("second").total == 1
    assert ask("grensbeheer").total == 0
    page = PublicationPage.objects.get(pk=page.pk)
    page.themes.add(border_management)
    page.save_revision().publish()
    assert ask("grensbeheer").total == 1
    page.unpublish()
    assert ask("second").total == ask().total == 0
    page.save_revision().publish()
    assert ask("second").total == 1
    page.delete()
    assert ask("second").total == 0


def test_a_draft_beside_a_live_page_is_not_found(ask):
    page = PublicationPageFactory(title="Public title")
    page.title = "Unreleased title"
    page.save_revision()
    assert ask("unreleased").total == 0
    assert titles(ask("public")) == ["Public title"]


# Engines ---------------------------------------------------------------------------------


def test_an_engine_says_what_it_can_do(ask, three_reports):
    results = ask("remitances")
    assert results.engine == engine().name
    assert results.capabilities == engine().capabilities
    assert (results.total == 1) == results.capabilities.typo_tolerance
    assert (results.suggestion == "remittances") == results.capabilities.did_you_mean


@pytest.mark.once
def test_queries_do_not_grow_with_the_publications(ask, border_management):
    for factory in (NetworkFactory, ThemeFactory, CountryFactory):
        factory.create_batch(4)
    DocumentTypeFactory(), LanguageFactory(), RepositoryPageFactory()

    def queries(**fields) -> int:
        ask("migration", facets=FACETS, **fields)
        with CaptureQueriesContext(connection) as captured:
            ask("migration", facets=FACETS, **fields)
        return len(captured)

    def grow(total: int) -> None:
        grow_publications(total)
        queue.changed(PublicationPage.objects.all())

    fields = {"filters": {"country": ("JM",), "type": ("report",)}, "year_from": 1995}
    grow(10)
    few = queries(), queries(**fields)
    grow(1000)
    assert (queries(), queries(**fields)) == few
