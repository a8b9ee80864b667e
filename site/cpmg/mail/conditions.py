"""Conditions that must still hold when a letter leaves, such as that its recipient may still see
what it is about. The apps above register them by name; the letter keeps name and argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Condition = Callable[[Any, Any], bool]
_known: dict[str, Condition] = {}


def register(name: str, holds: Condition) -> None:
    """``holds(person, argument)``; the name is dotted: ``repository.may_see_submission``."""
    _known[name] = holds


def holds(name: str, person: Any, argument: Any) -> bool:
    """KeyError when nobody registered it: the process is older than the letter."""
    return _known[name](person, argument)


def is_known(name: str) -> bool:
    return name in _known
