"""Plain text out of what records hold: markup, entities, LaTeX."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

#: A tag. It ends before the next one begins, so that no input makes the search slow.
_TAG = re.compile(r"</?([A-Za-z][\w:.-]{0,40})[^<>]{0,500}>|<!--[^<>]{0,500}-->|<![^<>]{0,500}>")
#: Elements that end a paragraph, in HTML and in JATS, the markup of journals.
_BLOCKS = {"p", "div", "br", "li", "ul", "ol", "tr", "sec", "title", "h1", "h2", "h3", "h4"}


def plain(text: str) -> str:
    """``text`` without its markup; blocks become paragraphs. Entities may be escaped twice."""
    if "<" not in text and "&" not in text:
        return text.strip()
    for _round in range(2):
        text = unescape(text)
        for name in ("script", "style"):
            text = _without(text, name)
        text = _TAG.sub(_replacement, text)
    text = re.sub(r"[ \t]+", " ", text)
    return re.sub(r" ?\n ?(?:\n ?)+", "\n\n", text).strip()


def _without(text: str, name: str) -> str:
    """``text`` without the elements ``name``, whose content is no text."""
    kept, end = [], 0
    lower = text.lower()
    while len(lower) == len(text):  # a few capitals become two small letters
        start = lower.find(f"<{name}", end)
        close = lower.find(f"</{name}", start) if start >= 0 else -1
        if close < 0:
            break
        kept.append(text[end:start])
        end = close  # the closing tag goes with the others
    return "".join(kept) + text[end:]


def _replacement(tag: re.Match[str]) -> str:
    name = (tag[1] or "").lower().rpartition(":")[2]
    return "\n\n" if name in _BLOCKS else ""


# LaTeX --------------------------------------------------------------------------------


def _decoder() -> LatexNodes2Text:
    context = get_default_latex_context_db()
    context.add_context_category(
        "records", prepend=True, macros=[MacroTextSpec("url", simplify_repl="%s")]
    )
    return LatexNodes2Text(latex_context=context, math_mode="text")


_latex = _decoder()
_DEEPEST, _LONGEST = 20, 50_000


def from_latex(text: str) -> str:
    """``text`` with accents and symbols in the place of commands. What is too deep or too long to
    be a title or an abstract loses its braces and keeps its commands."""
    if not re.search(r"[\\{}$~]|--|``|''", text):
        return text
    # In a field of a record, these signs and a lonely dollar are what they are.
    escaped = re.sub(r"(?<!\\)([%&])", r"\\\1", text)
    if len(re.findall(r"(?<!\\)\$", escaped)) % 2:
        escaped = re.sub(r"(?<!\\)\$", r"\\$", escaped)
    if len(text) <= _LONGEST and _depth(text) <= _DEEPEST:
        try:
            return _latex.latex_to_text(escaped)
        except Exception:  # noqa: S110  the library knows no errors of its own for odd input
            pass
    return re.sub(r"[{}]", "", text)


def _depth(text: str) -> int:
    """How deep braces lie in each other; commands that open something count too."""
    depth = deepest = 0
    for found in re.finditer(r"\\begin\b|\\end\b|\\.|[{}\[\]]", text, flags=re.S):
        if found[0] in ("{", "[", "\\begin"):
            depth += 1
        elif found[0] in ("}", "]", "\\end"):
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


# JSON ---------------------------------------------------------------------------------


def first(value: Any) -> str:
    """A text out of what JSON records write where one text is meant: a text, a number, a list
    whose first member counts, an object with a name."""
    for _step in range(4):
        if isinstance(value, list):
            value = next((item for item in value if item), "")
        elif isinstance(value, dict):
            value = next(
                (value[key] for key in ("@value", "name", "title", "value") if value.get(key)), ""
            )
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def every(value: Any) -> list[Any]:
    """What is one or many, as many."""
    if value in (None, "", {}, []):
        return []
    return value if isinstance(value, list) else [value]
