"""The thematic networks that members may follow.

People come before pages in the order of imports, so the layer that knows the networks offers
them here when the platform starts.
"""

from collections.abc import Callable

_offered: list[Callable[[], dict[str, str]]] = []


def offer(names: Callable[[], dict[str, str]]) -> None:
    """Takes a function that gives the codes with their names in the reader's language."""
    _offered[:] = [names]


def choices() -> list[tuple[str, str]]:
    return [choice for names in _offered for choice in names().items()]


def labels(codes: list[str]) -> list[str]:
    """The names of ``codes``; a network that is gone shows as its code."""
    known = dict(choices())
    return [known.get(code, code) for code in codes]
