"""Dates, ranges of dates and numbers as readers of each language write them."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import formats
from django.utils.dateformat import format as write
from django.utils.translation import gettext as _

from .models.base import active_language

#: Django's English formats are American; the site is written in British English. Its French
#: ones write "1 mars", where French has "1er mars".
_DAY = {"en": "j F Y"}
_DAY_AND_MONTH = {"en": "j F", "es": r"j \d\e F", "fr": "j F", "nl": "j F"}


def _written(date: datetime.date, pattern: str) -> str:
    if active_language() == "fr" and date.day == 1:
        pattern = pattern.replace("j", r"j\e\r", 1)
    return write(date, pattern)


def day(date: datetime.date) -> str:
    """``5 December 2016``."""
    language = active_language()
    pattern = _DAY.get(language) or formats.get_format("DATE_FORMAT", lang=language)
    return _written(date, pattern)


def month(date: datetime.date) -> str:
    """``December 2016``."""
    return write(date, formats.get_format("YEAR_MONTH_FORMAT", lang=active_language()))


def days(start: datetime.date, end: datetime.date) -> str:
    """``5–7 December 2016``, ``30 November – 2 December 2016``, or one day."""
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        first = _written(start, "j")
        return f"{first}–{day(end)}"
    if start.year == end.year:
        first = _written(start, _DAY_AND_MONTH[active_language()])
        return f"{first} – {day(end)}"
    return f"{day(start)} – {day(end)}"


def period(start: datetime.date, end: datetime.date, precision: str = "day") -> str:
    """The days from ``start`` to ``end`` to the precision that is known: ``day``, ``month``
    or ``year``."""
    if precision == "day":
        return days(start, end)
    write_one = month if precision == "month" else (lambda date: str(date.year))
    first, last = write_one(start), write_one(end)
    return first if first == last else f"{first} – {last}"


def number(value: Decimal | int | float, decimals: int = 0) -> str:
    """``value`` with the separators of the language and a true minus sign."""
    written = formats.number_format(value, decimals, use_l10n=True, force_grouping=True)
    return written.replace("-", "−")


def file_size(size: int) -> str:
    """``1.4 MB``; decimal units, as on the disks of readers."""
    if size < 1_000_000:
        return _("%(size)s kB") % {"size": number(max(1, round(size / 1000)))}
    return _("%(size)s MB") % {"size": number(Decimal(size) / 1_000_000, 1)}
