"""``make bench``: milliseconds and queries of pages and API lists, at two sizes.

Each figure is the median of repeated requests in one process, through all middleware. The
growth factor compares the two sizes; *cached* is the same page from the cache of pages, as a
share of the uncached time. ``DATABASE_URL`` picks the database, SQLite in a new folder otherwise.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = 300, 10_000
REPEATS = 15
#: Pages of the section whose publication is measured.
SECTION = 1_000

ADDRESSES = [
    ("Home page", "/en/"),
    ("Country page", "/en/countries/jamaica/"),
    ("Publication list", "/en/repository/"),
    ("Publication list, filtered", "/en/repository/?country=JM&theme=diaspora"),
    ("Search", "/en/search/?q=labour+migration"),
    ("API list", "/api/v3/publications/"),
    ("API search", "/api/v3/search/?q=labour+migration"),
]


def measure(address: str, *, cached: bool) -> tuple[float, int]:
    """Median milliseconds and number of queries of one address."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answers {response.status_code}")
    times = []
    for _repeat in range(REPEATS):
        if not cached:
            cache.clear()
        started = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - started) * 1000)
    if not cached:
        cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(address)
    return statistics.median(times), len(queries)


@contextmanager
def prepared() -> Iterator[None]:
    """Django on a new folder, with a cache of pages."""
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]
    os.environ["DJANGO_SETTINGS_MODULE"] = "cpmg.settings.test"
    with tempfile.TemporaryDirectory(prefix="cpmg-bench-") as folder:
        os.environ["CPMG_VAR"] = folder
        (Path(folder) / "static").mkdir()
        from django.test import override_settings

        import cpmg.wsgi  # noqa: F401 - what is loaded is settled as in the server

        memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        with override_settings(CACHES={"default": memory}):
            yield


def main() -> None:
    with prepared():
        run()
        from tests.benchmarks import alerts, datasets, figures, forum, search

        figures.run()
        search.run()
        alerts.run()
        datasets.run()
        forum.run()


def run() -> None:
    from django.core.management import call_command
    from django.db import connection

    from tests.benchmarks import api, harvesting, moderation
    from tests.benchmarks.growth import grow_publications
    from tests.benchmarks.publishing import publish_section

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_content")
    figures: dict[str, list[tuple[float, int]]] = {name: [] for name, _address in ADDRESSES}
    cached: dict[str, float] = {}
    for size in (SMALL, LARGE):
        grow_publications(size)
        for name, address in ADDRESSES:
            figures[name].append(measure(address, cached=False))
            if size == LARGE and not address.startswith("/api/"):
                cached[name] = measure(address, cached=True)[0]
    print(f"\n33 countries; {SMALL} and {LARGE} publications; {connection.vendor}\n")
    head = (
        "",
        f"ms at {SMALL}",
        f"ms at {LARGE}",
        "growth",
        "queries",
        "queries",
        "cached ms",
        "of uncached",
    )
    print("{:<28}{:>12}{:>13}{:>9}{:>9}{:>9}{:>11}{:>13}".format(*head))
    for name, ((small_ms, small_queries), (large_ms, large_queries)) in figures.items():
        share = f"{cached[name]:.1f}" if name in cached else "-"
        part = f"{cached[name] / large_ms:.0%}" if name in cached else "-"
        print(
            f"{name:<28}{small_ms:>12.1f}{large_ms:>13.1f}{large_ms / small_ms:>8.2f}x"
            f"{small_queries:>9}{large_queries:>9}{share:>11}{part:>13}"
        )
    api.run()
    moderation.run()
    harvesting.run()
    section = int(os.environ.get("BENCH_SECTION", SECTION))
    figures_of_section = publish_section(section)
    print(f"\nPublishing a section of {section} events, each in 4 languages")
    for name in ("with changed facts", "without"):
        seconds = figures_of_section[name]
        print(f"{name:<28}{seconds:>10.1f} s{1000 * seconds / section:>10.1f} ms each")
    print(f"{'queries of one':<28}{figures_of_section['queries of one']:>10.0f}")


if __name__ == "__main__":
    main()
