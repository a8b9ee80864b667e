"""The text of a page, cut into passages: a field, a heading, a paragraph, an entry of a list.

wagtail-localize does the cutting and the putting together. What it cuts out of rich text keeps
its inline marks, and the targets of links stay behind, so a translator can't change where a link
leads. A passage is HTML with inline marks only; its *path* names the field, block or child it is
from, and rich text has several passages at one path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.segments import StringSegmentValue, TemplateSegmentValue
from wagtail_localize.segments.extract import extract_segments
from wagtail_localize.segments.ingest import ingest_segments
from wagtail_localize.strings import StringValue, validate_translation_links

#: Text of Wagtail's that is made from other text.
LEFT_OUT = {"slug"}

#: The passages of a page by their paths.
Texts = dict[str, list[str]]


def passages(page: Page) -> Texts:
    """The passages of ``page``, in the order of its fields."""
    texts: Texts = {}
    for segment in extract_segments(page):
        if isinstance(segment, StringSegmentValue) and segment.path not in LEFT_OUT:
            texts.setdefault(segment.path, []).append(segment.string.data)
    return texts


def check(source: str, text: str) -> str:
    """What is wrong with ``text`` as a translation of ``source``; empty when it is right."""
    if "\0" in text:
        return _("The text holds a character that is not allowed.")
    try:
        value = StringValue.from_translated_html(text)
        validate_translation_links(source, text)
    except ValueError as error:
        return str(error)
    lost = _links(source) - _links(value.data)
    if lost:
        return _("A link of the source is missing: %(links)s.") % {"links": ", ".join(sorted(lost))}
    if not value.render_text().strip() and StringValue(source).render_text().strip():
        return _("The text is empty.")
    if value.data.count("<") != text.count("<"):
        return _("The marks of the text are broken: each mark that begins must end.")
    return ""


def _links(text: str) -> set[str]:
    from wagtail_localize.strings import extract_ids

    return extract_ids(text)


def put(source: Page, target: Page, texts: Mapping[str, list[str]]) -> set[str]:
    """Puts ``texts`` into ``target``, which becomes a translation of ``source`` there.

    A text that is empty is put as it is at the source. Only the fields that ``texts`` names are
    touched. Gives the paths that found their place.
    """
    wanted = {path.split(".")[0] for path in texts}
    segments: list[Any] = []
    done: set[str] = set()
    counted: dict[str, int] = {}
    for segment in extract_segments(source):
        if not isinstance(segment, TemplateSegmentValue | StringSegmentValue):
            continue
        field, _dot, rest = segment.path.partition(".")
        if field not in wanted or not _has_place(target, field, rest):
            continue
        if isinstance(segment, TemplateSegmentValue):
            if segment.path in texts or _is_stream(source, field):
                segments.append(segment)
        else:
            if segment.path not in texts:
                if _is_stream(source, field):
                    segments.append(segment)
                continue
            number = counted.get(segment.path, 0)
            counted[segment.path] = number + 1
            given = texts[segment.path]
            text = given[number] if number < len(given) else ""
            value = StringValue(text) if text else segment.string
            put_segment = StringSegmentValue(segment.path, value, attrs=segment.attrs)
            segments.append(put_segment.with_order(segment.order))
            done.add(segment.path)
    ingest_segments(source, target, source.locale, target.locale, segments)
    return done


def _is_stream(page: Page, field: str) -> bool:
    return isinstance(page._meta.get_field(field), StreamField)


def _has_place(target: Page, field: str, rest: str) -> bool:
    """Whether the child that the path speaks of exists in ``target``."""
    if not rest or _is_stream(target, field):
        return True
    key = rest.split(".")[0]
    return any(str(child.translation_key) == key for child in getattr(target, field).all())


def label(page: Page, path: str) -> str:
    """How a person calls the place that ``path`` names."""
    name, _dot, rest = path.partition(".")
    try:
        field: Any = page._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if isinstance(field, StreamField):
        block_id, _dot, inner = rest.partition(".")
        for child in getattr(page, name):
            if child.id == block_id:
                return str(child.block.label)
        return str(field.verbose_name)
    if hasattr(field, "verbose_name"):
        return str(field.verbose_name)
    model = field.related_model
    key, _dot, inner = rest.partition(".")
    child_field = str(model._meta.get_field(inner.split(".")[0]).verbose_name) if inner else ""
    for child in getattr(page, name).all():
        if str(child.translation_key) == key:
            about = _about(child)
            return f"{about}: {child_field}" if about else child_field
    return f"{model._meta.verbose_name}: {child_field}"


def _about(child: Any) -> str:
    """What a child is about, by its facts."""
    for name in ("area", "key", "role"):
        if hasattr(child, name):
            display = getattr(child, f"get_{name}_display", None)
            return str(display() if display else getattr(child, name).label)
    return str(child._meta.verbose_name)
