"""Facts of the source reach its translations when the source is published.

Nobody has to synchronise anything. In the transaction of the publication the facts are written
into the page that readers see and into those revisions that may still be published: the latest
draft, one in review, one that is scheduled. A revision keeps its own text, so nothing that is
draft gets published. A translation that is published takes the facts of its live source, whatever
its form or a token said.

Children of a page that hold text (facts in words, areas, organisations) follow too: their facts,
their order and their going. One that is new at the source and has text waits in the draft of the
translation until it is translated; one without text shows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.models import Locale, Page, Revision, TaskState, TranslatableMixin
from wagtail.signals import page_published
from wagtail_localize.fields import SynchronizedField, TranslatableField

from .. import translations

#: Facts that Wagtail gives to all pages.
OF_ALL_PAGES = ("show_in_menus",)


def fact_names(model: type[models.Model]) -> list[str]:
    """The fields of ``model`` that all translations share."""
    declared = getattr(model, "override_translatable_fields", [])
    names = [field.field_name for field in declared if isinstance(field, SynchronizedField)]
    return [*OF_ALL_PAGES, *names] if issubclass(model, Page) else names


def text_names(model: type[models.Model]) -> list[str]:
    """The fields of ``model`` that each translation has for itself."""
    declared = getattr(model, "override_translatable_fields", [])
    return [field.field_name for field in declared if isinstance(field, TranslatableField)]


def child_relations(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """The declared relations to children: their names and models."""
    for name in [*fact_names(model), *text_names(model)]:
        field = model._meta.get_field(name)
        if isinstance(field, models.ManyToOneRel) and isinstance(field.remote_field, ParentalKey):
            yield name, field.related_model


# Copied -------------------------------------------------------------------------------


def copy_facts(source: Page, target: Page, *, shown: Page | None = None) -> bool:
    """Gives ``target`` the facts of ``source``; says whether there was anything to change.

    ``shown`` is the page that readers see when ``target`` is built from a revision: its
    children lend their keys to those that come new into the revision.
    """
    changed = False
    for name in fact_names(type(source)):
        field = source._meta.get_field(name)
        if isinstance(field, models.ManyToOneRel):
            continue
        if isinstance(field, ClusterTaggableManager):
            wanted = sorted(tag.name for tag in getattr(source, name).all())
            if wanted != sorted(tag.name for tag in getattr(target, name).all()):
                getattr(target, name).set(wanted)
                changed = True
        elif isinstance(field, ParentalManyToManyField):
            terms = list(getattr(source, name).all())
            if {t.pk for t in terms} != {t.pk for t in getattr(target, name).all()}:
                getattr(target, name).set(terms)
                changed = True
        elif getattr(target, field.attname) != getattr(source, field.attname):
            setattr(target, field.attname, getattr(source, field.attname))
            changed = True
    for name, model in child_relations(type(source)):
        if issubclass(model, TranslatableMixin):
            changed |= _follow_children(source, target, name, shown=shown)
        else:
            changed |= _copy_children(source, target, name)
    return changed


def _values(child: Any) -> dict[str, Any]:
    """What a child says, without its keys and its place."""
    return {
        field.attname: getattr(child, field.attname)
        for field in child._meta.concrete_fields
        if not field.primary_key
        and not isinstance(field, ParentalKey)
        and field.name not in {"locale", "translation_key"}
    }


def _copy_children(source: Page, target: Page, name: str) -> bool:
    """Children that are facts as a whole."""
    wanted = [_values(child) for child in getattr(source, name).all()]
    there = list(getattr(target, name).all())
    if wanted == [_values(child) for child in there]:
        return False
    model = source._meta.get_field(name).related_model
    keys = [child.pk for child in there] + [None] * len(wanted)
    getattr(target, name).set(
        [model(pk=key, **values) for key, values in zip(keys, wanted, strict=False)]
    )
    return True


def _follow_children(source: Page, target: Page, name: str, *, shown: Page | None) -> bool:
    """Children with text of their own: what is fact about them, and whether they are there."""
    model: Any = source._meta.get_field(name).related_model
    texts = [model._meta.get_field(text).attname for text in text_names(model)]
    there = {child.translation_key: child for child in getattr(target, name).all()}
    before = [(key, _values(child)) for key, child in there.items()]
    known = (
        {child.translation_key: child.pk for child in getattr(shown, name).all()} if shown else {}
    )
    children = []
    for child in getattr(source, name).all():
        values = _values(child)
        key = child.translation_key
        mine = there.get(key)
        if mine is not None:
            for attribute, value in values.items():
                if attribute not in texts:
                    setattr(mine, attribute, value)
        elif shown is None and any(values[text] for text in texts):
            continue  # readers would be shown text in another language
        else:
            mine = model(
                pk=known.get(key), translation_key=key, locale_id=target.locale_id, **values
            )
        children.append(mine)
    if before == [(child.translation_key, _values(child)) for child in children]:
        return False
    getattr(target, name).set(children)
    return True


# Reach the translations ---------------------------------------------------------------


def bring_facts(source: Page) -> None:
    """Writes the facts of ``source`` into its translations."""
    with translations.bringing_together() as outermost:
        if not outermost:
            return
        group: Any = translations.others(source)
        locales = {locale.pk: locale for locale in Locale.objects.all()}
        for other in group.specific():
            if not isinstance(other, type(source)):
                continue
            other.locale = locales[other.locale_id]
            # What no reader sees yet takes new text along, to be translated.
            changed = copy_facts(source, other, shown=None if other.live else other)
            if changed:
                other.save(clean=False)
            for revision in _pending(other):
                if _says_the_same(revision, other) and _has_all_children(source, other):
                    if changed:  # spares to build it anew, with its checks of each reference
                        content = other.serializable_data()
                        Revision.objects.filter(pk=revision.pk).update(content=content)
                    continue
                draft = other.with_content_json(revision.content)
                if copy_facts(source, draft, shown=other):
                    content = draft.serializable_data()
                    Revision.objects.filter(pk=revision.pk).update(content=content)
                    if revision.pk == other.latest_revision_id and _has_more(draft, other):
                        # Wagtail shows a draft only of pages that say they have one.
                        Page.objects.filter(pk=other.pk).update(has_unpublished_changes=True)


def _says_the_same(revision: Revision, page: Page) -> bool:
    """Whether nothing was drafted since ``revision``, which is what readers see."""
    return (
        revision.pk == page.live_revision_id == page.latest_revision_id
        and page.live
        and not page.has_unpublished_changes
    )


def _has_all_children(source: Page, page: Page) -> bool:
    """Whether no child of ``source`` waits for its translation."""
    return all(
        getattr(source, name).count() == getattr(page, name).count()
        for name, _model in child_relations(type(source))
    )


def _has_more(draft: Page, shown: Page) -> bool:
    """Whether children wait in ``draft`` for their translation."""
    return any(
        getattr(draft, name).count() > getattr(shown, name).count()
        for name, _model in child_relations(type(shown))
    )


def _pending(page: Page) -> list[Revision]:
    """The revisions that may be published as they are."""
    of_review = TaskState.objects.filter(
        workflow_state__object_id=str(page.pk),
        workflow_state__base_content_type__app_label="wagtailcore",
        workflow_state__base_content_type__model="page",
        status=TaskState.STATUS_IN_PROGRESS,
    ).values("revision_id")
    wanted = {page.latest_revision_id, page.live_revision_id} - {None}
    return list(
        page.revisions.filter(
            models.Q(pk__in=wanted)
            | models.Q(pk__in=of_review)
            | models.Q(approved_go_live_at__isnull=False)
        )
    )


def _published(instance: Page, **kwargs: Any) -> None:
    if translations.at_work() or not instance.live:
        return
    source = translations.source_of(instance)
    if source is None:
        bring_facts(instance)
        return
    with translations.bringing_together():
        specific = source.specific
        if isinstance(instance, type(specific)) and copy_facts(specific, instance, shown=instance):
            instance.save(clean=False)


def connect() -> None:
    page_published.connect(_published, dispatch_uid="pages.translating.facts")
