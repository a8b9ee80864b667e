"""The OpenAPI document is agreed: ``openapi.json`` here is what front ends are made from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from cpmg.openapi import operations

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
        *("year_from", "year_to", "order", "limit", "offset", "cursor", "fields", "locale"),
    ]
    assert {"200", "400", "401"} <= events["responses"].keys()
    assert {} in events["security"]


def test_the_documentation_needs_no_other_server(db, get):
    page = get("/docs/").content.decode()
    assert "CPMG API" in page
    assert "//" not in page.replace("http://testserver", "")
    assert "/static/ninja/" in page


def test_the_document_is_valid(db, document):
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_says_what_it_does_who_may_use_it_and_how_it_fails(db, document):
    schemes = document["components"]["securitySchemes"]
    names = set()
    for path, method, operation in operations(document):
        where = (method, path)
        assert operation["summary"], where
        assert operation["description"], where
        names.add(operation["operationId"])
        assert {"400", "401", "429"} <= operation["responses"].keys(), where
        assert operation["security"], where
        for way in operation["security"]:
            assert way.keys() <= schemes.keys(), where
        if {} not in operation["security"]:
            assert "403" in operation["responses"], where
        if "{" in path:
            assert "404" in operation["responses"], where
    assert len(names) == len(list(operations(document)))
    for response in document["components"]["responses"].values():
        for kind, media in response.get("content", {}).items():
            assert (kind, media["schema"]) == (
                "application/problem+json",
                {"$ref": "#/components/schemas/Problem"},
            )


def test_every_example_is_what_its_schema_says(db, document):
    """Of requests and of answers."""
    found = 0
    for path, method, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for kind, media in body.get("content", {}).items():
                if "json" not in kind:
                    continue
                assert "example" in media, (method, path)
                whole = {**media["schema"], "components": document["components"]}
                errors = list(Draft202012Validator(whole).iter_errors(media["example"]))
                assert not errors, (method, path, errors[0].message)
                found += 1
    assert found > 70


def test_errors_come_as_the_document_says(db, get, document):
    problem = {**document["components"]["schemas"]["Problem"]}
    for address, status in (("/events/?limit=0", 400), ("/events/999999/", 404)):
        answer = get(address)
        assert answer.status_code == status
        Draft202012Validator(problem).validate(answer.json())
