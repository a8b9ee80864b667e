"""Translation groups kept together: a translation never outlives or outranks its source.

The pages of one group share a ``translation_key``; the *source* is the one that was there first.
They live below translations of the same parent, carry the same restrictions and go offline
together. What happens to one happens to the group, in the same transaction, by whatever road it
comes: Wagtail's signals are the one place that the admin, the API, bulk actions, commands and code
all pass, and its actions are made whole (``connect``).

- moved: the others move below the translations of the new parent; where one of them is missing,
  the move is refused;
- restricted or opened: the others too, and those that are added later;
- unpublished: the others too, and what is scheduled for later is taken back;
- published or scheduled: refused while the source is not live;
- deleted: a source takes its translations with it. A translation can be deleted by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.utils.translation import gettext as _
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.coreutils import find_available_slug
from wagtail.models import Page, PageViewRestriction, Revision
from wagtail.signals import page_unpublished, post_page_move, pre_page_move

#: Whether a group is being brought together: what that changes starts nothing anew.
_at_work: ContextVar[bool] = ContextVar("translations_at_work", default=False)


def at_work() -> bool:
    """Whether a group is being brought together right now."""
    return _at_work.get()


class ApartError(PermissionDenied):
    """What was asked for would take a translation group apart."""


def others(page: Page) -> QuerySet[Page]:
    """The other pages of the group of ``page``, the source first."""
    group = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
    return group.select_related("locale").order_by("pk")


def source_of(page: Page) -> Page | None:
    """The page that ``page`` is a translation of; none for a source."""
    first = others(page).first()
    return first if first and (page.pk is None or first.pk < page.pk) else None


@contextmanager
def bringing_together() -> Iterator[bool]:
    """Gives whether this is the outermost change, and is one transaction."""
    if _at_work.get():
        yield False
        return
    token = _at_work.set(True)
    try:
        with transaction.atomic():
            yield True
    finally:
        _at_work.reset(token)


# Moved --------------------------------------------------------------------------------


def _goals(page: Page, parent: Page) -> dict[Page, Page]:
    """Where the other pages of the group must go when ``page`` goes below ``parent``."""
    if parent.depth > 1 and parent.locale_id != page.locale_id:
        raise ApartError(_("A page stays among the pages in its language."))
    parents = {other.locale_id: other for other in others(parent)} if parent.depth > 1 else {}
    goals = {}
    for other in others(page):
        goal = parents.get(other.locale_id) if parent.depth > 1 else parent
        if goal is None:
            raise ApartError(
                _("“%(parent)s” has no translation for the %(language)s version of this page.")
                % {"parent": parent.title, "language": other.locale.get_display_name()}
            )
        goals[other] = goal
    return goals


def _before_move(instance: Page, parent_page_after: Page, **kwargs: Any) -> None:
    if not _at_work.get():
        _goals(instance, parent_page_after)


def _after_move(
    instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any
) -> None:
    if parent_page_before.pk == parent_page_after.pk:
        return
    with bringing_together() as outermost:
        if not outermost:
            return
        for other, goal in _goals(instance, parent_page_after).items():
            fresh = Page.objects.get(pk=other.pk)
            goal = Page.objects.get(pk=goal.pk)
            if fresh.is_child_of(goal):
                continue
            slug = find_available_slug(goal, fresh.slug)
            if slug != fresh.slug:
                fresh = fresh.specific
                fresh.slug = slug
                fresh.save(clean=False)
                fresh = Page.objects.get(pk=other.pk)
            fresh.move(goal, pos="last-child")


# Unpublished, published ---------------------------------------------------------------


def _after_unpublish(instance: Page, **kwargs: Any) -> None:
    if Page.objects.filter(pk=instance.pk, live=True).exists():
        return  # Wagtail says so too of a page that is about to be deleted
    with bringing_together() as outermost:
        if outermost:
            for other in others(instance).filter(live=True):
                other.specific.unpublish()
            _unschedule(instance)


def _unschedule(source: Page) -> None:
    """Takes back what was to be published later: it would come without its source."""
    ids = [str(pk) for pk in others(source).values_list("pk", flat=True)]
    scheduled = Revision.page_revisions.filter(object_id__in=ids, approved_go_live_at__isnull=False)
    if source_of(source) is None:
        scheduled.update(approved_go_live_at=None)


def _before_save(sender: Any, instance: Any, **kwargs: Any) -> None:
    if not isinstance(instance, Page) or kwargs.get("raw") or not instance.live:
        return
    source = source_of(instance)
    if source and not source.live:
        raise ApartError(must_wait_for(source))


def must_wait_for(source: Page) -> str:
    return _("Publish the %(language)s page first: a translation needs its source.") % {
        "language": source.locale.get_display_name()
    }


def _after_save(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if not isinstance(instance, Page) or kwargs.get("raw"):
        return
    if created:
        for other in others(instance):
            if _restrictions(other):
                _mirror(other)
                break
    elif not instance.live:  # taken offline by code, without Wagtail's action
        translations = others(instance).filter(pk__gt=instance.pk)
        if translations and source_of(instance) is None:
            with bringing_together() as outermost:
                for other in translations.filter(live=True) if outermost else ():
                    other.specific.unpublish()
                if outermost:
                    _unschedule(instance)


# Deleted ------------------------------------------------------------------------------


def _after_delete(instance: Page, **kwargs: Any) -> None:
    if source_of(instance) is not None:
        return
    for pk in list(others(instance).values_list("pk", flat=True)):
        if other := Page.objects.filter(pk=pk).first():
            other.delete()


# Restricted ---------------------------------------------------------------------------


def _restrictions(page: Page) -> set[tuple[str, str, frozenset[int]]]:
    own = PageViewRestriction.objects.filter(page_id=page.pk).prefetch_related("groups")
    return {
        (one.restriction_type, one.password, frozenset(group.pk for group in one.groups.all()))
        for one in own
    }


def _mirror(page: Page) -> None:
    """Gives the other pages of the group the restrictions of ``page``."""
    with bringing_together() as outermost:
        if not outermost:
            return
        wanted = _restrictions(page)
        for other in others(page):
            if _restrictions(other) == wanted:
                continue
            PageViewRestriction.objects.filter(page_id=other.pk).delete()
            for kind, password, groups in wanted:
                copy = PageViewRestriction.objects.create(
                    page_id=other.pk, restriction_type=kind, password=password
                )
                copy.groups.set(groups)


def _restriction_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    if not isinstance(instance, PageViewRestriction) or kwargs.get("raw"):
        return
    if not str(kwargs.get("action", "post")).startswith("post"):
        return
    origin = kwargs.get("origin")
    if origin is not None and getattr(origin, "model", type(origin)) is not PageViewRestriction:
        return  # its page is deleted, which says nothing of the other pages
    if page := Page.objects.filter(pk=instance.page_id).first():
        _mirror(page)


# Connected ----------------------------------------------------------------------------


def _make_whole(action: Any) -> None:
    """Lets ``action`` and all that follows from it happen in one transaction."""
    if not hasattr(action.execute, "__wrapped__"):
        action.execute = transaction.atomic(action.execute)


def connect() -> None:
    for action in (
        MovePageAction,
        UnpublishPageAction,
        DeletePageAction,
        PublishPageRevisionAction,
    ):
        _make_whole(action)
    pre_page_move.connect(_before_move, dispatch_uid="pages.translations")
    post_page_move.connect(_after_move, dispatch_uid="pages.translations")
    page_unpublished.connect(_after_unpublish, dispatch_uid="pages.translations")
    pre_save.connect(_before_save, dispatch_uid="pages.translations")
    post_save.connect(_after_save, dispatch_uid="pages.translations")
    post_delete.connect(_after_delete, sender=Page, dispatch_uid="pages.translations")
    for signal in (post_save, post_delete):
        signal.connect(
            _restriction_changed, sender=PageViewRestriction, dispatch_uid="pages.restrictions"
        )
    m2m_changed.connect(
        _restriction_changed,
        sender=PageViewRestriction.groups.through,
        dispatch_uid="pages.restrictions",
    )


# Proof --------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """The groups that are apart, over the whole tree, in a constant number of queries."""
    pages = {page.path: page for page in Page.objects.filter(depth__gt=1).order_by("pk")}
    restrictions: dict[int, set[tuple[str, frozenset[int]]]] = {}
    for one in PageViewRestriction.objects.prefetch_related("groups"):
        groups = frozenset(group.pk for group in one.groups.all())
        restrictions.setdefault(one.page_id, set()).add((one.restriction_type, groups))
    sources: dict[Any, Page] = {}
    for page in pages.values():
        source = sources.setdefault(page.translation_key, page)
        if source is page:
            continue
        parents = [pages.get(one.path[: -Page.steplen]) for one in (source, page)]
        keys = {parent.translation_key if parent else None for parent in parents}
        if len(keys) > 1:
            yield f"{page.url_path}: lies elsewhere than its source {source.url_path}"
        if restrictions.get(page.pk, set()) != restrictions.get(source.pk, set()):
            yield f"{page.url_path}: other readers than its source {source.url_path}"
        if page.live and not source.live:
            yield f"{page.url_path}: live, while its source {source.url_path} is not"
