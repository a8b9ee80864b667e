"""An indicator with 1,000 and with 100,000 figures: milliseconds, queries and memory of its page
and its files; and its chart from the cache beside the same bytes as a static file."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Iterable
from itertools import islice, product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pages.factories import IndicatorFactory
from pages.models import Country, Indicator, Observation, Sex, Source

SMALL, LARGE = 1_000, 100_000
REPEATS = 5
HERE = "/en/statistics/indicators/benchmark/"
ADDRESSES = [
    ("Indicator page", ""),
    ("Comparison of three countries", "?country=JM&country=HT&country=TT"),
    ("Filtered CSV of all figures", "data.csv?year_from=1950"),
    ("JSON", "data.json"),
    ("XLSX", "data.xlsx"),
]


def grow(indicator: Indicator, total: int) -> None:
    """Adds figures of ``indicator`` until there are ``total``, over countries, years, sexes and
    ages; the totals first."""
    countries = list(Country.objects.filter(locale__language_code="en").order_by("code"))
    source = Source.objects.filter(locale__language_code="en").first()
    ages = ["_T", *(f"Y{year}" for year in range(40))]
    rows = (
        Observation(
            indicator=indicator,
            country=country,
            source=source,
            period=period,
            sex=sex,
            age=age,
            value=1000 + period + len(age),
        )
        for age, sex, period, country in product(
            ages, (Sex.TOTAL, Sex.FEMALE, Sex.MALE), range(1998, 2025), countries
        )
    )
    there = Observation.objects.filter(indicator=indicator).count()
    Observation.objects.bulk_create(islice(rows, there, total), batch_size=1_000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def read(client: Client, address: str) -> int:
    """The bytes of an answer, each piece forgotten when the next one comes."""
    response: Any = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answers {response.status_code}")
    pieces: Iterable[bytes] = (
        response.streaming_content if response.streaming else [response.content]
    )
    length = sum(len(piece) for piece in pieces)
    return length


def measure(address: str) -> tuple[float, int, float]:
    """Milliseconds, queries, and the most memory that Python held at once, in MB."""
    client = Client()
    read(client, address)  # once all that a process remembers is there
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        read(client, address)
    queries = len(captured)  # the next request forgets them
    cache.clear()
    started = time.perf_counter()
    read(client, address)
    milliseconds = (time.perf_counter() - started) * 1000
    cache.clear()
    tracemalloc.start()
    read(client, address)
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    return milliseconds, queries, peak


def run() -> None:
    """Prints a row for each address. The content must be loaded."""
    indicator: Any = IndicatorFactory(code="benchmark", name="Benchmark", by_sex=True)
    found: dict[str, list[tuple[float, int, float]]] = {name: [] for name, _rest in ADDRESSES}
    for size in (SMALL, LARGE):
        grow(indicator, size)
        for name, rest in ADDRESSES:
            found[name].append(measure(HERE + rest))
    print(f"\nAn indicator with {SMALL} and with {LARGE} figures; {connection.vendor}\n")
    head = ("", "ms", "ms", "queries", "queries", "peak MB", "peak MB")
    print("{:<32}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}".format(*head))
    for name, ((ms, queries, peak), (many_ms, many_queries, many_peak)) in found.items():
        print(
            f"{name:<32}{ms:>9.0f}{many_ms:>9.0f}{queries:>9}{many_queries:>9}"
            f"{peak:>9.1f}{many_peak:>9.1f}"
        )
    chart_and_static_file()


def chart_and_static_file() -> None:
    """In turns, so that all meet the same machine."""
    chart, file = HERE + "chart.svg", "/static/benchmark.svg"
    (Path(settings.STATIC_ROOT) / "benchmark.svg").write_bytes(Client().get(chart).content)
    client = Client()
    times: dict[str, list[float]] = {file: [], "/en/": [], chart: []}
    for _repeat in range(200):
        for one in times:
            started = time.perf_counter()
            read(client, one)
            times[one].append((time.perf_counter() - started) * 1000)
    medians = {one: statistics.median(of[20:]) for one, of in times.items()}
    print(
        "\nThe same chart as a static file, the home page from the cache, the chart from the cache"
    )
    for one, median in medians.items():
        print(f"{one:<48}{median:>7.2f} ms{median / medians[file]:>7.1f} x")
