"""``manage.py search_rebuild``: new indexes beside those in use, which then take over."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from search import upkeep
from search.index import Index
from search.management.base import IndexCommand


class Command(IndexCommand):
    help = (
        "Fills a new index with all publications, and another with the posts of the forum, and"
        " lets each take over in one step; searching goes on meanwhile. Exit code 0: done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--resume", action="store_true", help="go on with a rebuild that was broken off"
        )

        self.add_index(parser)

    def run(self, options: dict[str, Any]) -> None:
        chosen = self.chosen(options)
        if options["resume"]:  # what was done is not done again
            chosen = [of for of in chosen if upkeep.unfinished(self.es, of)] or chosen
        for of in chosen:
            self._rebuild(of, resume=options["resume"])

    def _rebuild(self, of: Index, *, resume: bool) -> None:
        total = of.source.rows().order_by().values(of.source.KEY).distinct().count()
        said = False
        while True:
            started = time.monotonic()
            try:
                with tqdm(total=total, desc=of.name, disable=not sys.stderr.isatty()) as bar:
                    rebuilt = upkeep.rebuild(self.es, bar.update, resume=resume, of=of)
                break
            except upkeep.BusyError:
                if not said:
                    self.stdout.write(f"Another process looks after the {of.name}; waiting.")
                    self.stdout.flush()
                said = True
                time.sleep(1)
        if rebuilt.failed:
            error = next(iter(rebuilt.failed.values()))
            raise CommandError(
                f"{len(rebuilt.failed)} {of.name} could not be written ({error}). The index"
                " in use stays; run again with --resume."
            )
        self.stdout.write(
            f"{rebuilt.name} is in use with {rebuilt.documents:,} {of.name} after"
            f" {time.monotonic() - started:.1f} s."
        )
