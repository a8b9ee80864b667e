"""``manage.py search_evaluate COLLECTION``: how well the search finds, in figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from elasticsearch import ApiError, TransportError
from tqdm import tqdm

from search import synonyms
from search.evaluation import (
    ENGINES,
    MEASURES,
    CollectionError,
    Query,
    measure,
    read_collection,
    trec,
)


class Command(BaseCommand):
    help = (
        "Indexes a judged collection in a temporary index with the mapping of production, runs"
        " its queries, and prints nDCG@10, MRR@10, Recall@100 and milliseconds by language and"
        " kind of query."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "collection",
            type=Path,
            help="a folder with docs.jsonl.gz, queries.jsonl and qrels.tsv",
        )
        parser.add_argument(
            "--engine", choices=sorted(ENGINES), default="elasticsearch", help="which to ask"
        )
        parser.add_argument("--json", action="store_true", help="print rows as JSON")
        parser.add_argument(
            "--run",
            type=Path,
            metavar="FILE",
            help="also write the rankings in TREC's run format, 100 documents a query",
        )

    def handle(self, *args: Any, collection: Path, engine: str, **options: Any) -> None:
        try:
            judged = read_collection(collection)
            with synonyms.fixed():
                answers = list(ENGINES[engine](judged, self._progress))
        except CollectionError as error:
            raise CommandError(str(error)) from None
        except (ApiError, TransportError) as error:
            raise CommandError(f"Elasticsearch does not answer: {error}") from None
        if options["run"]:
            with options["run"].open("w", encoding="utf-8") as run:
                run.writelines(trec(answers, f"cpmg-{engine}"))
        rows = measure(judged, answers)
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in rows], indent=1))
            return
        width = max(len(row.kind) for row in rows)
        head = ["lang", "kind".ljust(width), "    n", *MEASURES, "p50 ms", "p95 ms"]
        self.stdout.write("  ".join(head))
        for row in rows:
            figures = [f"{row.measures[name]:.4f}".rjust(len(name)) for name in MEASURES]
            times = [f"{row.p50_ms:6.1f}", f"{row.p95_ms:6.1f}"]
            line = [row.language.ljust(4), row.kind.ljust(width), f"{row.number:5}"]
            self.stdout.write("  ".join([*line, *figures, *times]))

    @staticmethod
    def _progress(queries: Iterable[Query]) -> Iterable[Query]:
        return tqdm(queries, desc="Queries", leave=False) if sys.stderr.isatty() else queries
