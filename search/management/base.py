"""What the commands of the index share."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from search import index, queue
from search.index import INDEXES, Index

#: Exit codes, as monitoring knows them.
WARNING, CRITICAL = 1, 2


class IndexCommand(BaseCommand):
    """A command that needs Elasticsearch, as ``self.es``. Exit code 2 when it doesn't answer, 1
    when the index is missing."""

    es: Elasticsearch
    #: Seconds that one request may take.
    timeout: float = 60

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set.", returncode=CRITICAL)
        self.es = index.client(self.timeout)
        try:
            self.run(options)
        except NotFoundError:
            self.fail("There is no such index yet: run search_rebuild.", WARNING)
        except (ApiError, TransportError) as error:
            self.fail(f"Elasticsearch does not answer: {queue.reason(error)}.", CRITICAL)

    @staticmethod
    def add_index(parser: CommandParser) -> None:
        """The argument that ``chosen`` reads."""
        names = [of.name for of in INDEXES]
        parser.add_argument(
            "index", nargs="?", choices=names, help="which index; if none is named, all"
        )

    @staticmethod
    def chosen(options: dict[str, Any]) -> list[Index]:
        return [of for of in INDEXES if options["index"] in (None, of.name)]

    def run(self, options: dict[str, Any]) -> None:
        raise NotImplementedError

    def fail(self, message: str, code: int) -> None:
        """Says what is wrong and leaves with ``code``."""
        self.stderr.write(message)
        self.stdout.flush()
        sys.exit(code)
