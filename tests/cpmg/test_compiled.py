"""Queries whose SQL is built once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from cpmg.compiled import Compiled, Instances
from pages.factories import ThemeFactory
from pages.models import Theme
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


def test_values_are_given_with_each_call(django_assert_num_queries: Any) -> None:
    jobs = [job() for _time in range(3)]
    keys = sorted(one.key for one in jobs)
    compiled = Compiled(
        lambda values: IndexJob.objects.filter(version__gt=0, key__among=values).values_list("key")
    )
    for given in ([], keys[:1], keys, [*keys[1:], uuid.uuid4()]):
        with django_assert_num_queries(1):
            found = compiled(given)
        assert sorted(found) == [(key,) for key in keys if key in given]


def test_instances_are_as_django_makes_them_and_share_what_they_refer_to(
    django_assert_num_queries: Any,
) -> None:
    for code in ("gender", "health", "border-management"):
        for language in ("en", "es"):
            ThemeFactory(code=code, locale=language, name=f"{code} {language}")
    by_code = Instances(lambda codes: Theme.objects.filter(code__among=codes), "locale")
    codes = ["gender", "health"]
    made = {theme.pk: theme for theme in Theme.objects.select_related("locale")}
    with django_assert_num_queries(1):
        found = by_code(codes)
        names = {theme.locale.language_code for theme in found}
    assert {theme.pk for theme in found} == {pk for pk, one in made.items() if one.code in codes}
    for one in found:
        other = made[one.pk]
        assert {**one.__dict__, "_state": None} == {**other.__dict__, "_state": None}
        assert (one._state.db, one._state.adding) == (other._state.db, other._state.adding)
        assert one._state.fields_cache == other._state.fields_cache
    assert len(found) == 4
    assert len({id(theme.locale) for theme in found}) == len(names) == 2
