"""What each passage of a translation was made from, by whom, and what is out of date.

A record is made when a page is copied for translation, or, for pages that were there before,
just before their source changes for the first time. It holds the passages of the source as they
were when each was translated. A passage is *outdated* when the source says something else now. When
somebody changes a passage of the translation, wherever they do it, it counts as made from the
source as it is then.

Nothing machine-made is published unreviewed: a passage that a machine made stays ``machine``
until a person has checked it, and a page that holds one can't be published, or scheduled, by any
road.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_save
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext
from wagtail.models import Page, Revision
from wagtail.signals import copy_for_translation_done, page_published

from .. import translations
from ..models.translating import RememberedPassage, TranslationRecord, digest_of
from .passages import Texts, passages

#: Who made a passage. ``copy``: it still is the source's own text. ``checked``: a machine made
#: it and a person has checked it.
COPY, HUMAN, MACHINE, CHECKED = "copy", "human", "machine", "checked"
#: The states of a passage.
MISSING, OUTDATED = "missing", "outdated"

Made = dict[str, dict[str, list[str]]]


class UnreviewedError(PermissionDenied):
    """The page holds passages that a machine made and nobody has checked."""


@dataclass(frozen=True)
class Passage:
    """A passage of the source beside its translation."""

    path: str
    number: int
    source: str
    #: What it was translated from, when the source says something else now.
    before: str
    text: str
    state: str

    @property
    def key(self) -> str:
        return f"{self.path}#{self.number}"

    @property
    def marked(self) -> SafeString:
        """The source, with what has changed since the translation was made marked."""
        return marked_changes(self.before, self.source) if self.before else mark_safe(self.source)  # noqa: S308


# Compared -----------------------------------------------------------------------------


def copied(source: Texts, target: Texts) -> Made:
    """The record of a translation as one finds it: what differs from its source was translated."""
    made: Made = {}
    for path, texts in source.items():
        there = target.get(path, [])
        made[path] = {"s": texts, "t": there, "by": [HUMAN] * len(there)}
        if len(there) == len(texts):
            made[path]["by"] = [
                COPY if text == mine else HUMAN for text, mine in zip(texts, there, strict=True)
            ]
    return made


def changed(made: Made, source: Texts, target: Texts) -> Made:
    """The record after the translation became ``target`` while its source says ``source``."""
    new: Made = {}
    for path in source.keys() | (made.keys() & target.keys()):
        texts, there = source.get(path, []), target.get(path, [])
        known = made.get(path)
        if known is None:
            new |= copied({path: texts}, {path: there})
        elif known["t"] == there:
            new[path] = known
        elif len({len(part) for part in (texts, there, known["t"], known["s"])}) == 1:
            kept = [a == b for a, b in zip(there, known["t"], strict=True)]
            new[path] = {
                "s": [known["s"][i] if keep else texts[i] for i, keep in enumerate(kept)],
                "t": there,
                "by": [known["by"][i] if keep else HUMAN for i, keep in enumerate(kept)],
            }
        else:
            new[path] = {"s": texts, "t": there, "by": [HUMAN] * len(there)}
    return new


def compared(made: Made, source: Texts) -> Iterator[Passage]:
    """The passages of the source, each with its translation and its state."""
    for path, texts in source.items():
        known = made.get(path, {"s": [], "t": [], "by": []})
        before, there, by = known["s"], known["t"], known["by"]
        if len(before) != len(there):
            # Translated in another shape: to be compared as a whole only.
            state = HUMAN if before == texts else OUTDATED
            for number, text in enumerate(texts):
                yield Passage(path, number, text, "", "", state if there else MISSING)
            continue
        match = difflib.SequenceMatcher(a=before, b=texts, autojunk=False)
        partner: dict[int, int] = {}
        for tag, start, end, begin, stop in match.get_opcodes():
            if tag in ("equal", "replace"):
                partner |= dict(zip(range(begin, stop), range(start, end), strict=False))
        for number, text in enumerate(texts):
            old = partner.get(number)
            if old is None or by[old] == COPY:
                yield Passage(path, number, text, "", "", MISSING)
            elif before[old] != text:
                yield Passage(path, number, text, before[old], there[old], OUTDATED)
            else:
                yield Passage(path, number, text, "", there[old], by[old])


def is_outdated(made: Made, source: Texts) -> bool:
    """Whether the source says anything that the translation was not made from."""
    return any(made.get(path, {}).get("s") != texts for path, texts in source.items()) or any(
        entry["s"] and path not in source for path, entry in made.items()
    )


def marked_changes(before: str, now: str) -> SafeString:
    """``now`` with the words that were not in ``before`` inserted, and those gone deleted."""
    old, new = before.split(), now.split()
    parts: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        gone, come = escape(" ".join(old[a:b])), escape(" ".join(new[c:d]))
        if tag == "equal":
            parts.append(come)
            continue
        if gone:
            parts.append(format_html("<del>{}</del>", mark_safe(gone)))  # noqa: S308
        if come:
            parts.append(format_html("<ins>{}</ins>", mark_safe(come)))  # noqa: S308
    return mark_safe(" ".join(parts))  # noqa: S308


# Kept ---------------------------------------------------------------------------------


def record_of(source: Page, translation: Page) -> TranslationRecord:
    """The record of ``translation``; made now from what is there if there was none."""
    record = TranslationRecord.objects.filter(page_id=translation.pk).first()
    if record is None:
        shown = copied(passages(source), passages(translation.specific))
        draft = translation.get_latest_revision_as_object()
        record = TranslationRecord(
            page_id=translation.pk,
            working=copied(passages(source), passages(draft)),
            published=shown if translation.live else {},
        )
        keep(record, passages(source))
    return record


def keep(record: TranslationRecord, source: Texts) -> None:
    """Counts what is to do, says since when the translation is outdated, and saves."""
    states = [passage.state for passage in compared(record.working, source)]
    record.to_do = states.count(MISSING) + states.count(OUTDATED)
    record.machine = states.count(MACHINE)
    record.fields = field_states(record.published, source)
    if record.published and is_outdated(record.published, source):
        record.outdated_since = record.outdated_since or timezone.now()
    else:
        record.outdated_since = None
    record.save()


def field_states(made: Made, source: Texts) -> dict[str, str]:
    """For each field: ``outdated``, ``fallback`` (the source's own text), ``machine`` (checked by
    a person), or ``human``."""
    found: dict[str, set[str]] = {}
    for path, texts in source.items():
        states = found.setdefault(path.split(".")[0], set())
        entry = made.get(path)
        if entry is None or not entry["t"]:
            states.add(OUTDATED)
        else:
            states.update([OUTDATED] if entry["s"] != texts else entry["by"])
    ranks = {OUTDATED: "outdated", COPY: "fallback", CHECKED: "machine", HUMAN: "human"}
    return {
        name: next((said for by, said in ranks.items() if by in states), "human")
        for name, states in found.items()
    }


def remember(source: Page, translation: Page, made: Made) -> None:
    """Takes published passages into the translation memory."""
    rows = {}
    for entry in made.values():
        if len(entry["s"]) != len(entry["t"]):
            continue
        for before, text, by in zip(entry["s"], entry["t"], entry["by"], strict=True):
            if by in (HUMAN, CHECKED) and before and text:
                rows[digest_of(before)] = RememberedPassage(
                    source_language=source.locale.language_code,
                    language=translation.locale.language_code,
                    digest=digest_of(before),
                    source=before,
                    text=text,
                    changed_at=timezone.now(),
                )
    RememberedPassage.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["source_language", "language", "digest"],
        update_fields=["text", "changed_at"],
    )


def recalled(source_language: str, language: str, texts: Iterable[str]) -> dict[str, str]:
    """What the memory knows of ``texts``."""
    return dict(
        RememberedPassage.objects.filter(
            source_language=source_language,
            language=language,
            digest__in={digest_of(text) for text in texts},
        ).values_list("source", "text")
    )


# Heard --------------------------------------------------------------------------------


def _before_save(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The last moment at which the database knows what translations were made from."""
    if not isinstance(instance, Page) or kwargs.get("raw") or not instance.pk:
        return
    if not instance.live or translations.at_work():
        return
    without = list(
        Page.objects.filter(
            translation_key=instance.translation_key,
            pk__gt=instance.pk,
            translation_record=None,
        ).exclude(locale_id=instance.locale_id)
    )
    if not without or translations.source_of(instance) is not None:
        return
    before = Page.objects.get(pk=instance.pk).specific
    for page in without:
        if page.specific_class is type(before):
            record_of(before, page.specific)


def _published(instance: Page, **kwargs: Any) -> None:
    if not instance.live:
        return
    source = translations.source_of(instance)
    if source is None:
        _source_published(instance)
    elif isinstance(instance, type(specific := source.specific)):
        _translation_published(specific, instance)


def _source_published(source: Page) -> None:
    records = list(
        TranslationRecord.objects.filter(page__translation_key=source.translation_key).exclude(
            page=source
        )
    )
    if records:
        texts = passages(source)
        for record in records:
            keep(record, texts)


def _checked(source: Page, page: Page) -> tuple[TranslationRecord, Made]:
    """What ``page`` is made from. Raises ``UnreviewedError`` if nobody has checked all of it."""
    record = record_of(source, page)
    made = changed(record.working, passages(source), passages(page))
    if unchecked := sum(entry["by"].count(MACHINE) for entry in made.values()):
        raise UnreviewedError(unreviewed(unchecked))
    return record, made


def _before_schedule(sender: Any, instance: Revision, **kwargs: Any) -> None:
    """What may not be published now is not scheduled either."""
    if not instance.approved_go_live_at or kwargs.get("raw"):
        return
    page = instance.as_object()
    source = translations.source_of(page) if isinstance(page, Page) else None
    if source is None:
        return
    if not source.live:
        raise translations.ApartError(translations.must_wait_for(source))
    if isinstance(page, type(specific := source.specific)):
        _checked(specific, page)


def _translation_published(source: Page, page: Page) -> None:
    texts = passages(source)
    record, made = _checked(source, page)
    record.working = record.published = made
    keep(record, texts)
    remember(source, page, made)


def unreviewed(count: int) -> str:
    return ngettext(
        "%(count)s passage was made by a machine and nobody has checked it.",
        "%(count)s passages were made by a machine and nobody has checked them.",
        count,
    ) % {"count": count}


def _copied(sender: Any, source_obj: Any, target_obj: Any, **kwargs: Any) -> None:
    if not isinstance(target_obj, Page):
        return
    source = translations.source_of(target_obj)
    if source is not None:
        texts = passages(source.specific)
        mine = passages(target_obj.specific)
        record, _made = TranslationRecord.objects.get_or_create(page_id=target_obj.pk)
        record.working = copied(texts, mine)
        keep(record, texts)


def connect() -> None:
    pre_save.connect(_before_save, dispatch_uid="pages.translating.records")
    pre_save.connect(_before_schedule, sender=Revision, dispatch_uid="pages.translating.schedule")
    page_published.connect(_published, dispatch_uid="pages.translating.records")
    copy_for_translation_done.connect(_copied, dispatch_uid="pages.translating.records")
