"""``manage.py search_rebuild``: a new index beside the one in use, which then takes over."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from repository.models import PublicationPage
from search import upkeep
from search.management.base import IndexCommand


class Command(IndexCommand):
    help = (
        "Fills a new index with all publications and lets it take over in one step; searching"
        " goes on meanwhile. Exit code 0: done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--resume", action="store_true", help="go on with a rebuild that was broken off"
        )

    def run(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        live = PublicationPage.objects.filter(live=True).order_by()
        total = live.values("translation_key").distinct().count()
        with tqdm(total=total, desc="Publications", disable=not sys.stderr.isatty()) as bar:
            rebuilt = upkeep.rebuild(self.es, bar.update, resume=options["resume"])
        if rebuilt.failed:
            error = next(iter(rebuilt.failed.values()))
            raise CommandError(
                f"{len(rebuilt.failed)} publications could not be written ({error}). The index"
                " in use stays; run again with --resume."
            )
        self.stdout.write(
            f"{rebuilt.name} is in use with {rebuilt.documents:,} publications after"
            f" {time.monotonic() - started:.1f} s."
        )
