"""What the pages of datasets show."""

from __future__ import annotations

from decimal import Decimal

from django import template

from .. import dates
from ..datasets.figures import plain

register = template.Library()


@register.filter
def as_written(value: Decimal) -> str:
    """A figure with all of its decimals, and the separators of the language."""
    return dates.number(value, len(plain(value).partition(".")[2]))
