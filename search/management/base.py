"""What the commands of the index share."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from elasticsearch import ApiError, Elasticsearch, TransportError

from search import index, queue

#: Exit codes, as monitoring knows them.
WARNING, CRITICAL = 1, 2


class IndexCommand(BaseCommand):
    """A command that needs Elasticsearch, as ``self.es``. Exit code 2 when it doesn't answer."""

    es: Elasticsearch
    #: Seconds that one request may take.
    timeout: float = 60

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set.", returncode=CRITICAL)
        self.es = index.client(self.timeout)
        try:
            self.run(options)
        except (ApiError, TransportError) as error:
            self.fail(f"Elasticsearch does not answer: {queue.reason(error)}.", CRITICAL)

    def run(self, options: dict[str, Any]) -> None:
        raise NotImplementedError

    def fail(self, message: str, code: int) -> None:
        """Says what is wrong and leaves with ``code``."""
        self.stderr.write(message)
        self.stdout.flush()
        sys.exit(code)
