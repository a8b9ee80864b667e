"""From the Markdown that people write to HTML that is safe to show.

HTML in a post is text. Links lead to the web and nowhere else, and give no credit to where they
lead. Pictures from elsewhere are not shown: they would tell their server who reads. Headings are
bold lines: the outline of the page is ours.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from cpmg.users.models import without_hidden_characters

#: How deep quotes and lists may lie in each other.
DEEPEST = 12
TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "span"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "span": {"class"}}
SCHEMES = {"http", "https"}

#: What turns the direction of writing or can't be seen. Joiners stay: scripts and emoji need them.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029"
    "\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_MENTION = re.compile(r"(?<![\w@./-])@([a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?)(?![\w@])", re.I)


def clean_text(text: str) -> str:
    """``text`` in one form of writing, without what can't be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).strip("\n").rstrip()


def clean_title(title: str) -> str:
    """``title`` on one line, without what can't be seen or turns the direction of writing."""
    line = " ".join(unicodedata.normalize("NFC", title).replace("\0", "").split())
    return " ".join(without_hidden_characters(_UNSEEN.sub("", line)).split())


@dataclass
class Formatted:
    html: str = ""
    #: The names after an @ outside quotes and code, lower case, each as often as it is there.
    mentions: list[str] = field(default_factory=list)
    #: The addresses that it links to.
    links: list[str] = field(default_factory=list)
    #: Whether anything is left to read.
    is_empty: bool = True


def formatted(text: str, handles: Iterable[str] = ()) -> Formatted:
    """``text`` as HTML; those of ``handles`` that it mentions are marked."""
    environment: dict[str, Any] = {"handles": set(handles)}
    found = Formatted()
    tokens = _markdown.parse(text, environment)
    html = _markdown.renderer.render(tokens, _markdown.options, environment)
    found.html = nh3.clean(
        _UNSEEN.sub("", html),  # entities may have brought it back
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow ugc noopener",
    )
    found.mentions = environment.get("mentions", [])
    found.links = environment.get("links", [])
    found.is_empty = not nh3.clean(html, tags={"hr"}).strip()
    return found


def plain(text: str, length: int = 300) -> str:
    """The words of ``text`` on one line, without marks, at most ``length`` characters."""
    words = without_marks(formatted(text).html)
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def without_marks(html: str) -> str:
    """The words of a post that was formatted, on one line."""
    html = re.sub(r"<(?:/p|/li|br|/blockquote|/tr|/t[dh])[^>]*>", " ", html)
    return " ".join(entities.unescape(nh3.clean(html, tags=set())).split())


def quoted(text: str, who: str) -> str:
    """``text`` as a quotation to begin an answer with."""
    lines = [f"> **{_escape(who)}**", ">", *(f"> {line}".rstrip() for line in text.split("\n"))]
    return "\n".join(lines) + "\n\n"


def _escape(name: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#~|@])", r"\\\1", name)


# How Markdown is read -----------------------------------------------------------------


def leads_to_the_web(url: str) -> bool:
    """Whether ``url`` may become a link: an address of the web, written out."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc


def _without_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "heading_open":
            token.tag, token.type, token.markup = "p", "paragraph_open", ""
        elif token.type == "heading_close":
            token.tag, token.type, token.markup = "p", "paragraph_close", ""
    for before, token in zip(state.tokens, state.tokens[1:], strict=False):
        if before.type == "paragraph_open" and before.map and token.type == "inline":
            children = token.children or []
            if before.meta.get("heading"):
                token.children = [
                    Token("strong_open", "strong", 1),
                    *children,
                    Token("strong_close", "strong", -1),
                ]


def _mark_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "heading_open":
            token.meta["heading"] = True


def _mentions(state: StateCore) -> None:
    """Finds names after an @ in what people say themselves, and marks those that are known."""
    handles = state.env.get("handles", set())
    found = state.env.setdefault("mentions", [])
    links = state.env.setdefault("links", [])
    depth = 0
    for block in state.tokens:
        if block.type in ("blockquote_open", "blockquote_close"):
            depth += block.nesting
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        in_link = 0
        for token in block.children:
            if token.type == "link_open":
                links.append(str(token.attrGet("href") or ""))
            if token.type in ("link_open", "link_close"):
                in_link += token.nesting
            if token.type != "text" or in_link or depth:
                children.append(token)
                continue
            children += _with_mentions(token, handles, found)
        block.children = children


def _with_mentions(token: Token, handles: set[str], found: list[str]) -> list[Token]:
    parts: list[Token] = []
    end = 0
    for match in _MENTION.finditer(token.content):
        name = match[1].lower()
        found.append(name)
        if name not in handles:
            continue
        parts.append(_text(token.content[end : match.start()]))
        mark = Token("mention_open", "span", 1, attrs={"class": "mention"})
        parts += [mark, _text(match[0]), Token("mention_close", "span", -1)]
        end = match.end()
    return [*parts, _text(token.content[end:])] if end else [token]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _made() -> MarkdownIt:
    markdown = MarkdownIt(
        "commonmark",
        {"html": False, "linkify": True, "breaks": True, "maxNesting": DEEPEST},
    )
    markdown.enable(["table", "strikethrough", "linkify"])
    markdown.disable(["image", "html_block", "html_inline"])
    linkify: Any = markdown.linkify
    linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("mailto:", "ftp:", "//"):
        linkify.add(scheme, None)
    markdown.validateLink = leads_to_the_web  # type: ignore[method-assign]
    markdown.core.ruler.before("inline", "mark_headings", _mark_headings)
    markdown.core.ruler.push("without_headings", _without_headings)
    markdown.core.ruler.push("mentions", _mentions)
    return markdown


_markdown = _made()
