"""Many values in one query."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignObject, Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):
    """``pk__among=values``: as ``__in``, with one parameter whatever their number. Thousands of
    parameters cost more than what they find. ``values`` are numbers, texts or UUIDs."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        values = parameter(self.rhs, connection.vendor)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", (*parameters, values)
        sql = f"{left} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column of ours
        return sql, (*parameters, values)


def parameter(values: Iterable[Any], vendor: str) -> list[Any] | str:
    """``values`` as the one parameter that the database takes."""
    values = list(values)
    return values if vendor == "postgresql" else json.dumps(values, default=_written)


def _written(value: UUID) -> str:
    return value.hex
