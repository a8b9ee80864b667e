"""A data folder that a test may spoil: the shipped one, cut down to two countries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

SHIPPED = settings.SITE / "data"
KEPT = {"JM", "HT"}


@pytest.fixture
def change(data: Path) -> Callable[[str, Callable[[Any], Any]], None]:
    """Changes a JSON file of the folder: ``change("facts.json", lambda facts: ...)``."""

    def change(name: str, by: Callable[[Any], Any]) -> None:
        path = data / name
        content = json.loads(path.read_text("utf-8"))
        replacement = by(content)
        path.write_text(
            json.dumps(content if replacement is None else replacement, ensure_ascii=False), "utf-8"
        )

    return change


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small complete data folder."""
    folder = tmp_path / "data"
    shutil.copytree(SHIPPED, folder)

    def keep(name: str, key: str | None, wanted: Callable[[Any], Any]) -> None:
        path = folder / name
        content = json.loads(path.read_text("utf-8"))
        rows = content if key is None else content[key]
        rows[:] = [row for row in rows if wanted(row)]
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    def wanted_publication(record: dict[str, Any]) -> bool:
        record["countries"] = [code for code in record["countries"] if code in KEPT]
        return record["id"] in publications

    assessments = json.loads((folder / "pages/assessments.json").read_text("utf-8"))
    publications = {record["related_publication"] for record in assessments["countries"]}
    publications.add(assessments["regional"]["related_publication"])
    events = json.loads((folder / "pages/events.json").read_text("utf-8"))["events"][:3]
    codes = {event["code"] for event in events}
    keep("vocabularies/countries.json", None, lambda record: record["code"] in KEPT)
    keep("facts.json", None, lambda record: record["country"] in KEPT)
    keep("pages/countries.json", "countries", lambda record: record["code"] in KEPT)
    keep("pages/assessments.json", "countries", lambda record: record["code"] in KEPT)
    keep("pages/events.json", "events", lambda record: record["code"] in codes)
    keep("pages/networks.json", "networks", lambda record: record["code"] == "diaspora")
    keep("pages/content.json", "pages", lambda record: record["code"] == "about")
    keep("publications.json", "publications", wanted_publication)
    keep("guides/guides.json", "guides", lambda record: record["code"] == "members")
    for path in (folder / "observations").glob("*.csv"):
        header, *rows = path.read_text("utf-8").splitlines(keepends=True)
        of_kept = [row for row in rows if row.split(",")[1] in KEPT]
        path.write_text("".join([header, *of_kept[:10]]), "utf-8")
    return folder
