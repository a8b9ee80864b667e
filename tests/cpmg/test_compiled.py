"""Queries whose SQL is built once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from cpmg.compiled import Compiled
from search.models import IndexJob

pytestmark = pytest.mark.django_db


def job() -> IndexJob:
    now = timezone.now()
    return IndexJob.objects.create(key=uuid.uuid4(), changed_at=now, available_at=now)


def test_its_rows_are_those_of_the_query_at_the_time(django_assert_num_queries: Any) -> None:
    def rows() -> QuerySet:
        return IndexJob.objects.filter(version__gt=0).order_by("key").values_list()

    compiled = Compiled(rows)
    for _time in range(2):
        job()
        with django_assert_num_queries(1):
            found = compiled()
        assert found == list(rows())
    assert len(found) == 2


def test_it_is_built_once() -> None:
    built = []

    def rows() -> QuerySet:
        built.append(1)
        return IndexJob.objects.values_list("key")[:1]

    compiled = Compiled(rows)
    for _time in range(3):
        compiled()
    assert built == [1]
