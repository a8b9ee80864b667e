"""Records in JSON: CSL-JSON, and those of Crossref, DataCite and schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from . import csl, datacite, schema_org
from .entry import Entry, Unreadable

DEEPEST = 40


def read(text: str) -> Iterator[Entry]:
    records = _list(_loaded(text))
    for number, record in enumerate(records, 1):
        place = _("record %(number)d") % {"number": number}
        if not isinstance(record, dict) or not record:
            raise Unreadable(
                _('%(place)s: a record is a JSON object such as {"type": "report", "title": "…"}.')
                % {"place": place.capitalize()}
            )
        entry = Entry(place=place)
        _fill(entry, record)
        yield entry


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(
            _("Line %(line)d, column %(column)d: this is not JSON. Copy the whole record.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except (RecursionError, ValueError):  # lists in lists without end, numbers of a million digits
        raise Unreadable(_("This JSON is no record of a publication.")) from None


def _list(loaded: Any) -> list[Any]:
    """The records in what services wrap around them."""
    for _step in range(3):
        if isinstance(loaded, dict):
            for wrapper in ("message", "data", "items", "@graph"):
                inner = loaded.get(wrapper)
                if isinstance(inner, (dict, list)) and "title" not in loaded:
                    loaded = inner
                    break
    return loaded if isinstance(loaded, list) else [loaded]


def _fill(entry: Entry, record: dict[str, Any]) -> None:
    attributes = record.get("attributes")
    if isinstance(attributes, dict):
        record = attributes
    if "@type" in record or "schema.org" in str(record.get("@context", ""))[:200]:
        schema_org.fill(entry, record)
    elif {"titles", "creators"} & record.keys():
        datacite.fill(entry, record)
    elif {"title", "author", "DOI", "type"} & record.keys():
        csl.fill(entry, record)
    else:
        raise Unreadable(
            _(
                "%(place)s: neither a title nor authors were found. What can be read are CSL-JSON"
                " and the records of Crossref, DataCite and schema.org."
            )
            % {"place": entry.place.capitalize()}
        )
