"""DOIs for publications: who registers them, and the queue of what is to be registered.

A registrar knows a DOI as a draft, then as findable, then perhaps as hidden: registered for good,
and found no more. None is configured unless the environment names one; then nobody is offered a
DOI and nothing is sent. ``repository.registrars.outgoing`` decides what is asked of it and when.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings

from .datacite import DataCite
from .errors import RegistrarError

__all__ = ["REGISTRARS", "Registrar", "RegistrarError", "current", "missing"]


class Registrar(Protocol):
    """Each call is one that may be repeated: what is so already stays so. ``metadata`` is in the
    form of DataCite, with the ``url`` to which the DOI leads. Raises ``RegistrarError`` when the
    registrar did not confirm."""

    prefix: str

    def draft(self, doi: str, metadata: dict[str, Any]) -> None:
        """Takes ``doi``, which leads nowhere yet and can still be given up."""

    def publish(self, doi: str, metadata: dict[str, Any]) -> None:
        """Makes it findable, for the first time or again."""

    def update(self, doi: str, metadata: dict[str, Any]) -> None:
        """Says what changed about a findable DOI."""

    def hide(self, doi: str) -> None:
        """Takes it out of the registrar's search; it goes on leading to the record's address,
        which says what became of the publication."""


#: By the name in ``DOI_REGISTRAR``: how it is made, and which settings it needs.
REGISTRARS: dict[str, tuple[Callable[[], Registrar], tuple[str, ...]]] = {
    "datacite": (
        lambda: DataCite(
            settings.DATACITE_URL,
            settings.DATACITE_REPOSITORY,
            settings.DATACITE_PASSWORD,
            settings.DOI_PREFIX,
        ),
        ("DOI_PREFIX", "DATACITE_URL", "DATACITE_REPOSITORY", "DATACITE_PASSWORD"),
    ),
}


def missing() -> list[str]:
    """The settings that the chosen registrar needs and that are empty."""
    _make, needed = REGISTRARS.get(settings.DOI_REGISTRAR, (None, ()))
    return [name for name in needed if not getattr(settings, name)]


def current() -> Registrar | None:
    """The registrar, if one is configured whole."""
    if settings.DOI_REGISTRAR not in REGISTRARS or missing():
        return None
    make, _needed = REGISTRARS[settings.DOI_REGISTRAR]
    return make()
