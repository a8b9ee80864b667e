"""CSL-JSON, what citation processors and reference managers read. Source: citationstyles.org."""

from __future__ import annotations

import json
from typing import Any

from .record import Name, Record


def as_dict(record: Record) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": str(record.key),
        "type": record.csl_type,
        "title": record.title,
        "author": [_name(name) for name in record.authors],
        "editor": [_name(name) for name in record.editors],
        "issued": _issued(record),
        "publisher": record.publisher,
        "container-title": record.container,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.page_range,
        "collection-title": record.series,
        "collection-number": record.series_number,
        "number-of-pages": record.page_count,
        "genre": record.kind_label,
        "DOI": record.doi,
        "ISBN": record.isbn,
        "ISSN": record.issn,
        "URL": record.external_url or record.url,
        "language": record.languages[0] if len(record.languages) == 1 else record.language,
        "keyword": ", ".join([*record.subjects, *(name for _code, name in record.countries)]),
        "abstract": record.abstract,
        "note": record.note,
    }
    return {name: value for name, value in item.items() if value}


def write(record: Record) -> str:
    return json.dumps(as_dict(record), ensure_ascii=False, indent=1)


def _name(name: Name) -> dict[str, str]:
    if name.is_body:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given}


def _issued(record: Record) -> dict[str, Any]:
    if not record.year:
        return {}
    return {"date-parts": [[record.year, *([record.month] if record.month else [])]]}
