"""The look at every row before anything is made: what is wrong, what is missing, what is there
already. A value is checked as the form checks it (``repository.forms.check``)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pages.models import Language
from pages.models.vocabularies import collation_key

from .. import references
from ..files import kinds
from ..forms import check, shelves_for, tidy
from ..identifiers import normalise_doi
from ..models import PublicationPage, Submission
from ..models.files import FileDetails
from ..references import Unreadable, entry
from . import tables
from .packages import Package

#: The latest submissions of the person that are looked at for duplicates.
MOST_OWN = 5_000
#: What a person may say once for all rows that don't say it.
DEFAULTS = ("shelf", "licence", "record_language")


#: ``name.pdf``, ``name.pdf [es]``, ``name.pdf [es] Annex``
FILE = r"(.*?)(?:\s*\[([\w-]{2,10})\]\s*([^\[\]]*))?"


@dataclass(frozen=True)
class Wanted:
    """A file that a row names: its name in the package."""

    name: str
    language: str = ""
    label: str = ""


@dataclass(frozen=True)
class Row:
    #: As a spreadsheet counts, or the number of the record.
    number: int
    place: str
    data: dict[str, Any]
    files: tuple[Wanted, ...] = ()

    @property
    def title(self) -> str:
        return str(self.data.get("title", ""))


@dataclass(frozen=True)
class Finding:
    """Something about a cell. ``value`` is what it holds; ``message`` says what is valid."""

    row: int
    column: str
    value: str
    message: str


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    #: What is wrong: nothing is made of a package with one of these.
    wrong: list[Finding] = field(default_factory=list)
    #: What a publication needs before it can be submitted; a draft may lack it.
    missing: list[Finding] = field(default_factory=list)
    #: What is there already.
    duplicates: list[Finding] = field(default_factory=list)
    #: What else a person should look at.
    notes: list[Finding] = field(default_factory=list)

    @cached_property
    def files(self) -> int:
        return sum(len(row.files) for row in self.rows)

    @property
    def may_be_drafts(self) -> bool:
        return not self.wrong

    @property
    def may_be_submitted(self) -> bool:
        return not self.wrong and not self.missing

    def all(self) -> Iterator[tuple[str, Finding]]:
        for kind in ("wrong", "missing", "duplicates", "notes"):
            for finding in getattr(self, kind):
                yield kind, finding


def look(package: Package, user: Any, defaults: dict[str, str] | None = None) -> Report:
    """The report on a package that ``user`` sends. The number of queries does not depend on the
    number of rows. Raises ``Unreadable`` when the package as a whole can't be read."""
    report = Report()
    names = _Names.of_all()
    defaults = {name: value for name, value in (defaults or {}).items() if value}
    reader = _rows_of_table if package.kind == "csv" else _rows_of_references
    for number, place, data, files in reader(package, report):
        data = names.coded(tidy({**defaults, **data}))
        report.rows.append(Row(number, place, data, _found(package, number, files, report)))
    shelves = shelves_for(user)
    for row in report.rows:
        _check(row, user, shelves, report)
    _check_files(package, user, report)
    _duplicates(user, report)
    return report


# Rows ---------------------------------------------------------------------------------


def _rows_of_table(package: Package, report: Report) -> Iterator[tuple[int, str, Any, list[str]]]:
    table = tables.read(package.records)
    report.notes += [Finding(0, "", "", note) for note in table.notes]
    for number, cells in table.lines:
        place = _("row %(number)d") % {"number": number}
        yield number, place, tables.data_of(cells), tables.parts(cells.get("files", ""))


def _rows_of_references(
    package: Package, report: Report
) -> Iterator[tuple[int, str, Any, list[str]]]:
    text, notes = tables.decoded(package.records)
    report.notes += [Finding(0, "", "", note) for note in notes]
    for number, reference in enumerate(references.read(text), 1):
        for warning in reference.warnings:
            report.notes.append(Finding(number, "", "", warning))
        # Programs write whole paths of their own; what counts is the name at the end.
        said = " ".join(reference.files).casefold()
        files = [name for name in package.members if _is_named(name, said)]
        yield number, reference.place, reference.data, files


def _is_named(name: str, said: str) -> bool:
    last = re.escape(name.rpartition("/")[2].casefold())
    return bool(re.search(rf"(^|[/\\:;\s]){last}($|[:;\s])", said))


@dataclass(frozen=True)
class _Names:
    """Names of terms in any language, where codes are meant."""

    codes: dict[str, dict[str, str]]

    @classmethod
    def of_all(cls) -> _Names:
        known = entry.vocabulary_reader()
        return cls(
            {
                "countries": known.countries,
                "themes": known.themes,
                "languages": known.languages,
                "document_type": known.types,
                "record_language": known.languages,
            }
        )

    def coded(self, data: dict[str, Any]) -> dict[str, Any]:
        for name, codes in self.codes.items():
            value = data.get(name)
            if isinstance(value, list):
                data[name] = [codes.get(entry.fold(one), one) for one in value]
            elif value:
                data[name] = codes.get(entry.fold(value), value)
        return data


def _found(package: Package, row: int, names: list[str], report: Report) -> tuple[Wanted, ...]:
    """The files of a row, each with its language and its label."""
    languages, wanted = Language.labels(), []
    for text in names:
        said = None if package.find(text) else re.fullmatch(FILE, text)
        name, language, label = said.groups(default="") if said else (text, "", "")
        found = package.find(name)
        if len(found) == 1:
            wanted.append(Wanted(found[0], language.lower(), label[:120]))
        elif found:
            message = _("Several files have this name. Write it with its folder: %(names)s.")
            names_found = ", ".join(found[:5])
            report.wrong.append(Finding(row, "files", text[:100], message % {"names": names_found}))
        else:
            report.wrong.append(Finding(row, "files", text[:100], _not_there(package)))
        if language and language.lower() not in languages:
            message = _("“%(value)s” is not in the list: %(codes)s.")
            values = {"value": language, "codes": ", ".join(languages)}
            report.wrong.append(Finding(row, "files", text[:100], message % values))
    return tuple(wanted)


def _not_there(package: Package) -> str:
    if not package.members:
        return _("Files are sent with the table in a zip.")
    names = ", ".join(list(package.members)[:5])
    if len(package.members) > 5:
        names += ", …"
    return _("No file in the zip has this name. It holds: %(names)s.") % {"names": names}


# Values -------------------------------------------------------------------------------


def _check(row: Row, user: Any, shelves: list[tuple[str, str]], report: Report) -> None:
    errors = check(row.data, user=user, shelves=shelves).errors
    for name, messages in errors.items():
        value = row.data.get(name)
        found = report.wrong if value and value != [] else report.missing
        for message in messages:
            found.append(Finding(row.number, name, _shown(name, value), message))
    if not row.files and not row.data.get("external_url"):
        message = _("Add a file, or the address at which the publication can be read.")
        report.missing.append(Finding(row.number, "files", "", message))


def _shown(name: str, value: Any) -> str:
    return tables.cells_of({name: value})[name][:200] if value else ""


def _check_files(package: Package, user: Any, report: Report) -> None:
    """Whether each file is what its name says, and whether it is there already."""
    by_file: dict[str, list[int]] = {}
    for row in report.rows:
        for wanted in row.files:
            by_file.setdefault(wanted.name, []).append(row.number)
    digests: dict[str, str] = {}
    for name, numbers in by_file.items():
        try:
            with package.opened(name) as file:
                kinds.check(file, name)
                file.seek(0)
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
        except (ValidationError, Unreadable) as error:
            message = " ".join(getattr(error, "messages", [str(error)]))
            report.wrong += [Finding(number, "files", name, message) for number in numbers]
        if len(numbers) > 1:
            rows = ", ".join(map(str, numbers))
            message = _("Several rows name this file: %(rows)s.") % {"rows": rows}
            report.duplicates.append(Finding(numbers[1], "files", name, message))
    for name in package.members.keys() - by_file.keys():
        message = _("No row names this file. It is left out.")
        report.notes.append(Finding(0, "files", name, message))
    known = _known_files(user, list(digests.values()))
    counted = Counter(digests.values())
    for name, digest in digests.items():
        number = by_file[name][0]
        if digest in known:
            message = _("The same file is there already: “%(title)s”.") % {"title": known[digest]}
            report.duplicates.append(Finding(number, "files", name, message))
        elif counted[digest] > 1:
            message = _("The same file is in the zip under another name.")
            report.duplicates.append(Finding(number, "files", name, message))


def _known_files(user: Any, digests: list[str]) -> dict[str, str]:
    """The titles of what the person may see, by the fingerprints of its files."""
    readable = PublicationPage.objects.readable_by(user)
    known = dict(
        readable.filter(files__document__details__sha256__in=digests).values_list(
            "files__document__details__sha256", "title"
        )
    )
    mine = FileDetails.objects.filter(sha256__in=digests, document__uploaded_by_user=user)
    return {**dict(mine.values_list("sha256", "document__title")), **known}


# What is there already ----------------------------------------------------------------


def _duplicates(user: Any, report: Report) -> None:
    """The same DOI or title, in the package, among one's own submissions, or among the
    publications that the person may read: the others are nobody's business."""
    keys = {"doi": _doi, "title": lambda row: collation_key(row.title)[:255]}
    known: dict[str, dict[str, str]] = {}
    dois = {_doi(row) for row in report.rows} - {""}
    titles = {collation_key(row.title)[:255] for row in report.rows} - {""}
    readable = PublicationPage.objects.readable_by(user).live()
    known["doi"] = dict(readable.filter(doi__in=dois).values_list("doi", "title"))
    same_title = readable.filter(sort_title__in=titles)
    known["title"] = dict(same_title.values_list("sort_title", "title"))
    mine = Submission.objects.filter(submitter=user).exclude(state=Submission.State.PUBLISHED)
    for data in mine.values_list("data", flat=True)[:MOST_OWN]:
        own = Row(0, "", data)
        known["doi"].setdefault(_doi(own), own.title)
        known["title"].setdefault(collation_key(own.title)[:255], own.title)
    for column, key in keys.items():
        first: dict[str, int] = {}
        for row in report.rows:
            value = key(row)
            if not value:
                continue
            if value in known[column]:
                message = _("A publication or submission has it already: “%(title)s”.")
                there = {"title": known[column][value] or _("Untitled")}
                report.duplicates.append(
                    Finding(row.number, column, _shown(column, row.data[column]), message % there)
                )
            elif value in first:
                message = _("Row %(row)d has the same.") % {"row": first[value]}
                report.duplicates.append(
                    Finding(row.number, column, _shown(column, row.data[column]), message)
                )
            first.setdefault(value, row.number)


def _doi(row: Row) -> str:
    try:
        return normalise_doi(str(row.data.get("doi") or ""))
    except ValidationError:
        return ""
