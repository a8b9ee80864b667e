"""How well the search finds in the platform's own subject: scores that must not fall.

The collection is described in ``collection/make.py``. A change that raises a score may raise its
floor as well; one that lowers it needs a reason.
"""

import json
from pathlib import Path

import pytest
from django.conf import settings

from search import queue, synonyms
from search.evaluation import ENGINES, measure, read_collection
from search.models import SynonymSet

from .collection import make

FOLDER = Path(make.__file__).parent
#: nDCG@10 by kind of query, less two hundredths for the next version of Lucene or SQLite.
FLOORS = {
    "elasticsearch": {"known-item": 0.98, "topic": 0.90, "cross-language": 0.90, "typo": 0.92},
    "database": {"known-item": 0.98, "topic": 0.85, "cross-language": 0.90, "typo": 0.90},
}


@pytest.fixture
def shipped_synonyms(db):
    records = json.loads((settings.SITE / "data/search_synonyms.json").read_text("utf-8"))
    SynonymSet.objects.bulk_create(
        SynonymSet(terms="\n".join(one["terms"]), kind=one["kind"]) for one in records
    )
    synonyms.changed()


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_scores_do_not_fall(request, shipped_synonyms, engine):
    if engine == "elasticsearch":
        queue.drain(request.getfixturevalue("elasticsearch"))
    judged = read_collection(FOLDER)
    rows = measure(judged, ENGINES[engine](judged, lambda queries: queries))
    found = {}
    for kind in FLOORS[engine]:
        of_kind = [row for row in rows if row.kind == kind]
        total = sum(row.measures["ndcg@10"] * row.number for row in of_kind)
        found[kind] = round(total / sum(row.number for row in of_kind), 4)
    assert all(found[kind] >= floor for kind, floor in FLOORS[engine].items()), found


def test_the_collection_is_of_the_shipped_publications():
    judged = read_collection(FOLDER)
    made = {document["id"]: document for document in make.documents()}
    assert {document.id: document.text for document in judged.documents} == {
        key: document["text"] for key, document in made.items()
    }, "python -m tests.search.collection.make"
    assert {judgment.doc_id for judgment in judged.judgments} <= set(made)


def test_the_collection_asks_enough_in_every_language():
    judged = read_collection(FOLDER)
    assert len(judged.queries) >= 60
    assert {query.language for query in judged.queries} == {"en", "es", "fr", "nl"}
    asked = {judgment.query_id for judgment in judged.judgments}
    assert asked == {query.id for query in judged.queries}
