"""Two indicators, three countries, a source, and tables about them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from pages import factories as make
from pages.models import Indicator, Unit
from tests.shared import shared


@shared
def stock() -> Any:
    for code, iso3, name in (
        *(("JM", "JAM", "Jamaica"), ("HT", "HTI", "Haiti")),
        ("TT", "TTO", "Trinidad and Tobago"),
    ):
        make.CountryFactory(code=code, iso3=iso3, name=name)
    for code in ("US", "CU"):
        make.PlaceFactory(code=code)
    make.SourceFactory(code="census")
    make.FootnoteFactory(code="born-abroad")
    return make.IndicatorFactory(code="stock", name="Migrants", by_sex=True, by_age=True)


@pytest.fixture
def share(stock: Indicator) -> Any:
    return make.IndicatorFactory(
        code="share", name="Share", unit=Unit.PCT_POPULATION, decimals=1, by_counterpart=False
    )


HEADING = ["INDICATOR", "REF_AREA", "TIME_PERIOD", "SEX", "OBS_VALUE"]


def upload(content: bytes | str, name: str = "figures.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


@pytest.fixture
def table() -> Callable[..., SimpleUploadedFile]:
    """A CSV file with these rows below the heading."""

    def write(*rows: str, heading: str = ",".join(HEADING)) -> SimpleUploadedFile:
        return upload("\r\n".join((heading, *rows)) + "\r\n")

    return write


@pytest.fixture
def workbook() -> Callable[..., SimpleUploadedFile]:
    def write(*rows: list[Any], heading: list[str] = HEADING) -> SimpleUploadedFile:
        book = Workbook()
        book.active.append(heading)
        for row in rows:
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        return upload(out.getvalue(), "figures.xlsx")

    return write
