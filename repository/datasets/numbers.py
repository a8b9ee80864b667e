"""Numbers as people write them: ``1234.5``, ``1234,5``, ``1 234,5``, ``1.234,5``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

_SPACES = re.compile(r"(?<=[0-9])[\u0020\u00a0\u202f\u2009'’](?=[0-9]{3})")
_PLAIN = re.compile(r"[-−]?[0-9]+")
#: One mark, then three digits: thousands, or decimals.
_EITHER = re.compile(r"[-−]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_MARKED = re.compile(r"[-−]?[0-9]+([.,])[0-9]+")
_GROUPED = re.compile(r"[-−]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)([.,])[0-9]+)?")


LONGEST = 40


class NotANumber(ValueError):
    """Says to the person what is wrong."""


def mark_of(texts: Iterable[str], told: str = "") -> str:
    """The mark before decimals, by those numbers that can be read in one way only and by what is
    ``told`` otherwise; empty where nothing says it, or where they disagree."""
    found = {told} - {""}
    for text in texts:
        text = _SPACES.sub("", text[:LONGEST])
        if _EITHER.fullmatch(text):
            continue
        if marked := _MARKED.fullmatch(text):
            found.add(marked[1])
        elif grouped := _GROUPED.fullmatch(text):
            found.add(grouped[2] or {".": ",", ",": "."}[grouped[1]])
    return found.pop() if len(found) == 1 else ""


def read(text: str, mark: str) -> Decimal:
    """The number. ``mark`` is the one before decimals in this table, where it is known."""
    given, text = text, _SPACES.sub("", text[:LONGEST]).replace("−", "-")
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _EITHER.fullmatch(text):
        if not mark:
            bare = re.sub("[.,]", "", text)
            raise NotANumber(
                _(
                    "“%(value)s” can be read in two ways. Write %(thousands)s, or with decimals"
                    " %(decimal)s."
                )
                % {
                    "value": given[:LONGEST],
                    "thousands": bare,
                    "decimal": text.replace(",", ".") + "0",
                }
            )
        return Decimal(text.replace(mark, ".") if mark in text else re.sub("[.,]", "", text))
    if marked := _MARKED.fullmatch(text):
        return Decimal(text.replace(marked[1], "."))
    if grouped := _GROUPED.fullmatch(text):
        whole, _mark, decimals = text.partition(grouped[2]) if grouped[2] else (text, "", "")
        return Decimal(re.sub("[.,]", "", whole) + (f".{decimals}" if decimals else ""))
    raise NotANumber(
        _("“%(value)s” is no number. Valid: digits, with a point before decimals, such as 1234.5.")
        % {"value": given[:LONGEST]}
    )
