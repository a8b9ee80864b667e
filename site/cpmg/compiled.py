"""Queries that every answer asks anew and whose SQL never differs: it is built once.

Building it takes Django as long as the database takes to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from .among import parameter

M = TypeVar("M", bound=Model)


class Compiled:
    """The rows of a query without parameters, ``Compiled(lambda: Tag.objects.values_list(...))``,
    or of one that looks ``__among`` values, which are given with each call:
    ``Compiled(lambda pks: Tag.objects.filter(pk__among=pks).values_list(...))``. What it gives are
    rows as of ``values_list``, as they are at the time of the call."""

    def __init__(self, rows: Callable[..., QuerySet]) -> None:
        self._rows = rows
        self._by_database: dict[str, tuple[Any, dict[int, Any], str, list[Any]]] = {}

    def __call__(self, among: Collection[Any] | None = None) -> list[tuple[Any, ...]]:
        query, converters, sql, parameters = self._built(*([] if among is None else [()]))
        if among is not None:
            none, given = (parameter(values, connection.vendor) for values in ((), among))
            parameters = [given if one == none else one for one in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        if not converters:
            return rows
        compiler = query.get_compiler(connection=connection)
        return [tuple(row) for row in compiler.apply_converters(rows, converters)]

    def _built(self, *among: Collection[Any]) -> tuple[Any, dict[int, Any], str, list[Any]]:
        if connection.vendor not in self._by_database:
            query = self._rows(*among).query
            compiler = query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            converters = compiler.get_converters([column for column, *_sql in compiler.select])
            self._by_database[connection.vendor] = query, converters, sql, list(parameters)
        return self._by_database[connection.vendor]


class Instances(Generic[M]):
    """The instances of a query of one model that looks ``__among`` values, with those that they
    refer to by the foreign keys ``related``, as of ``select_related``. Each of these is made once,
    however many refer to it: most of twenty pages share their locale. They are for reading."""

    def __init__(self, chosen: Callable[[Collection[Any]], QuerySet[M]], *related: str) -> None:
        self._chosen, self._names = chosen, related
        self._rows = Compiled(lambda values: chosen(values).values_list(*self._columns))

    def __call__(self, values: Collection[Any]) -> list[M]:
        model, alias = self._model, connection.alias
        own = _columns(model)
        made: dict[tuple[str, Any], Model] = {}
        found = []
        for row in self._rows(values):
            one = model.from_db(alias, own, row[: len(own)])
            place = len(own)
            for name, other, columns in self._related:
                there = row[place : place + len(columns)]
                place += len(columns)
                which = name, getattr(one, f"{name}_id")
                if which not in made:
                    made[which] = other.from_db(alias, columns, there)
                setattr(one, name, made[which])
            found.append(one)
        return found

    @cached_property
    def _model(self) -> type[M]:
        return self._chosen(()).model

    @cached_property
    def _related(self) -> list[tuple[str, type[Model], list[str]]]:
        models = [self._model._meta.get_field(name).related_model for name in self._names]
        return [
            (name, model, _columns(model))
            for name, model in zip(self._names, models, strict=True)
            if isinstance(model, type)
        ]

    @property
    def _columns(self) -> list[str]:
        others = (f"{name}__{one}" for name, _model, columns in self._related for one in columns)
        return [*_columns(self._model), *others]


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
