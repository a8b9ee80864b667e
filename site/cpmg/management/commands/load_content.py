"""``manage.py load_content``: brings in the content that the platform ships with, once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from cpmg.content import loading
from cpmg.content.reading import RefusedError
from repository.files import queue as files

SHOWN = 20

#: How the steps are called, in the order in which they come.
STEPS = {
    "language": "languages",
    "source": "sources",
    "footnote": "footnotes",
    "place": "places of the world",
    "governancearea": "areas of governance",
    "theme": "themes",
    "network": "networks",
    "eventtype": "types of events",
    "documenttype": "types of documents",
    "organisation": "organisations",
    "country": "countries and territories",
    "indicator": "indicators",
    "home": "home pages",
    "section": "sections",
    "content": "content pages",
    "country-page": "country pages",
    "consultations": "Consultations",
    "network-page": "network pages",
    "network-library": "network libraries",
    "event": "events",
    "statistics": "statistics themes",
    "publication": "publications",
    "guide": "guides of the platform",
    "assessment": "needs assessments",
    "synonyms": "synonyms of the search",
    "dataset": "datasets",
    "observation": "observations",
    "index": "search index",
}


class Command(BaseCommand):
    help = (
        "Loads the content of the data folder that was never loaded. Nothing that people have"
        " changed or deleted is touched. A folder with an error is refused as a whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data",
            type=Path,
            default=settings.SITE / "data",
            metavar="DIR",
            help="the folder with the data files (default: site/data)",
        )
        parser.add_argument("--no-progress", action="store_true", help="show the result only")

    def handle(self, *args: Any, data: Path, no_progress: bool, **options: Any) -> None:
        started = time.monotonic()
        if not data.is_dir():
            raise CommandError(f"There is no folder {data}.")
        try:
            loaded = loading.load(data, loading.quietly if no_progress else self._progress)
        except RefusedError as error:
            raise CommandError(self._refusal(error)) from None
        if loaded is None:
            self.stdout.write("Content is loaded already.")
            return
        if loaded.documents:
            files.drain()  # so that what the files say is found from the first start
        for line in loaded.left_out[:SHOWN]:
            self.stdout.write(f"Left out {line}")
        if len(loaded.left_out) > SHOWN:
            self.stdout.write(f"Left out {len(loaded.left_out) - SHOWN} more")
        self.stdout.write(
            f"Loaded {len(loaded.pages):,} pages, {len(loaded.terms):,} terms and"
            f" {len(loaded.observations):,} observations in {time.monotonic() - started:.1f} s."
        )

    def _progress(self, step: str, of: list[Any]) -> Iterable[Any]:
        """A bar on a terminal, one line for each step elsewhere."""
        if sys.stderr.isatty():
            bar = "{desc:<28}{percentage:3.0f}%|{bar:24}| {n_fmt}/{total_fmt}"
            return tqdm(of, desc=f"      {STEPS[step]}", bar_format=bar, leave=False)
        self.stdout.write(f"      {STEPS[step]}: {len(of):,}")
        return of

    def _refusal(self, error: RefusedError) -> str:
        lines = [str(problem) for problem in error.problems[:SHOWN]]
        if len(error.problems) > SHOWN:
            lines.append(f"... and {len(error.problems) - SHOWN} more")
        number = len(error.problems)
        errors = "one error" if number == 1 else f"{number} errors"
        return "\n".join([f"Nothing was loaded; the data have {errors}:", *lines])
