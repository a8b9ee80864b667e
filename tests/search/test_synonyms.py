"""Words that mean the same: on both engines, at once, and without a new index."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from repository.factories import PublicationPageFactory
from search import queue, synonyms, upkeep
from search.contract import SearchRequest
from search.engines import search
from search.models import SynonymSet, SynonymsJob
from search.words import parse

from .conftest import in_use, titles


def add(*terms: str, **fields) -> SynonymSet:
    made = SynonymSet(terms="\n".join(terms), **fields)
    made.full_clean()
    made.save()
    return made


def test_one_finds_the_others(ask):
    add("labour migration", "arbeidsmigratie", "migración laboral")
    PublicationPageFactory(title="Trends in labour migration")
    PublicationPageFactory(title="Arbeidsmigratie in Suriname", locale="nl")
    PublicationPageFactory(title="Labour and the migration of birds")
    for query in ("labour migration", "Arbeidsmigratie", "migracion laboral"):
        found = titles(ask(query))
        assert {"Trends in labour migration", "Arbeidsmigratie in Suriname"} <= set(found), query
    assert "Labour and the migration of birds" not in titles(ask("arbeidsmigratie"))


def test_what_is_typed_comes_before_its_synonyms(ask):
    add("remittances", "remesas")
    PublicationPageFactory(title="Remesas", locale="es")
    PublicationPageFactory(title="Remittances")
    assert titles(ask("remittances")) == ["Remittances", "Remesas"]
    assert not any(hit.partial for hit in ask("remittances").hits)


def test_other_words_still_matter(ask):
    add("labour migration", "arbeidsmigratie")
    PublicationPageFactory(title="Arbeidsmigratie in Suriname", locale="nl")
    PublicationPageFactory(title="Arbeidsmigratie in Curaçao", locale="nl")
    hits = ask("labour migration suriname").hits
    assert [(hit.page.title, hit.partial) for hit in hits] == [
        ("Arbeidsmigratie in Suriname", False),
        ("Arbeidsmigratie in Curaçao", True),
    ]


@pytest.mark.parametrize("query", ["migrant workers", "trabajador migrante", "arbeidsmigranten"])
def test_singular_and_plural_find_each_other(ask, query):
    add("migrant worker", "trabajador migrante", "arbeidsmigrant")
    PublicationPageFactory(title="Migrant workers in tourism")
    PublicationPageFactory(title="Los trabajadores migrantes", locale="es")
    PublicationPageFactory(title="De arbeidsmigrant", locale="nl")
    assert ask(query).total == 3


def test_sets_that_share_a_term_belong_together(ask):
    add("trafficking in persons", "trata de personas")
    add("trafficking in persons", "human trafficking")
    PublicationPageFactory(title="Human trafficking")
    assert ask("trata de personas").total == 1


def test_one_way_does_not_lead_back(ask):
    add("API", "advance passenger information", kind=SynonymSet.Kind.ONE_WAY)
    PublicationPageFactory(title="Advance passenger information")
    PublicationPageFactory(title="An API for developers")
    assert ask("api").total == 2
    assert titles(ask("advance passenger information")) == ["Advance passenger information"]


def test_one_way_widens_what_is_equivalent_to_its_first_term(ask):
    add("Haitian", "haitiano", "haïtien")
    add("Haitian", "Haiti", kind=SynonymSet.Kind.ONE_WAY)
    add("Haiti", "Ayiti")
    for title in ("Haiti", "Ayiti cherie", "Les haïtiens"):
        PublicationPageFactory(title=title)
    assert sorted(titles(ask("haitianos"))) == ["Ayiti cherie", "Haiti", "Les haïtiens"]
    assert sorted(titles(ask("haiti"))) == ["Ayiti cherie", "Haiti"]


def test_in_quotation_marks_only_the_words_themselves_count(ask):
    add("labour migration", "arbeidsmigratie")
    PublicationPageFactory(title="Arbeidsmigratie", locale="nl")
    assert ask('"labour migration"').total == 0


def test_synonyms_that_were_found_are_marked(ask):
    add("remittances", "envois de fonds")
    PublicationPageFactory(title="Les envois de fonds", locale="fr")
    (hit,) = ask("remittances").hits
    assert "<mark>envois</mark> <mark>de</mark> <mark>fonds</mark>" in hit.title_html


def test_a_change_counts_at_once(ask):
    made = add("barrel children", "children left behind")
    PublicationPageFactory(title="Children left behind")
    assert ask("barrel children").hits[0].partial is False
    made.terms = "barrel\ntub"
    made.save()
    assert ask("barrel children").hits[0].partial
    made.delete()
    assert ask("barrel").total == 0


def test_what_may_be_kept():
    for terms in ("one", "", "migrant\nMigránt", "one\n!!", "word " * 17 + "\nother"):
        with pytest.raises(ValidationError) as refused:
            SynonymSet(terms=terms).full_clean()
        assert set(refused.value.message_dict) == {"terms"}
    kept = SynonymSet(terms="  Labour   migration \n\nlabour-migration\narbeidsmigratie\r\n")
    kept.full_clean()
    assert kept.terms == "Labour migration\narbeidsmigratie"


def test_the_longest_term_is_taken():
    rules = synonyms.compiled(
        [SynonymSet(terms="migration\nmigratie"), SynonymSet(terms="return migration\nremigratie")]
    )
    parsed = parse("return migration")
    (found,) = rules.expansions(parsed.sequence, parsed.plain)
    assert [term.words for term in found.others] == [("remigratie",)]


def test_shipped_sets_keep_apart_what_must_be_kept_apart(content):
    def terms(*words: str) -> set[str]:
        return {" ".join(term) for term in synonyms.rules().targets[words]}

    assert SynonymSet.objects.count() == 305
    assert "mensenhandel" in terms("human", "trafficking")
    assert not terms("trafficking", "in", "persons") & terms("smuggling", "of", "migrants")
    assert not terms("refugee") & terms("asylum", "seeker")
    assert "tip" not in terms("trafficking", "in", "persons")
    assert "trafficking in persons" in terms("tip")
    assert {"haitian", "haiti"} <= terms("haitianos")
    assert "haitian" not in terms("haiti")
    assert "dominica" not in terms("dominicanos")
    assert ("dominican",) not in synonyms.rules().targets


# On their way into Elasticsearch ---------------------------------------------------------


@pytest.fixture
def kept(elasticsearch):
    """A server that keeps synonyms."""
    assert synonyms.prepare(elasticsearch)
    return elasticsearch


def test_elasticsearch_is_told_by_the_queue_and_needs_no_new_index(kept):
    PublicationPageFactory(title="Arbeidsmigratie", locale="nl")
    queue.drain(kept, refresh=True)
    before = in_use(kept)
    add("labour migration", "arbeidsmigratie")
    assert queue.is_waiting()
    assert synonyms.held(kept) == []
    assert not synonyms.current()[1]
    queue.drain(kept)
    assert any("arbeidsmigratie" in line for line in synonyms.held(kept))
    assert synonyms.current()[1]
    assert not queue.is_waiting()
    # Elasticsearch itself knows: no synonym is named in the query.
    rules = synonyms.current()[0]
    assert "arbeidsmigratie" in str(rules.as_lines())
    results = search(SearchRequest("labour migration", user=AnonymousUser()))
    assert (results.total, results.degraded) == (1, False)
    assert in_use(kept) == before
    assert synonyms.agree(kept)


def test_both_ways_find_the_same(kept, content):
    queries = ("trata de personas", "remesas jamaica", "OIM", "migrant workers", "climate change")

    def found() -> list[list[int]]:
        return [
            [hit.page.pk for hit in search(SearchRequest(q, user=AnonymousUser(), limit=50)).hits]
            for q in queries
        ]

    upkeep.rebuild(kept)
    assert synonyms.current()[1]
    by_elasticsearch = found()
    SynonymsJob.objects.update(done=None)
    assert list(map(set, found())) == list(map(set, by_elasticsearch))


def test_a_server_that_keeps_none_is_served_by_the_query(elasticsearch, monkeypatch):
    from elasticsearch import NotFoundError

    def refuse(*args, **kwargs):
        raise NotFoundError("no such API", _Meta(404), {})

    monkeypatch.setattr(synonyms, "held", refuse)
    monkeypatch.setattr(synonyms, "put", refuse)
    add("labour migration", "arbeidsmigratie")
    PublicationPageFactory(title="Arbeidsmigratie", locale="nl")
    assert not upkeep.rebuild(elasticsearch).failed
    queue.drain(elasticsearch, refresh=True)
    assert SynonymsJob.objects.get().refused
    assert not queue.is_waiting()
    results = search(SearchRequest("labour migration", user=AnonymousUser()))
    assert (results.total, results.degraded) == (1, False)


def test_a_state_that_was_lost_on_the_way_is_found(kept):
    add("labour migration", "arbeidsmigratie")
    queue.drain(kept)
    assert synonyms.agree(kept)
    kept.synonyms.put_synonym(id=synonyms.name(), synonyms_set=[])
    assert not synonyms.agree(kept)
    synonyms.renew(kept)
    assert synonyms.agree(kept)


class _Meta:
    def __init__(self, status: int) -> None:
        self.status = status
