"""Seconds and queries of reading a table of figures, of publishing it, and of what readers ask for
afterwards, with few rows and with many. The content must be loaded."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from pages import factories as make
from pages.datasets.figures import Figure
from pages.models import Indicator, Observation
from repository.datasets import checking, reading

SMALL, LARGE = 100, 10_000
HEADING = ["INDICATOR", "REF_AREA", "TIME_PERIOD", "AGE", "OBS_VALUE"]


def timed(act: Callable[[], Any]) -> tuple[float, int]:
    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        act()
    return time.perf_counter() - started, len(queries)


def rows(number: int) -> list[list[Any]]:
    return [
        ["benchmark", "JM", 1930 + n % 90, f"Y{n // 90}" if n >= 90 else "_T", n]
        for n in range(number)
    ]


def table(number: int, kind: str) -> SimpleUploadedFile:
    if kind == "csv":
        lines = [",".join(map(str, row)) for row in [HEADING, *rows(number)]]
        return SimpleUploadedFile("t.csv", "\n".join(lines).encode())
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DATA")
    for row in [HEADING, *rows(number)]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("t.xlsx", out.getvalue())


def run() -> None:
    """Prints a row for each action."""
    indicator = make.IndicatorFactory(code="benchmark", by_age=True, heading="socioeconomics")
    figures: dict[str, list[tuple[float, int]]] = {}
    for size in (SMALL, LARGE):
        found = {
            f"Check a table ({kind})": timed(_checked(size, kind, indicator))
            for kind in ("csv", "xlsx")
        }
        draft = _draft(size, indicator, None)
        found["Publish the first version"] = timed(lambda page=draft: _publish(page))
        second = _draft(size, indicator, draft)
        found["Publish a new version"] = timed(lambda page=second: _publish(page))
        for name, address in (
            ("Its page", second.url),
            ("Page of the old version", draft.url),
            ("Country page", "/en/countries/jamaica/"),
            ("API list", "/api/v3/observations/?indicator=benchmark"),
        ):
            Client().get(address)
            found[name] = timed(lambda address=address: Client().get(f"{address}"))
        for name, measured in found.items():
            figures.setdefault(name, []).append(measured)
        with transaction.atomic():
            second.unpublish()
            draft.unpublish()
    print(f"\nA dataset of {SMALL} and of {LARGE} figures; {connection.vendor}\n")
    head = ("", f"ms at {SMALL}", f"ms at {LARGE}", "growth", "queries", "queries")
    print("{:<28}{:>12}{:>13}{:>9}{:>9}{:>9}".format(*head))
    for name, ((small, small_queries), (large, large_queries)) in figures.items():
        print(
            f"{name:<28}{1000 * small:>12.1f}{1000 * large:>13.1f}{large / small:>8.2f}x"
            f"{small_queries:>9}{large_queries:>9}"
        )
    print(f"{Observation.objects.count()} figures in all versions")


def _checked(size: int, kind: str, indicator: Indicator) -> Callable[[], None]:
    file = table(size, kind)

    def check() -> None:
        report = checking.check(reading.read(file, file.name or ""), [indicator])
        if report.number or len(report.figures) != size:
            raise SystemExit(f"The table is refused: {report.findings[:3]}")

    return check


def _draft(size: int, indicator: Indicator, former: Any) -> Any:
    of_series = {"series": former.series, "version": 2, "source": former.source} if former else {}
    return make.DatasetPageFactory(
        title=f"Benchmark of {size}, version {2 if former else 1}",
        live=False,
        indicators=[indicator],
        figures=[Figure(row[0], row[1], row[2], Decimal(row[4]), age=row[3]) for row in rows(size)],
        **of_series,
    )


def _publish(page: Any) -> None:
    with transaction.atomic():
        page.save_revision().publish()
