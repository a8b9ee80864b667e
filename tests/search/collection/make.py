"""Makes ``docs.jsonl.gz`` of the shipped publications: ``python -m tests.search.collection.make``.

The text of a document is what the index holds beside the title: contributors, publisher, journal,
and the subjects under their names in four languages. ``queries.jsonl`` and ``qrels.tsv`` were
written by hand, from reading all titles and subjects: grade 2 for what answers the question, 1
for what helps with it. What is not judged was looked at and does not answer.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "site" / "data"
SUBJECTS = {"themes": "themes", "countries": "countries", "networks": "networks"}


def _names(vocabulary: str) -> dict[str, list[str]]:
    terms = json.loads((DATA / "vocabularies" / f"{vocabulary}.json").read_text("utf-8"))
    return {term["code"]: list(term["names"].values()) for term in terms}


def documents() -> list[dict[str, Any]]:
    names = {field: _names(vocabulary) for field, vocabulary in SUBJECTS.items()}
    types = _names("document_types")
    records = json.loads((DATA / "publications.json").read_text("utf-8"))["publications"]
    made = []
    for record in records:
        people = [
            " ".join(filter(None, (c.get("given"), c.get("family") or c.get("name"))))
            for c in record["contributors"]
        ]
        container = record.get("container") or {}
        texts = [
            *people,
            *(record.get(name) for name in ("publisher", "doi", "isbn", "issn")),
            container.get("journal") or container.get("host_title"),
            record.get("series"),
            *(
                name
                for field in SUBJECTS
                for code in record[field]
                for name in names[field].get(code, ())
            ),
            *types.get(record["type"], ()),
            *record.get("tags", ()),
        ]
        text = ". ".join(dict.fromkeys(text for text in texts if text))
        made.append(
            {
                "id": record["id"],
                "lang": record["language"],
                "title": record["title"],
                "text": text,
            }
        )
    return made


if __name__ == "__main__":
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents())
    # Without the time, so that the same publications make the same file.
    (HERE / "docs.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
