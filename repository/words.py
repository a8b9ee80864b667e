"""The words of a text as the search compares them: accents and case folded, no punctuation.

The databases cut texts differently: SQLite folds accents and leaves ligatures alone,
PostgreSQL keeps accents and takes ``iom.int`` or ``and/or`` for one word. Folding before
indexing makes both find the same.
"""

import re
from typing import Any

from anyascii import anyascii
from wagtail.search import index


def words(text: str) -> list[str]:
    """``["main", "d", "oeuvre"]`` of "Main-d’œuvre"."""
    return re.findall(r"[a-z0-9]+", anyascii(text).lower())


class FoldedField(index.SearchField):
    """Indexes the folded words of a field, beside the field as it is written."""

    def get_value(self, obj: Any) -> str:
        return " ".join(words(str(super().get_value(obj) or "")))
