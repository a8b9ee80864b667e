"""Message catalogues: extracted, merged and compiled without the system's gettext.

Strings come from Python code and from templates; Django turns a template into Python-like
text, and Babel reads both. One catalogue for each language lies under ``site/locale``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

SOURCES = ("pages", "networks", "repository", "search", "site/cpmg", "site/templates")
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_{kind}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for kind in ("lazy", "noop")
    if name in DEFAULT_KEYWORDS
}


def languages() -> list[str]:
    """The languages that have a catalogue: all but the source language."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def path_of(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.po"


def _files() -> Iterator[Path]:
    for source in SOURCES:
        for suffix in (".py", ".html", ".txt"):
            yield from sorted((settings.ROOT / source).rglob(f"*{suffix}"))


def _as_python(path: Path) -> io.BytesIO:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Indentation means nothing in a template and would confuse the tokenizer.
        text = re.sub(r"(?m)^[ \t]+", "", templatize(text, origin=str(path)))
    return io.BytesIO(text.encode())


def extracted() -> Catalog:
    """All strings of the product, with the files that they come from."""
    catalogue = Catalog(charset="utf-8")
    for path in _files():
        if "migrations" in path.parts:
            continue
        place = path.relative_to(settings.ROOT).as_posix()
        found = extract(
            "python", _as_python(path), keywords=KEYWORDS, comment_tags=["Translators:"]
        )
        for _line, message, comments, context in found:
            flags = ["python-format"] if "%(" in str(message) else []
            catalogue.add(
                message,
                locations=[(place, 0)],
                auto_comments=comments,
                context=context,
                flags=flags,
            )
    return catalogue


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=to_locale(language), charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=to_locale(language), charset="utf-8")


def update(language: str) -> Path:
    """Brings new strings into the catalogue and drops those that are gone."""
    catalogue = read(language)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = f"# The interface of the platform in {language}."
    catalogue.project = "CPMG"
    catalogue.language_team = catalogue.msgid_bugs_address = ""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False
        )
    _steady(path)
    return path


def _steady(path: Path) -> None:
    """Removes the header's dates and generator, which would change with every update."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(
            r'(?m)^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Report-Msgid-Bugs-To|Language-Team).*\n',
            "",
            text,
        ),
        encoding="utf-8",
    )


def compile_all() -> list[Path]:
    """Writes the ``.mo`` files that are missing or older than their source."""
    written = []
    for language in languages():
        source = path_of(language)
        target = source.with_suffix(".mo")
        if not source.exists() or (
            target.exists() and target.stat().st_mtime >= source.stat().st_mtime
        ):
            continue
        with target.open("wb") as file:
            write_mo(file, read(language))
        written.append(target)
    return written


def _ids(message: Message) -> tuple[str | None, str]:
    key = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, key


def problems(language: str) -> list[str]:
    """What keeps a catalogue from being complete: strings missing, untranslated, fuzzy, or
    with other placeholders than their source."""
    catalogue = read(language)
    present = {_ids(message): message for message in catalogue if message.id}
    wanted = {_ids(message): message for message in extracted() if message.id}
    found = [
        f"{language}: not in the catalogue: {key[1]!r}" for key in wanted.keys() - present.keys()
    ]
    found += [f"{language}: no longer used: {key[1]!r}" for key in present.keys() - wanted.keys()]
    for key, message in present.items():
        string = message.string or ""
        strings = [string] if isinstance(string, str) else list(string)
        if not all(strings):
            found.append(f"{language}: not translated: {key[1]!r}")
        elif message.fuzzy:
            found.append(f"{language}: marked fuzzy: {key[1]!r}")
        else:
            sources = {message.id} if isinstance(message.id, str) else set(message.id)
            placeholders = {p for source in sources for p in re.findall(r"%\(\w+\)[sd]", source)}
            used = {p for string in strings for p in re.findall(r"%\(\w+\)[sd]", string)}
            if placeholders != used:
                found.append(f"{language}: other placeholders: {key[1]!r}")
    return sorted(found)
