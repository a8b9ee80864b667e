"""Translations as PO and XLIFF 1.2 files: of a page, a section or a whole language.

A file names each passage by the key of its page and its place there, and holds the source as it
was. What comes back is checked whole before anything is saved: the language, the pages, the marks
and links of each passage. A passage whose source has changed since is left out and reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from xml.etree import ElementTree  # for writing; reading goes through defusedxml

import polib
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from .passages import check, passages
from .people import may_translate
from .records import CHECKED, HUMAN, Passage, compared, record_of
from .work import RefusedError, begin, translation_of, write

FORMATS = {"po": "text/x-gettext-translation", "xliff": "application/x-xliff+xml"}
MAX_SIZE = 10 * 1024 * 1024
MAX_PROBLEMS = 20
_XLIFF = "urn:oasis:names:tc:xliff:document:1.2"


@dataclass(frozen=True)
class Entry:
    """One passage of a file."""

    page: str
    key: str
    source: str
    text: str


@dataclass
class Outcome:
    """What a file has brought."""

    passages: int = 0
    pages: int = 0
    #: Passages whose source has changed since the file was made.
    stale: list[str] = field(default_factory=list)


# Out ----------------------------------------------------------------------------------


def lines(source: Page, locale: Locale) -> list[Passage]:
    """The passages of a page with their translations, as far as there are any."""
    source = source.specific
    translation = translation_of(source, locale)
    made = record_of(source, translation).working if translation else {}
    return list(compared(made, passages(source)))


def export(sources: Iterable[Page], locale: Locale, kind: str) -> bytes:
    """The passages of ``sources`` and their translations into ``locale``."""
    pages = [(source, lines(source, locale)) for source in sources]
    return _po(pages, locale) if kind == "po" else _xliff(pages, locale)


def _is_done(passage: Passage) -> bool:
    return passage.state in (HUMAN, CHECKED)


def _po(pages: list[tuple[Page, list[Passage]]], locale: Locale) -> bytes:
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": locale.language_code,
    }
    for source, there in pages:
        for passage in there:
            entry = polib.POEntry(
                msgctxt=f"{source.translation_key}:{passage.key}",
                msgid=passage.source,
                msgstr=passage.text,
                comment=source.title,
            )
            if passage.text and not _is_done(passage):
                entry.flags.append("fuzzy")
            if passage.before:
                entry.previous_msgid = passage.before
            file.append(entry)
    return str(file).encode()


def _xliff(pages: list[tuple[Page, list[Passage]]], locale: Locale) -> bytes:
    ElementTree.register_namespace("", _XLIFF)
    root = ElementTree.Element(f"{{{_XLIFF}}}xliff", version="1.2")
    for source, there in pages:
        file = ElementTree.SubElement(
            root,
            f"{{{_XLIFF}}}file",
            {
                "original": str(source.translation_key),
                "datatype": "html",
                "source-language": source.locale.language_code,
                "target-language": locale.language_code,
            },
        )
        body = ElementTree.SubElement(file, f"{{{_XLIFF}}}body")
        for passage in there:
            unit = ElementTree.SubElement(body, f"{{{_XLIFF}}}trans-unit", id=passage.key)
            ElementTree.SubElement(unit, f"{{{_XLIFF}}}source").text = passage.source
            state = "final" if _is_done(passage) else "needs-review-translation"
            target = ElementTree.SubElement(unit, f"{{{_XLIFF}}}target")
            target.set("state", state if passage.text else "needs-translation")
            target.text = passage.text
            ElementTree.SubElement(unit, f"{{{_XLIFF}}}note").text = source.title
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


# In -----------------------------------------------------------------------------------


def read(data: bytes, locale: Locale) -> list[Entry]:
    """The translated passages of a file. Raises ``RefusedError`` for what is no such file."""
    if len(data) > MAX_SIZE:
        raise RefusedError(_("The file is larger than 10 MB."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(_("The file is not in UTF-8. Save it in that encoding.")) from None
    if "\0" in text:
        raise RefusedError(_("The file is neither PO nor XLIFF 1.2."))
    if text.lstrip().startswith("<"):
        return _read_xliff(text, locale)
    return _read_po(text, locale)


def _right_language(found: str, locale: Locale) -> None:
    if found.replace("_", "-").split("-")[0].lower() != locale.language_code:
        raise RefusedError(
            _("The file is in “%(found)s”, not in %(wanted)s.")
            % {
                "found": found[:20] or "?",
                "wanted": dict(settings.LANGUAGES)[locale.language_code],
            }
        )


def _read_po(text: str, locale: Locale) -> list[Entry]:
    try:
        file = polib.pofile(text)
    except (OSError, ValueError, UnicodeError) as error:
        raise RefusedError(
            _("The file is neither PO nor XLIFF 1.2: %(reason)s.") % {"reason": str(error)[:120]}
        ) from None
    if not len(file) or not file.metadata:
        raise RefusedError(_("The file is neither PO nor XLIFF 1.2."))
    _right_language(file.metadata.get("Language", ""), locale)
    return [
        Entry(*_place(entry.msgctxt or ""), source=entry.msgid, text=entry.msgstr)
        for entry in file
        if entry.msgstr and not entry.fuzzy and not entry.obsolete
    ]


def _place(context: str) -> tuple[str, str]:
    page, colon, key = context.partition(":")
    if not colon:
        raise RefusedError(_("The file was not made here: its passages do not say where they are."))
    return page, key


def _read_xliff(text: str, locale: Locale) -> list[Entry]:
    try:
        root = fromstring(text.encode())
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise RefusedError(
            _("The file is neither PO nor XLIFF 1.2: %(reason)s.") % {"reason": str(error)[:120]}
        ) from None
    if root.tag != f"{{{_XLIFF}}}xliff":
        raise RefusedError(_("The file is neither PO nor XLIFF 1.2."))
    entries = []
    for file in root.iter(f"{{{_XLIFF}}}file"):
        _right_language(file.get("target-language", ""), locale)
        for unit in file.iter(f"{{{_XLIFF}}}trans-unit"):
            source = unit.find(f"{{{_XLIFF}}}source")
            target = unit.find(f"{{{_XLIFF}}}target")
            if source is None or target is None or not (given := "".join(target.itertext())):
                continue
            if target.get("state", "").startswith("needs-") or unit.get("approved") == "no":
                continue
            entries.append(
                Entry(
                    file.get("original", ""),
                    unit.get("id", ""),
                    "".join(source.itertext()),
                    given,
                )
            )
    return entries


@transaction.atomic
def bring_in(
    entries: list[Entry], locale: Locale, user: Any, *, only: Page | None = None
) -> Outcome:
    """Saves the passages of a file as drafts: all of them, or nothing at all.

    ``only`` is the page whose file it should be.
    """
    outcome = Outcome()
    problems: dict[str, str] = {}
    by_page: dict[str, list[Entry]] = {}
    for entry in entries:
        by_page.setdefault(entry.page, []).append(entry)
    work: list[tuple[Page, dict[str, str]]] = []
    for key, there in by_page.items():
        source = _source_for(key, locale)
        if only is not None and (source is None or source.pk != only.pk):
            raise RefusedError(_("This file is of another page."))
        if source is None or not may_translate(user, source, locale):
            raise RefusedError(_("The file names a page that is not here or not yours."))
        current = {passage.key: passage for passage in lines(source, locale)}
        texts: dict[str, str] = {}
        for entry in there:
            passage = current.get(entry.key)
            if passage is None or passage.source != entry.source:
                outcome.stale.append(f"{source.title}: {entry.source[:60]}")
            elif problem := check(passage.source, entry.text):
                problems[f"{source.title}: {entry.source[:60]}"] = problem
            else:
                texts[entry.key] = entry.text
        work.append((source, texts))
    if problems:
        shown = dict(list(problems.items())[:MAX_PROBLEMS])
        raise RefusedError(_("Nothing was saved: some passages are not right."), shown)
    for source, texts in work:
        if texts and (count := write(source, begin(source, locale, user), texts, user=user)):
            outcome.passages += count
            outcome.pages += 1
    return outcome


def _source_for(key: str, locale: Locale) -> Page | None:
    try:
        UUID(key)
    except ValueError:
        return None
    page = Page.objects.filter(translation_key=key).select_related("locale").order_by("pk").first()
    return page if page and page.locale_id != locale.pk else None


__all__ = ["FORMATS", "Entry", "Outcome", "bring_in", "export", "read"]
