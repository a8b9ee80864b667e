"""The API of the pages, and the machinery that the APIs of the other apps share."""

from .reading import (
    BadQuery,
    Query,
    Text,
    answers,
    list_of,
    missing,
    nothing_here,
    refuse,
    resource,
)
from .schemas import (
    Coded,
    PageId,
    PageItem,
    choice,
    coded,
    coded_all,
    html,
    page_fields,
)

__all__ = [
    "BadQuery",
    "Coded",
    "PageId",
    "PageItem",
    "Query",
    "Text",
    "answers",
    "choice",
    "coded",
    "coded_all",
    "html",
    "list_of",
    "missing",
    "nothing_here",
    "page_fields",
    "refuse",
    "resource",
]
