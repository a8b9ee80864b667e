"""``manage.py search_reconcile``: whether the indexes and the database agree."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from tqdm import tqdm

from search import synonyms, upkeep
from search.index import Index
from search.management.base import IndexCommand

SHOWN = 10


class Command(IndexCommand):
    help = (
        "Compares keys, versions and readers of all publications, and of the posts of the forum,"
        " with their indexes. Exit code 0: they agree, or were made to; 1: they differ; 2:"
        " Elasticsearch does not answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="bring the index up to date")

        self.add_index(parser)

    def run(self, options: dict[str, Any]) -> None:
        fix = options["fix"]
        chosen = self.chosen(options)
        failed: dict[UUID, str] = {}
        differ = 0
        for of in chosen:
            if len(chosen) > 1:
                self.stdout.write(of.name.capitalize())
            differences, errors = self._compared(of, fix=fix)
            failed |= errors
            differ += len(differences)
        told = synonyms.agree(self.es)
        if fix and not told:
            told = not synonyms.renew(self.es).failed
        self.stdout.write(f"{'synonyms':<12} {'agree' if told else 'differ':>8}")
        if failed:
            self.fail(f"{len(failed)} could not be written: {next(iter(failed.values()))}", 1)
        if (differ or not told) and not fix:
            self.fail("Index and database differ. --fix brings the index up to date.", 1)

    def _compared(self, of: Index, *, fix: bool) -> tuple[upkeep.Differences, dict[UUID, str]]:
        self.es.indices.refresh(index=of.alias)
        failed: dict[UUID, str] = {}
        with tqdm(desc=of.name, disable=not sys.stderr.isatty()) as bar:
            if fix:
                differences, failed = upkeep.converge(
                    self.es, of.alias, bar.update, alias=True, of=of
                )
            else:
                differences = upkeep.compare(self.es, of.alias, bar.update, of)
        for kind, keys in differences.by_kind().items():
            shown = ", ".join(str(key) for key in keys[:SHOWN])
            more = ", ..." if len(keys) > SHOWN else ""
            self.stdout.write(f"{kind:<12} {len(keys):>8,}  {shown}{more}".rstrip())
        self.stdout.write(f"{'waiting':<12} {differences.waiting:>8,}")
        self.stdout.write(f"{'checked':<12} {differences.checked:>8,}")
        return differences, failed
