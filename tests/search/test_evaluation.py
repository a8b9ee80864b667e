"""``search_evaluate``: a small judged collection, whose scores can be worked out by hand."""

import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from search.evaluation import MEASURES

pytestmark = pytest.mark.django_db

DOCUMENTS = [
    ("d1", "en", "Labour migration", "Workers who cross borders for work."),
    ("d2", "en", "Remittances", "Money that the diaspora sends home."),
    ("d3", "es", "Remesas", "El dinero que la diáspora envía."),
    ("d4", "nl", "Arbeidsmarkt", "Werk en arbeidsmarktbeleid in de regio."),
    ("d5", "fr", "Les accords régionaux", "La main-d’œuvre et les accords."),
]
QUERIES = [
    ("q1", "en", "remittances", "keyword", "d2"),
    ("q2", "en", "remitances", "keyword~typo1", "d2"),
    ("q3", "es", "dinero", "keyword", "d3"),
    ("q4", "nl", "arbeids markt", "split", "d4"),
    ("q5", "fr", "main d'oeuvre", "keyword", "d5"),
    ("q6", "en", "zzzzzz", "unknown", "d1"),
]


@pytest.fixture
def collection(tmp_path):
    with gzip.open(tmp_path / "docs.jsonl.gz", "wt", encoding="utf-8") as file:
        for pk, lang, title, text in DOCUMENTS:
            file.write(json.dumps({"id": pk, "lang": lang, "title": title, "text": text}) + "\n")
    lines = [
        json.dumps({"id": pk, "lang": lang, "text": text, "kind": kind})
        for pk, lang, text, kind, _document in QUERIES
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(lines))
    judged = [f"{query[0]}\t{query[4]}\t1" for query in QUERIES]
    (tmp_path / "qrels.tsv").write_text("\n".join(["query-id\tdoc-id\tgrade", *judged]))
    return tmp_path


def evaluate(collection, capsys, *arguments: str) -> dict[tuple[str, str], dict]:
    call_command("search_evaluate", str(collection), "--json", *arguments)
    rows = json.loads(capsys.readouterr().out)
    assert all(
        [*row] == ["lang", "kind", "n", *MEASURES, "p50_ms", "p95_ms"] and row["n"] == 1
        for row in rows
    )
    return {(row["lang"], row["kind"]): row for row in rows}


def test_elasticsearch_is_measured(elasticsearch, collection, capsys):
    rows = evaluate(collection, capsys, "--engine", "elasticsearch")
    found = {key: row["ndcg@10"] for key, row in rows.items()}
    assert found.pop(("en", "unknown")) == 0
    assert set(found.values()) == {1.0}, found


def test_its_index_is_gone_afterwards(elasticsearch, collection, capsys):
    before = set(elasticsearch.indices.get(index="*").body)
    evaluate(collection, capsys)
    assert not [
        name
        for name in set(elasticsearch.indices.get(index="*").body) - before
        if "evaluation" in name
    ]


def test_the_database_is_measured(collection, capsys):
    rows = evaluate(collection, capsys, "--engine", "database")
    assert rows["en", "keyword"]["mrr@10"] == rows["es", "keyword"]["mrr@10"] == 1
    assert rows["en", "keyword~typo1"]["recall@100"] == 1


def test_a_run_is_in_trecs_format(collection, capsys, tmp_path):
    file = tmp_path / "run.txt"
    evaluate(collection, capsys, "--engine", "database", "--run", str(file))
    lines = [line.split() for line in file.read_text().splitlines()]
    assert ["q1", "Q0", "d2", "1"] in [line[:4] for line in lines]
    assert all(len(line) == 6 and float(line[4]) for line in lines)


def test_a_table_is_for_people(collection, capsys):
    call_command("search_evaluate", str(collection), "--engine", "database")
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:5] == ["lang", "kind", "n", "ndcg@10", "mrr@10"]
    assert len(rows) == len({(query[1], query[3]) for query in QUERIES})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("queries.jsonl", "not JSON"),
        ("queries.jsonl", '{"id": "q1", "lang": "de", "text": "Wanderung"}'),
        ("queries.jsonl", '{"id": "q1", "text": "no language"}'),
        ("qrels.tsv", "q1\td1"),
        ("qrels.tsv", "a\tb\tc\nq1\td1\thigh"),
        ("docs.jsonl.gz", "not compressed"),
    ],
)
def test_what_is_no_collection_is_refused_with_a_reason(collection, name, content):
    (collection / name).write_text(content)
    with pytest.raises(CommandError):
        call_command("search_evaluate", str(collection), "--engine", "database")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError):
        call_command("search_evaluate", str(tmp_path / "none"), "--engine", "database")
