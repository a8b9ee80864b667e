"""Queries that every answer asks anew and that never differ: their SQL is built once.

Building it takes Django as long as the database takes to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Compiled:
    """The rows of a query without parameters: ``Compiled(lambda: Tag.objects.values_list(...))``.
    What it gives are rows as of ``values_list``, as they are at the time of the call."""

    def __init__(self, rows: Callable[[], QuerySet]) -> None:
        self._rows = rows
        self._by_database: dict[str, tuple[Any, list[Any], str, Any]] = {}

    def __call__(self) -> list[tuple[Any, ...]]:
        query, columns, sql, parameters = self._built()
        compiler = query.get_compiler(connection=connection)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        if converters := compiler.get_converters(columns):
            return [tuple(row) for row in compiler.apply_converters(rows, converters)]
        return rows

    def _built(self) -> tuple[Any, list[Any], str, Any]:
        if connection.vendor not in self._by_database:
            query = self._rows().query
            compiler = query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            columns = [column for column, _sql, _alias in compiler.select]
            self._by_database[connection.vendor] = query, columns, sql, parameters
        return self._by_database[connection.vendor]
