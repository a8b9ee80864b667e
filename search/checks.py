"""System checks: a search that could never answer stops the start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def engine_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    from .engines import ENGINES

    engine = ENGINES.get(settings.SEARCH_ENGINE)
    if engine is None:
        known = ", ".join(sorted(ENGINES))
        return [Error(f"SEARCH_ENGINE must be one of {known}.", id="search.E001")]
    if engine.indexed and not settings.ELASTICSEARCH_URL:
        message = f"SEARCH_ENGINE={settings.SEARCH_ENGINE} needs ELASTICSEARCH_URL."
        return [Error(message, id="search.E002")]
    return []
