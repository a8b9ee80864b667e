"""Dates, ranges and numbers as each language writes them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from pages import dates

FIRST = datetime.date(2016, 12, 1)
FIFTH = datetime.date(2016, 12, 5)
SEVENTH = datetime.date(2016, 12, 7)
NEXT_MONTH = datetime.date(2017, 1, 3)
MONTH_BEFORE = datetime.date(2016, 11, 30)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "5 December 2016"),
        ("es", "5 de diciembre de 2016"),
        ("fr", "5 décembre 2016"),
        ("nl", "5 december 2016"),
    ],
)
def test_day_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    with override(language):
        assert dates.day(FIFTH) == written


def test_first_of_a_month_is_an_ordinal_in_french_alone() -> None:
    with override("fr"):
        assert dates.day(FIRST) == "1er décembre 2016"
        assert dates.days(FIRST, SEVENTH) == "1er–7 décembre 2016"
    with override("nl"):
        assert dates.day(FIRST) == "1 december 2016"


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (FIFTH, FIFTH, "5 December 2016"),
        (FIFTH, SEVENTH, "5–7 December 2016"),
        (MONTH_BEFORE, SEVENTH, "30 November – 7 December 2016"),
        (FIFTH, NEXT_MONTH, "5 December 2016 – 3 January 2017"),
    ],
)
def test_range_repeats_nothing(start: datetime.date, end: datetime.date, written: str) -> None:
    with override("en"):
        assert dates.days(start, end) == written


@pytest.mark.parametrize(
    ("language", "month", "year"),
    [
        ("en", "December 2016", "2016"),
        ("es", "diciembre de 2016", "2016"),
        ("fr", "décembre 2016", "2016"),
        ("nl", "december 2016", "2016"),
    ],
)
def test_period_says_no_more_than_is_known(language: str, month: str, year: str) -> None:
    with override(language):
        assert dates.period(FIRST, SEVENTH, "month") == month
        assert dates.period(FIRST, SEVENTH, "year") == year


def test_period_of_several_years_shows_both() -> None:
    with override("en"):
        assert dates.period(FIRST, NEXT_MONTH, "year") == "2016 – 2017"
        assert dates.period(FIRST, NEXT_MONTH, "month") == "December 2016 – January 2017"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "2,938,503.50"),
        ("es", "2\N{NO-BREAK SPACE}938\N{NO-BREAK SPACE}503,50"),
        ("fr", "2\N{NO-BREAK SPACE}938\N{NO-BREAK SPACE}503,50"),
        ("nl", "2.938.503,50"),
    ],
)
def test_number_has_the_separators_of_the_language(language: str, written: str) -> None:
    with override(language):
        assert dates.number(Decimal("2938503.5"), 2) == written


def test_negative_number_has_a_true_minus_sign() -> None:
    with override("en"):
        assert dates.number(Decimal("-6.2"), 1) == "\N{MINUS SIGN}6.2"


@pytest.mark.parametrize(
    ("size", "written"), [(400, "1 kB"), (52_300, "52 kB"), (1_440_000, "1.4 MB")]
)
def test_file_size_is_rounded_to_what_a_reader_needs(size: int, written: str) -> None:
    with override("en"):
        assert dates.file_size(size) == written
