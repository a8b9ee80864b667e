"""System checks: a registrar of DOIs that is chosen and could never answer stops the start."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def registrar_is_configured(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    from .registrars import REGISTRARS, missing

    name = settings.DOI_REGISTRAR
    if not name:
        return []
    if name not in REGISTRARS:
        known = ", ".join(sorted(REGISTRARS))
        return [Error(f"DOI_REGISTRAR must be one of {known}.", id="repository.E001")]
    messages: list[CheckMessage] = [
        Error(f"DOI_REGISTRAR={name} needs {setting}.", id="repository.E002")
        for setting in missing()
    ]
    if settings.DOI_PREFIX and not re.fullmatch(r"10\.\d{4,9}(\.\d+)*", settings.DOI_PREFIX):
        messages.append(Error("DOI_PREFIX looks like 10.5072.", id="repository.E003"))
    if settings.DATACITE_URL and not _is_safe(settings.DATACITE_URL):
        words = "DATACITE_URL begins with https://: the password goes there."
        messages.append(Error(words, id="repository.E004"))
    return messages


def _is_safe(url: str) -> bool:
    """Whether a password may go there: encrypted, or to this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https"
        or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
    )
