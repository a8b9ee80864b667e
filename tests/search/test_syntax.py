"""What can be said in the words of a query, in every engine alike."""

import pytest

from pages.factories import CountryFactory
from repository.factories import ContributorFactory, PublicationPageFactory
from search.words import parse
from tests.shared import shared


@shared
def reports():
    """Four reports that differ in country, year and author."""
    jamaica = CountryFactory(code="JM", name="Jamaica")
    CountryFactory(code="JM", locale="es", name="Jamaica")
    haiti = CountryFactory(code="HT", name="Haiti")
    CountryFactory(code="HT", locale="es", name="Haití")

    def plant(title: str, year: int, countries, family: str, given: str = "") -> None:
        author = ContributorFactory.build(family_name=family, given_name=given)
        PublicationPageFactory(title=title, year=year, countries=countries, contributors=[author])

    plant("Labour migration", 2014, [jamaica], "Joseph", "Anna")
    plant("Labour of the diaspora", 2016, [haiti], "Pérez", "Luis")
    plant("Remittances of the diaspora", 2018, [haiti], "de Vries", "Anna")
    plant("Free movement of persons", 2020, [], "Joseph", "Luis")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("labour -diaspora", "Labour migration"),
        ("diaspora −labour", "Remittances of the diaspora"),
        ('labour -"of the diaspora"', "Labour migration"),
        ("-labour -remittances", "Free movement of persons"),
        ("remittances OR persons", "Free movement of persons|Remittances of the diaspora"),
        ("remittances OU persons", "Free movement of persons|Remittances of the diaspora"),
        ('"free movement" OR remittances', "Free movement of persons|Remittances of the diaspora"),
        ("diaspora labour OR remittances", "Labour of the diaspora|Remittances of the diaspora"),
        ("author:joseph", "Free movement of persons|Labour migration"),
        ('author:"perez luis"', "Labour of the diaspora"),
        ("autor:Anna labour", "Labour migration"),
        ("author:anna author:joseph", "Labour migration"),
        ("year:2016..2018", "Labour of the diaspora|Remittances of the diaspora"),
        ("year:2018-2016", "Labour of the diaspora|Remittances of the diaspora"),
        ("año:2020", "Free movement of persons"),
        ("year:..2014", "Labour migration"),
        ("year:2020..", "Free movement of persons"),
        ("country:jm", "Labour migration"),
        ("país:haití -labour", "Remittances of the diaspora"),
        ("country:HT author:perez diaspora", "Labour of the diaspora"),
    ],
)
def test_words_may_be_excluded_chosen_between_and_prefixed(ask, reports, query, found):
    complete = [hit.page.title for hit in ask(query).hits if not hit.partial]
    assert "|".join(sorted(complete)) == found


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("nothing:known labour -diaspora", "Labour migration"),
        ("labour -persons year:soon diaspora", "Labour of the diaspora"),
        ("country:nowhere remittances", "Remittances of the diaspora"),
    ],
)
def test_what_is_not_understood_before_a_colon_counts_as_words(ask, reports, query, first):
    assert ask(query).hits[0].page.title == first


def test_prefixes_count_as_selections(ask, reports):
    results = ask("diaspora country:ht", facets=("country",))
    (facet,) = results.facets
    assert [(bucket.code, bucket.selected) for bucket in facet.buckets] == [("HT", True)]


@pytest.mark.parametrize(
    "query",
    ["-", "--", "OR", "OR OR", "a OR", "author:", "year:", 'country:"', "-OR", ":", "year:99999"],
)
def test_an_operator_with_nothing_to_work_on_is_no_error(ask, reports, query):
    ask(query)


def test_a_hyphen_inside_a_word_excludes_nothing():
    parsed = parse("COVID-19 main-d'oeuvre")
    assert not parsed.excluded
    assert [term.words for term in parsed.terms] == [
        *(("covid",), ("19",), ("main",), ("oeuvre",)),
    ]
