"""Harvests everything by OAI-PMH, and takes a whole search as records: time, queries and memory."""

from __future__ import annotations

import re
import statistics
import time
import tracemalloc
from dataclasses import dataclass


@dataclass
class Figures:
    name: str
    records: int
    seconds: float
    #: Milliseconds of one of the first and of one of the last pages.
    first: float
    last: float
    #: Queries of a page: the fewest and the most.
    queries: tuple[int, int]
    #: The most that a page, or the export, held at a time, in MB: in the first and second half.
    memory: tuple[float, float]


def harvest(prefix: str) -> Figures:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, records = Client(), 0
    times: list[float] = []
    counts: list[int] = []
    peaks: list[float] = []
    asked = {"verb": "ListRecords", "metadataPrefix": prefix}
    tracemalloc.start()
    while asked:
        tracemalloc.reset_peak()
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            text = client.get("/oai/", asked).content.decode()
        times.append((time.perf_counter() - started) * 1000)
        counts.append(len(captured))
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        records += text.count("<header>")
        found = re.search(r"<resumptionToken[^>]*>([^<]+)<", text)
        asked = {"verb": "ListRecords", "resumptionToken": found[1]} if found else {}
    tracemalloc.stop()
    half = len(times) // 2
    return Figures(
        f"OAI-PMH, {prefix}",
        records,
        sum(times) / 1000,
        statistics.median(times[1:11]),
        statistics.median(times[-11:-1]),
        (min(counts[1:-1]), max(counts[1:-1])),
        (max(peaks[:half], default=0), max(peaks[half:], default=0)),
    )


def export(suffix: str) -> Figures:
    """Each record is a piece of the answer, between an opening and a closing."""
    from django.test import Client

    tracemalloc.start()
    started = time.perf_counter()
    response = Client().get(f"/en/search/records.{suffix}")
    records = -2
    peaks: list[float] = []
    for _piece in response.streaming_content:
        records += 1
        if records % 500 == 0:
            peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
            tracemalloc.reset_peak()
    seconds = time.perf_counter() - started
    tracemalloc.stop()
    half = len(peaks) // 2
    each = 1000 * seconds / max(records, 1)
    halves = (max(peaks[:half], default=0), max(peaks[half:], default=0))
    return Figures(f"Search as .{suffix}", records, seconds, each, each, (0, 0), halves)


def run() -> None:
    from repository.harvesting import ledger

    started = time.perf_counter()
    ledger.note_all()
    entered = ledger.drain().done
    seconds = time.perf_counter() - started
    print(f"\nHarvesting: {entered:,} publications entered in the ledger in {seconds:.1f} s")
    head = ("records", "s", "ms first", "ms last", "queries", "MB 1st half", "MB 2nd half")
    print(f"{'':<24}" + "".join(f"{name:>12}" for name in head))
    for one in (
        harvest("oai_dc"),
        harvest("oai_datacite"),
        export("bib"),
        export("csl.json"),
    ):
        queries = f"{one.queries[0]}-{one.queries[1]}" if one.queries[1] else "-"
        print(
            f"{one.name:<24}{one.records:>12,}{one.seconds:>12.1f}{one.first:>12.1f}"
            f"{one.last:>12.1f}{queries:>12}{one.memory[0]:>12.1f}{one.memory[1]:>12.1f}"
        )
