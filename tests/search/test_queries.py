"""What is sent to Elasticsearch."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from search.queries import Asked, body

pytestmark = pytest.mark.django_db


def flags(asked: Asked) -> list[str]:
    """What lifts a hit above the others, by name."""
    should = body(asked, ["public"])["bool"]["should"]
    return [one["constant_score"]["_name"] for one in should if "constant_score" in one]


def test_where_every_hit_holds_every_word_that_is_asked_once() -> None:
    sure = Asked.of("ports ferries", "en")
    assert sure.is_sure
    assert flags(sure) == []
    assert json.dumps(body(sure, ["public"])).count(json.dumps(sure.every)) == 1


def test_where_some_hits_do_not_those_that_do_come_first() -> None:
    some = replace(Asked.of("ports ferries", "en"), strict=False)
    assert not some.is_sure
    assert flags(some) == ["every"]


def test_an_identifier_leads_to_its_record() -> None:
    identifier = Asked.of("10.5555/ports", "en", ["10.5555/ports"])
    assert not identifier.is_sure
    assert flags(identifier) == ["every", "identifier"]
