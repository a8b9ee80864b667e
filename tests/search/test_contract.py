"""More of what every engine does alike: cursors, identifiers, formats, suggestions, likeness."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from cpmg.users.models import User
from pages.factories import CountryFactory, ThemeFactory
from repository.factories import ContributorFactory, PublicationPageFactory, RepositoryPageFactory
from search import cursors, queue
from search.contract import SearchRequest
from search.engines import more_like_this, suggest
from search.models import IndexJob
from tests.shared import shared

from .conftest import titles

# Cursors ---------------------------------------------------------------------------------


@shared
def many():
    for number in range(11):
        PublicationPageFactory(
            title=f"Report {number % 3} on migration",
            slug=f"report-{number}",
            year=[2010, 2012, None][number % 3],
        )
    for number in range(4):
        PublicationPageFactory(title=f"Report {number} on else", slug=f"else-{number}")


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest", "title"])
@pytest.mark.parametrize("query", ["", "report", "migration report"])
def test_a_cursor_goes_through_everything_once(ask, many, order, query):
    whole = [hit.page.pk for hit in ask(query, order=order, limit=50).hits]
    seen: list[int] = []
    cursor = ""
    for _step in range(10):
        results = ask(query, order=order, limit=4, cursor=cursor)
        assert results.total == len(whole)
        seen += [hit.page.pk for hit in results.hits]
        if not (cursor := results.next_cursor):
            break
    assert seen == whole


def test_what_comes_and_goes_repeats_nothing(ask, many):
    first = ask("report", order="title", limit=5)
    first.hits[-1].page.unpublish()
    first.hits[0].page.unpublish()
    PublicationPageFactory(title="Report 0 before all", slug="new")
    second = ask("report", order="title", limit=50, cursor=first.next_cursor)
    shown = {hit.page.pk for hit in first.hits}
    rest = {hit.page.pk for hit in second.hits}
    assert not shown & rest
    assert len(rest) >= 15 - 5


def test_a_cursor_belongs_to_its_question_and_is_signed(ask, many):
    cursor = ask("report", limit=4).next_cursor
    assert cursor
    for query, given in (("migration", cursor), ("report", cursor[:-2] + "xx"), ("report", "x")):
        with pytest.raises(cursors.BadCursorError):
            ask(query, limit=4, cursor=given)


# Identifiers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        *("10.1000/abc.182", "https://doi.org/10.1000/ABC.182", "doi:10.1000/abc.182"),
        *("978-3-16-148410-0", "9783161484100", "ISBN 978-3-16-148410-0"),
        *("1234-5679", "ISSN 1234-5679"),
    ],
)
def test_an_identifier_leads_to_its_record(ask, query):
    page = PublicationPageFactory(
        title="One", doi="10.1000/abc.182", isbn="9783161484100", issn="1234-5679"
    )
    PublicationPageFactory(title="Other 1234-5679")
    assert ask(query).exact == page
    assert ask(f"{query} one").exact is None


def test_what_is_not_one_record_is_a_list(ask):
    for letter in "ab":
        PublicationPageFactory(title=letter, issn="1234-5679")
    hidden = PublicationPageFactory(title="c", doi="10.1000/hidden")
    hidden.unpublish()
    assert ask("1234-5679").exact is None
    assert ask("1234-5679").total == 2
    assert ask("10.1000/hidden").exact is None


# Order -----------------------------------------------------------------------------------


def test_titles_follow_the_alphabet_of_the_reader(ask):
    for title in ("Año", "Anz", "Anuario", "Ápice", "Aoz"):
        PublicationPageFactory(title=title, locale="es")
    assert titles(ask(order="title", language="es")) == ["Anuario", "Anz", "Año", "Aoz", "Ápice"]
    assert titles(ask(order="title", language="en")) == ["Año", "Anuario", "Anz", "Aoz", "Ápice"]


# Suggestions -----------------------------------------------------------------------------


@pytest.fixture
def complete(ask):
    def complete(query: str, user=None, language: str = "en") -> list[tuple[str, str]]:
        ask()
        asked = SearchRequest(query, user=user or AnonymousUser(), language=language, limit=5)
        return [(one.kind, one.text) for one in suggest(asked)]

    return complete


def test_titles_subjects_and_people_are_suggested(complete):
    haiti = CountryFactory(code="HT", name="Haiti")
    CountryFactory(code="XX", name="Haitland")
    PublicationPageFactory(
        title="Return to Haïti",
        countries=[haiti],
        contributors=[ContributorFactory.build(family_name="Pérez", given_name="Haidée")],
        tags=["hairdressers"],
    )
    assert complete("hai") == [
        ("subject", "Haiti"),
        ("subject", "hairdressers"),
        ("person", "Pérez, Haidée"),
        ("title", "Return to Haïti"),
    ]
    assert complete("perez ha") == [("person", "Pérez, Haidée")]
    assert complete("HAÏTI ret") == [("title", "Return to Haïti")]
    assert complete("aiti") == complete("h") == complete("") == complete("“") == []


def test_nothing_hidden_is_suggested(complete):
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
    facts = {
        "themes": [ThemeFactory(code="zanzibar", name="Zanzibar")],
        "tags": ["zanzitag"],
    }
    people = [ContributorFactory.build(family_name="Zanziwriter")]
    PublicationPageFactory(title="Zanzibar secrets", parent=shelf, contributors=people, **facts)
    PublicationPageFactory(title="Zanzibar draft", live=False, slug="draft", **facts)
    assert complete("zanzi") == []
    member = User.objects.create_user("member@example.org")
    member.groups.add(group)
    assert len(complete("zanzi", user=member)) == 4


def test_what_was_made_private_is_not_suggested_before_the_index_hears_of_it(
    elasticsearch, settings
):
    page = PublicationPageFactory(title="Zanzibar")
    queue.drain(elasticsearch, refresh=True)
    asked = SearchRequest("zanz", user=AnonymousUser(), limit=5)
    assert len(suggest(asked)) == 1
    page.unpublish()
    assert IndexJob.objects.exists()
    assert suggest(asked) == ()


def test_without_a_user_nothing_is_suggested(complete):
    PublicationPageFactory(title="Haiti")
    assert suggest(SearchRequest("haiti")) == ()


def test_the_page_asks_for_them(client, complete, django_assert_max_num_queries):
    PublicationPageFactory(title="Rapport sur Haïti", locale="fr")
    complete("rapp")
    with django_assert_max_num_queries(30):
        response = client.get("/fr/recherche/suggest/?q=rapp")
    assert response.headers["Cache-Control"] == "private, max-age=60"
    (one,) = response.json()["suggestions"]
    assert (one["text"], one["lang"], one["kind"]) == ("Rapport sur Haïti", "fr", "title")
    assert client.get(one["address"]).status_code == 200
    answer = client.get("/api/v3/search/suggest/?q=rapp&locale=fr").json()
    assert answer["items"] == [one]


# Likeness --------------------------------------------------------------------------------


def test_more_like_this_is_about_the_same(ask, border_management):
    page = PublicationPageFactory(title="Border posts", themes=[border_management])
    same = PublicationPageFactory(title="Grenzen", themes=[border_management])
    words = PublicationPageFactory(title="Border posts of Guyana")
    PublicationPageFactory(title="Cooking")
    ask()
    found = [hit.page for hit in more_like_this(page, AnonymousUser(), "en")]
    assert set(found) == {same, words}
    with CaptureQueriesContext(connection) as captured:
        more_like_this(page, AnonymousUser(), "en")
    assert len(captured) < 40
    page.unpublish()
    assert more_like_this(page, AnonymousUser(), "en") == ()
    same.unpublish()
    page = PublicationPageFactory(title="Other", themes=[border_management])
    assert same not in [hit.page for hit in more_like_this(page, AnonymousUser(), "en")]
    assert more_like_this(page, None, "en") == ()
