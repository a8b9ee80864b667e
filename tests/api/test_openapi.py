"""The OpenAPI document is agreed: ``openapi.json`` here is what front ends are made from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

SNAPSHOT = Path(__file__).parent / "openapi.json"


@pytest.fixture
def document(get):
    response = get("/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_the_document_is_as_agreed(db, document):
    """``UPDATE_GOLDEN=1`` writes the snapshot anew: read the difference."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text()


def test_the_document_is_ours(db, document):
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "CPMG API"
    assert "Caribbean" in document["info"]["description"]


def test_every_list_documents_what_it_understands(db, document):
    events = document["paths"]["/api/v3/events/"]["get"]
    assert [parameter["name"] for parameter in events["parameters"]] == [
        *("time", "country", "type", "theme", "network", "language", "state", "from", "to"),
        *("year_from", "year_to", "order", "limit", "offset", "locale"),
    ]
    assert {"200", "400", "401"} <= events["responses"].keys()
    assert {} in events["security"]


def test_the_documentation_needs_no_other_server(db, get):
    page = get("/docs/").content.decode()
    assert "CPMG API" in page
    assert "//" not in page.replace("http://testserver", "")
    assert "/static/ninja/" in page
