"""The steps of a translation: begin, write, submit. Each is one transaction.

What they refuse they refuse with a message (``RefusedError``) and without any loss.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, WorkflowState

from ..models.translating import TranslationRecord
from .passages import check, passages, put
from .people import parent_in
from .records import (
    CHECKED,
    COPY,
    HUMAN,
    MACHINE,
    MISSING,
    OUTDATED,
    Passage,
    changed,
    compared,
    keep,
    recalled,
    record_of,
    unreviewed,
)


class RefusedError(Exception):
    """Why a step can't be taken, for the person who tried; ``problems`` by passage."""

    def __init__(self, message: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = dict(problems or {})


def translation_of(source: Page, locale: Locale) -> Page | None:
    page = Page.objects.filter(
        translation_key=source.translation_key, locale=locale
    ).select_related("locale")
    return page.first()


@transaction.atomic
def begin(source: Page, locale: Locale, user: Any) -> Page:
    """Makes the draft of a translation; what the memory knows is filled in."""
    there = translation_of(source, locale)
    if there is not None:
        return there
    parent = parent_in(source, locale)
    if parent is None:
        raise RefusedError(
            _("Translate “%(parent)s” first: this page lies below it.")
            % {"parent": source.get_parent().title}
        )
    page = source.specific.copy_for_translation(locale)
    texts = passages(source.specific)
    known = recalled(
        source.locale.language_code,
        locale.language_code,
        [text for there in texts.values() for text in there],
    )
    found = {
        f"{path}#{number}": known[text]
        for path, of_path in texts.items()
        for number, text in enumerate(of_path)
        if text in known
    }
    if found:
        write(source, page, found, user=user)
    return Page.objects.get(pk=page.pk)


def locked(translation: Page, user: Any) -> bool:
    """Whether somebody else has the translation in hand: a reviewer, or who locked it."""
    lock = translation.specific.get_lock()
    return bool(lock and lock.for_user(user))


@transaction.atomic
def write(
    source: Page,
    translation: Page,
    texts: Mapping[str, str],
    *,
    user: Any,
    confirmed: Collection[str] = (),
    by: str = HUMAN,
    revision: int | None = None,
) -> int:
    """Saves translated passages as a new draft; gives how many have changed.

    ``texts`` are passages by key; ``confirmed`` are those that a person has looked at and found
    right as they are. ``revision`` is the draft that was looked at: when there is a newer one,
    nothing is saved.
    """
    source = source.specific
    translation = Page.objects.select_for_update().get(pk=translation.pk).specific
    if locked(translation, user):
        raise RefusedError(_("This translation is in review; it can be changed when that is over."))
    if revision is not None and revision != (translation.latest_revision_id or 0):
        raise RefusedError(
            _("Somebody else has saved this translation meanwhile. Compare before you save again.")
        )
    record = record_of(source, translation)
    draft = translation.get_latest_revision_as_object()
    now = passages(source)
    record.working = changed(record.working, now, passages(draft))
    by_path: dict[str, list[Passage]] = {}
    problems: dict[str, str] = {}
    for passage in compared(record.working, now):
        by_path.setdefault(passage.path, []).append(passage)
        text = texts.get(passage.key, "")
        if text and (problem := check(passage.source, text)):
            problems[passage.key] = problem
    if problems:
        raise RefusedError(_("Nothing was saved: some passages are not right yet."), problems)

    count, wanted, made = 0, {}, {}
    for path, there in by_path.items():
        lines = [_line(p, texts.get(p.key), p.key in confirmed, by) for p in there]
        dirty = [line for line in lines if line[3]]
        if dirty:
            count += len(dirty)
            wanted[path] = [line[1] for line in lines]
            made[path] = {
                "s": [line[0] for line in lines],
                "t": [],
                "by": [line[2] for line in lines],
            }
    if not count:
        return 0
    placed = put(source, draft, wanted)
    if "title" in placed:
        _translate_slug(source, draft)
    after = passages(draft)
    for path in placed:
        made[path]["t"] = after.get(path, [])
        record.working[path] = made[path]
    try:
        draft.save_revision(user=user, log_action=True)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    keep(record, now)
    return count


def _line(
    passage: Passage, typed: str | None, confirmed: bool, by: str
) -> tuple[str, str, str, bool]:
    """Of one passage: what it is made from, its text, its maker, and whether that is new."""
    if typed is not None and typed != passage.text and typed:
        return passage.source, typed, by, True
    if confirmed:
        maker = CHECKED if passage.state == MACHINE else HUMAN
        new = passage.state in (MISSING, OUTDATED, MACHINE)
        return passage.source, passage.text or passage.source, maker, new
    if passage.state == MISSING:
        return passage.source, "", COPY, False
    if passage.state == OUTDATED:
        return passage.before, passage.text, HUMAN, False
    return passage.source, passage.text, passage.state, False


def _translate_slug(source: Page, draft: Page) -> None:
    """The address of a page that was never published follows its translated title."""
    if draft.first_published_at or draft.title == source.title:
        return
    if slug := slugify(draft.title)[:200]:
        draft.slug = find_available_slug(draft.get_parent(), slug, ignore_page_id=draft.pk)


@transaction.atomic
def submit(source: Page, translation: Page, user: Any) -> WorkflowState:
    """Hands a translation over to those who review and publish it."""
    translation = Page.objects.select_for_update().get(pk=translation.pk).specific
    record = TranslationRecord.objects.filter(page_id=translation.pk).first()
    if record is None:
        record = record_of(source.specific, translation)
    if record.machine:
        raise RefusedError(unreviewed(record.machine))
    if record.to_do:
        raise RefusedError(
            _("There are passages to translate yet. Tick those that are right as they are.")
        )
    if not source.live:
        raise RefusedError(_("The source is not published; its translation has to wait."))
    state = translation.current_workflow_state
    if state and state.status == WorkflowState.STATUS_IN_PROGRESS:
        raise RefusedError(_("This translation is in review already."))
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user)
        return state
    workflow = translation.get_workflow()
    if workflow is None:
        raise RefusedError(_("No workflow is set up for this page. Ask a moderator."))
    return workflow.start(translation, user)
