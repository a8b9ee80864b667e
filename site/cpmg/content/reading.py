"""Reads and checks the data files. Nothing is loaded unless every record of every file is right."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from . import guides, records

LANGUAGE_NAMES = {"en": "English", "es": "Spanish", "fr": "French", "nl": "Dutch"}

#: Vocabularies in the order in which they may refer to each other.
VOCABULARIES: dict[str, type[records.Record]] = {
    "languages": records.Term,
    "sources": records.SourceRecord,
    "footnotes": records.FootnoteRecord,
    "places": records.Term,
    "governance_areas": records.Term,
    "themes": records.ThemeRecord,
    "networks": records.NetworkRecord,
    "event_types": records.Term,
    "document_types": records.DocumentTypeRecord,
    "organisations": records.OrganisationRecord,
    "countries": records.CountryRecord,
    "indicators": records.IndicatorRecord,
}

OBSERVATION_COLUMNS = list(records.ObservationRecord.model_fields)


@dataclass(frozen=True)
class Problem:
    """What is wrong where. ``record`` names it by its code or its line."""

    file: str
    record: str
    field: str
    reason: str

    def __str__(self) -> str:
        place = [self.file]
        if self.record:
            place.append(self.record)
        if self.field:
            place.append(f"field {self.field}")
        return f"{', '.join(place)}: {self.reason}"


class RefusedError(Exception):
    """The data can't be loaded; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass
class Content:
    """All records, checked."""

    vocabularies: dict[str, list[Any]] = field(default_factory=dict)
    glossary: list[records.GlossaryRecord] = field(default_factory=list)
    home: Any = None
    sections: Any = None
    contents: Any = None
    country_texts: Any = None
    facts: list[records.FactRecord] = field(default_factory=list)
    networks: Any = None
    events: Any = None
    statistics: Any = None
    publications: Any = None
    guides: Any = None
    #: The texts of the guides by code and language.
    guide_texts: dict[tuple[str, str], str] = field(default_factory=dict)
    assessments: Any = None
    synonyms: list[records.SynonymsRecord] = field(default_factory=list)
    datasets: list[records.DatasetRecord] = field(default_factory=list)
    observations: list[records.ObservationRecord] = field(default_factory=list)


def digest(folder: Path) -> str:
    """A short name for the state of the data files."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".csv", ".md"}:
            state.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def read(folder: Path) -> Content:
    """The checked records of ``folder``. Raises ``RefusedError`` with all that is wrong."""
    reader = _Reader(folder)
    content = reader.read()
    if reader.problems:
        raise RefusedError(reader.problems)
    return content


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.codes: dict[str, set[str]] = {}

    def read(self) -> Content:
        content = Content()
        for name, form in VOCABULARIES.items():
            terms = self._json(f"vocabularies/{name}.json", list[form])  # type: ignore[valid-type]
            if terms is not None:
                self.codes[name] = {term.code for term in terms}
            content.vocabularies[name] = terms or []
        content.glossary = self._json("glossary.json", list[records.GlossaryRecord]) or []
        content.publications = self._json("publications.json", records.Publications)
        if content.publications:
            self.codes["publications"] = {one.id for one in content.publications.publications}
        content.guides = self._json("guides/guides.json", records.Guides)
        for guide in content.guides.guides if content.guides else ():
            for language in LANGUAGE_NAMES:
                text = self._guide_text(f"guides/{guide.code}.{language}.md")
                content.guide_texts[guide.code, language] = text
        content.home = self._json("pages/home.json", records.Home)
        content.sections = self._json("pages/sections.json", records.Sections)
        content.contents = self._json("pages/content.json", records.Contents)
        content.country_texts = self._json("pages/countries.json", records.CountryTexts)
        content.facts = self._json("facts.json", list[records.FactRecord]) or []
        content.networks = self._json("pages/networks.json", records.Networks)
        content.events = self._json("pages/events.json", records.Events)
        content.statistics = self._json("pages/statistics.json", records.Statistics)
        content.assessments = self._json("pages/assessments.json", records.Assessments)
        content.synonyms = self._json("search_synonyms.json", list[records.SynonymsRecord]) or []
        content.datasets = self._json("datasets.json", list[records.DatasetRecord]) or []
        content.observations = list(self._observations())
        return content

    # Files ----------------------------------------------------------------------------

    def _text(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self._refuse(name, reason="the file is missing")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._refuse(name, f"line {line}", reason="the text is not UTF-8")
        return None

    def _guide_text(self, name: str) -> str:
        """The Markdown of a guide, which the fonts of its PDF file must be able to show."""
        text = self._text(name)
        if text is not None and not text.strip():
            self._refuse(name, reason="the text is empty")
        for number, line in enumerate((text or "").splitlines(), 1):
            try:
                line.encode(guides.ENCODING)
            except UnicodeEncodeError as error:
                letter = line[error.start]
                self._refuse(name, f"line {number}", reason=f"“{letter}” can't be set in PDF")
        return text or ""

    def _json(self, name: str, form: Any) -> Any:
        """The file as ``form``; ``None`` when there is something wrong with it."""
        before = len(self.problems)
        text = self._text(name)
        if text is None:
            return None
        try:
            raw = json.loads(text)
        except json.JSONDecodeError as error:
            self._refuse(name, f"line {error.lineno}", reason=f"this is not JSON: {error.msg}")
            return None
        self._find_doubles(name, raw)
        try:
            value = TypeAdapter(form).validate_python(raw, context=self.codes)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._refuse(name, *_place(raw, detail), reason=_reason(detail))
            return None
        return value if len(self.problems) == before else None

    def _find_doubles(self, name: str, raw: Any) -> None:
        """Two records of a list with one code, or one slug in one language."""
        lists = [raw] if isinstance(raw, list) else []
        if isinstance(raw, dict):
            lists = [value for value in raw.values() if isinstance(value, list)]
        for rows in lists:
            seen: set[tuple[str, str]] = set()
            for row in rows:
                for place, value in _unique_values(row):
                    if (place, value) in seen:
                        self._refuse(
                            name,
                            _name_of(row),
                            place,
                            f"“{value}” appears twice: an earlier record has it too",
                        )
                    seen.add((place, value))

    def _observations(self) -> Iterator[records.ObservationRecord]:
        form = TypeAdapter(records.ObservationRecord)
        seen: dict[tuple[str, ...], str] = {}
        paths = sorted((self.folder / "observations").glob("*.csv"))
        if not paths:
            self._refuse("observations", reason="the folder holds no CSV file")
        for path in paths:
            name = f"observations/{path.name}"
            text = self._text(name)
            if text is None:
                continue
            rows = csv.reader(io.StringIO(text, newline=""), strict=True)
            try:
                header = next(rows, [])
                if header != OBSERVATION_COLUMNS:
                    expected = ",".join(OBSERVATION_COLUMNS)
                    self._refuse(name, "line 1", reason=f"the columns must be {expected}")
                    continue
                for row in rows:
                    yield from self._observation(form, name, rows.line_num, row, seen)
            except csv.Error as error:
                self._refuse(name, f"line {rows.line_num}", reason=f"this is not CSV: {error}")

    def _observation(
        self,
        form: TypeAdapter[records.ObservationRecord],
        name: str,
        line: int,
        row: list[str],
        seen: dict[tuple[str, ...], str],
    ) -> Iterator[records.ObservationRecord]:
        place = f"line {line}"
        if len(row) != len(OBSERVATION_COLUMNS):
            expected = len(OBSERVATION_COLUMNS)
            self._refuse(name, place, reason=f"{len(row)} cells instead of {expected}")
            return
        raw = {column: cell or None for column, cell in zip(OBSERVATION_COLUMNS, row, strict=True)}
        try:
            observation = form.validate_python(raw, context=self.codes)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._refuse(name, place, ".".join(map(str, detail["loc"])), _reason(detail))
            return
        if observation.key in seen:
            earlier = seen[observation.key]
            self._refuse(name, place, reason=f"the same figure is already given in {earlier}")
            return
        seen[observation.key] = f"{name}, {place}"
        yield observation

    def _refuse(self, file: str, record: str = "", field: str = "", reason: str = "") -> None:
        self.problems.append(Problem(file, record, field, reason))


def _unique_values(row: Any) -> Iterator[tuple[str, str]]:
    """The values that no other record of the list may have, each with its field."""
    if not isinstance(row, dict):
        return
    for name in ("code", "id"):
        if isinstance(row.get(name), str):
            yield name, row[name]
    slug = row.get("slug")
    if isinstance(slug, dict):
        yield from ((f"slug.{language}", str(value)) for language, value in slug.items())
    elif isinstance(slug, str):
        yield "slug", f"{row.get('language')}/{slug}"


def _name_of(row: Any) -> str:
    """How a record is called in a message: by its code, or by its country and key."""
    if not isinstance(row, dict):
        return ""
    for names in (("code",), ("id",), ("country", "key")):
        values = [row.get(name) for name in names]
        if all(isinstance(value, str) for value in values):
            return f"record “{' '.join(values)}”"  # type: ignore[arg-type]
    return ""


def _place(raw: Any, detail: ErrorDetails) -> tuple[str, str]:
    """The record and the field that an error of pydantic is about."""
    record = ""
    fields: list[str] = []
    current = raw
    for part in detail["loc"]:
        if isinstance(part, int) and isinstance(current, list):
            current = current[part]
            if record:
                fields.append(str(part + 1))
            else:
                record = _name_of(current) or f"record {part + 1}"
                fields = []
        elif isinstance(current, dict) and (
            part in current or detail["type"] in {"missing", "extra_forbidden"}
        ):
            current = current.get(part)
            fields.append(str(part))
            if not record and isinstance(current, dict):
                record = _name_of(current)
    return record, ".".join(fields)


def _reason(detail: ErrorDetails) -> str:
    """The reason in words that need no knowledge of the program."""
    last = detail["loc"][-1] if detail["loc"] else ""
    match detail["type"]:
        case "missing" if last in LANGUAGE_NAMES:
            return f"the text in {LANGUAGE_NAMES[str(last)]} is missing"
        case "missing":
            return "this field is missing"
        case "extra_forbidden":
            return "there is no such field"
        case kind if kind.startswith(("date_", "datetime_")):
            return f"“{detail['input']}” is not a date such as 2019-06-06"
        case "string_too_long":
            longest = detail["ctx"]["max_length"]
            return f"{len(detail['input'])} characters; at most {longest} are allowed"
        case "string_too_short":
            return "the text is empty"
    given = detail["input"]
    if given is None:
        return "the value is missing"
    message = detail["msg"].removeprefix("Input should be ")
    if message == detail["msg"]:
        return message
    shown = json.dumps(given, ensure_ascii=False, default=str)
    return f"it should be {message}, not {shown if len(shown) < 60 else type(given).__name__}"
