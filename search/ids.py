"""Many primary keys in one query."""

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL


def among(ids: Iterable[int]) -> RawSQL:
    """``ids`` as the right side of ``pk__in``: one parameter, whatever their number."""
    sql = {
        "sqlite": "SELECT value FROM json_each(%s)",
        "postgresql": "SELECT value::bigint FROM json_array_elements_text(%s::json)",
    }[connection.vendor]
    return RawSQL(sql, [json.dumps(list(ids))])  # noqa: S611 - fixed text, ids are a parameter
