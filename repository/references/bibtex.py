"""BibTeX and BibLaTeX."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import bibtexparser
from bibtexparser import model
from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware
from bibtexparser.middlewares.names import (
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from django.utils.translation import gettext as _

from .entry import Entry, Role, Unreadable
from .text import from_latex

#: Problems are told to the person who reads the record, not to the log.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
MOST_BLOCKS = 2_000

KINDS = {
    **dict.fromkeys(("article", "suppperiodical", "review"), "journal-article"),
    **dict.fromkeys(("book", "mvbook", "booklet", "collection", "mvcollection"), "book"),
    **dict.fromkeys(("proceedings", "mvproceedings", "reference", "mvreference"), "book"),
    **dict.fromkeys(("inbook", "incollection", "bookinbook", "suppbook"), "book-chapter"),
    **dict.fromkeys(("inproceedings", "conference", "inreference"), "book-chapter"),
    "suppcollection": "book-chapter",
    **dict.fromkeys(("report", "techreport"), "report"),
    **dict.fromkeys(("thesis", "phdthesis", "mastersthesis"), "thesis"),
    **dict.fromkeys(("online", "electronic", "www"), "web-article"),
    "manual": "manual",
    "dataset": "dataset",
    "periodical": "journal-issue",
    **dict.fromkeys(("misc", "unpublished"), "document"),
}
#: Fields of ours by those that hold the same; the first that has a value counts.
PLAIN = {
    "publisher": ("publisher", "institution", "organization", "school", "howpublished"),
    "volume": ("volume",),
    "issue": ("issue",),
    "series": ("series",),
    "extent": ("pagetotal",),
}
NAMES = {"author": Role.AUTHOR, "editor": Role.EDITOR}
#: Of use to programs alone, or said by another field.
LEFT = {
    *("timestamp", "owner", "urldate", "date-added", "date-modified", "bdsk-url-1"),
    *("added-at", "biburl", "interhash", "intrahash", "internal-note", "shorttitle", "eprinttype"),
    *("options", "ids", "crossref", "keywords", "abstract", "address", "location", "day"),
}


def read(text: str) -> Iterator[Entry]:
    if len(re.findall(r"@[A-Za-z]", text)) > MOST_BLOCKS:
        raise Unreadable(_("This text has more records than can be read at a time."))
    library = bibtexparser.parse_string(
        text, parse_stack=[ResolveStringReferencesMiddleware(), RemoveEnclosingMiddleware()]
    )
    strings = {name.lower(): string.value for name, string in library.strings_dict.items()}
    for block in library.blocks:
        # The same field or key twice: the first field counts, and each record.
        block = getattr(block, "ignore_error_block", None) or block
        if isinstance(block, model.ParsingFailedBlock):
            raise Unreadable(
                _(
                    "Line %(line)d: this BibTeX record can't be read. A record looks like"
                    " @report{key, title = {…}, year = {2024}}, with each brace closed."
                )
                % {"line": (block.start_line or 0) + 1}
            )
        if isinstance(block, model.Entry):
            yield _entry(block, strings)


def _entry(block: model.Entry, strings: dict[str, str]) -> Entry:
    entry = Entry(place=_("line %(number)d") % {"number": (block.start_line or 0) + 1})
    fields: dict[str, str] = {}
    for field in block.fields:
        fields.setdefault(field.key.lower(), _joined(str(field.value), strings))
    said = block.entry_type.lower()
    entry.kind = KINDS.get(said, "")
    entry.kind_said = said
    names = {field: fields.pop(field, "") for field in NAMES}
    values = {
        name: value if name == "file" else from_latex(value) for name, value in fields.items()
    }
    take = values.pop

    _kind(entry, said, values)
    title = take("title", "")
    entry.title(title, take("subtitle", ""))
    for name, role in NAMES.items():
        _people(entry, names[name], role)
    number = take("number", "")
    in_journal = "journal" in values or "journaltitle" in values
    entry.put("issue" if in_journal else "series_number", number)
    if re.match(r"https?://", values.get("howpublished", "").strip(" <>")):
        entry.url(take("howpublished").strip(" <>"))
    for name, sources in PLAIN.items():
        for source in sources:
            if name == "extent":
                entry.extent(take(source, ""))
            else:
                entry.put(name, take(source, ""))
    entry.put("container_title", take("journal", "") or take("journaltitle", ""))
    booktitle, booksubtitle = take("booktitle", ""), take("booksubtitle", "")
    entry.put("container_title", ": ".join(filter(None, (booktitle, booksubtitle))))
    entry.pages(take("pages", ""))
    entry.put("abstract", values.get("abstract", ""))
    if date := take("date", "") or take("year", ""):
        entry.date(date)
    entry.month(take("month", ""))
    _identifiers(entry, values)
    language = take("language", "") or take("langid", "") or take("hyphenation", "")
    if language:
        entry.languages.append(language)
    entry.subjects(re.split(r"[;,]", values.get("keywords", "") or take("keyword", "")))
    entry.files += filter(None, [take("file", ""), take("pdf", "")])
    entry.licence(take("license", "") or take("copyright", ""))
    for name, value in values.items():
        if name not in LEFT:
            entry.leave(name, value)
    return entry


def _kind(entry: Entry, said: str, values: dict[str, str]) -> None:
    entry.genre = values.pop("type", "")
    if values.get("entrysubtype", "").lower() in {"magazine", "newspaper"}:
        entry.kind = "magazine-article"
        values.pop("entrysubtype")
    archive = (values.get("archiveprefix") or values.get("eprinttype") or "").lower()
    alone = not {"journal", "journaltitle"} & values.keys()
    if archive == "arxiv" and alone and said in {"misc", "unpublished", "article", "online"}:
        entry.kind = "preprint"


def _identifiers(entry: Entry, values: dict[str, str]) -> None:
    if doi := values.pop("doi", ""):
        entry.doi(doi)
    if isbn := values.pop("isbn", ""):
        entry.isbn([isbn])
    if issn := values.pop("issn", ""):
        entry.issn(re.split(r"[,;\s]+", issn[:200]))
    if url := values.pop("url", ""):
        entry.url(url)


def _joined(value: str, strings: dict[str, str]) -> str:
    """Parts joined by ``#``, which the library leaves as they are: ``iom # " Press"``."""
    if "#" not in value[:2000]:
        return value
    part = r'"[^"{}]*"|\{[^{}]*\}|[A-Za-z][\w-]*|\d+'
    if len(value) > 2000 or not re.fullmatch(rf"(?:{part})(?:\s*#\s*(?:{part}))+", value):
        return value
    found = re.findall(part, value)
    if not any(one.lower() in strings or one[0] == '"' for one in found):
        return value  # a number sign in a text
    parts = [one[1:-1] if one[0] in '"{' else strings.get(one.lower(), one) for one in found]
    return "".join(parts)[:10_000]


def _people(entry: Entry, value: str, role: str) -> None:
    if not value.strip():
        return
    for name in split_multiple_persons_names(value):
        name = name.strip()
        if name.startswith("{") and name.endswith("}") and _is_one_group(name):
            entry.body(from_latex(name), role)
        elif re.match(r"(family|given|prefix|suffix)\s*=", name):
            _extended(entry, name, role)
        elif name.lower() == "others":
            entry.person(name, role=role)
        else:
            parts = parse_single_name_into_parts(name, strict=False)
            family = from_latex(" ".join([*parts.von, *parts.last]))
            given = ", ".join(filter(None, (" ".join(parts.first), " ".join(parts.jr))))
            entry.person(family, from_latex(given), role)


def _is_one_group(name: str) -> bool:
    """Whether the first brace closes at the end."""
    depth = 0
    for place, character in enumerate(name):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return place == len(name) - 1
    return False


def _extended(entry: Entry, name: str, role: str) -> None:
    """BibLaTeX: ``family=Berg, given=Anna, prefix=van den``."""
    pairs = re.findall(r"(\w[\w-]*)\s*=\s*(\{[^{}]*\}|\"[^\"]*\"|[^,]*)", name[:1000])
    parts = {key.lower(): from_latex(value.strip(' "{}')) for key, value in pairs}
    family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"))))
    given = ", ".join(filter(None, (parts.get("given"), parts.get("suffix"))))
    entry.person(family, given, role)
