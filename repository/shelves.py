"""Shelves and what belongs to them: the restriction of a library, and the collection in which
the files of a shelf lie, open to the same readers.

A file lies in the collection of the most open shelf on which a live publication holds it; one
that only drafts hold, or nothing any more, lies where only those who work on shelves look. The
answer to "may this reader have this file?" is in ``repository.documents``; collections are the
second lock, and what Wagtail's own lists ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils.translation import gettext
from wagtail.documents import get_document_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Workflow,
    WorkflowPage,
)
from wagtail.signals import post_page_move

from cpmg.users.models import MEMBERS
from networks.membership import focal_points_of, group_of
from networks.models import NetworkPage
from pages import translations
from pages.access import STAFF

from .models import LibraryPage, PublicationFile, PublicationPage, RepositoryPage, Shelf

SHELVES: tuple[type[Shelf], ...] = (RepositoryPage, LibraryPage)
#: The collections' names, which editors see in the admin.
ALL, UNPUBLISHED = "Publications", "Not published"


# Restrictions -------------------------------------------------------------------------


def groups_of(library: LibraryPage) -> list[Group]:
    """The groups whose members may enter ``library``."""
    parent = library.get_parent().specific
    own = (
        [group_of(parent.network), focal_points_of(parent.network)]
        if isinstance(parent, NetworkPage)
        else [Group.objects.get_or_create(name=MEMBERS)[0]]
    )
    return [*own, *Group.objects.filter(name__in=STAFF)]


def restrict(library: LibraryPage) -> None:
    """Gives ``library`` its restriction when it has none."""
    if not PageViewRestriction.objects.filter(page_id=library.pk).exists():
        restriction = PageViewRestriction.objects.create(
            page_id=library.pk, restriction_type=PageViewRestriction.GROUPS
        )
        restriction.groups.set(groups_of(library))


def set_up_review(shelf: Shelf) -> None:
    """Gives a new ``shelf`` the review of publications; editors may choose another later."""
    workflow = Workflow.objects.filter(
        active=True, workflow_tasks__task__editorialreview__isnull=False
    ).first()
    if workflow:
        WorkflowPage.objects.get_or_create(page_id=shelf.pk, defaults={"workflow": workflow})


# Collections --------------------------------------------------------------------------


def _below(parent: Collection, name: str) -> Collection:
    found = parent.get_children().filter(name=name).first()
    return found or Collection.objects.get(pk=parent.pk).add_child(instance=Collection(name=name))


def _all_files() -> Collection:
    return _below(Collection.get_first_root_node(), ALL)


def unpublished() -> Collection:
    """Where the files lie that no live publication holds."""
    collection = _below(_all_files(), UNPUBLISHED)
    _open_to(collection, {PageViewRestriction.GROUPS: _ids(Group.objects.filter(name__in=STAFF))})
    return collection


def collection_of(shelf: Shelf) -> Collection:
    """The collection of ``shelf`` and its translations, made when it is first asked for."""
    if shelf.collection is None:
        group = type(shelf).objects.filter(translation_key=shelf.translation_key)
        other = group.exclude(collection=None).select_related("collection").first()
        if other:
            shelf.collection = other.collection
        else:
            parent = shelf.get_parent()
            name = shelf.title if parent.depth <= 2 else f"{parent.title}: {shelf.title}"
            shelf.collection = _below(_all_files(), name[:255])
        group.update(collection=shelf.collection)
    return shelf.collection


def _ids(groups: Iterable[Group]) -> frozenset[int]:
    return frozenset(group.pk for group in groups)


def _readers(restrictions: Iterable[Any]) -> dict[str, frozenset[int]]:
    """Restrictions by kind: the groups that they let in."""
    return {r.restriction_type: _ids(r.groups.all()) for r in restrictions}


def _open_to(collection: Collection, readers: dict[str, frozenset[int]]) -> None:
    """Gives ``collection`` these restrictions and no others."""
    own = CollectionViewRestriction.objects.filter(collection=collection).prefetch_related("groups")
    if _readers(own) == readers:
        return
    own.delete()
    for kind, groups in readers.items():
        restriction = CollectionViewRestriction.objects.create(
            collection=collection, restriction_type=kind
        )
        restriction.groups.set(groups)


def close_collection(shelf: Shelf) -> None:
    """Lets the readers of ``shelf`` and nobody else into its collection."""
    path = [shelf.path[:end] for end in range(Page.steplen, len(shelf.path) + 1, Page.steplen)]
    restrictions = PageViewRestriction.objects.filter(page__path__in=path)
    _open_to(collection_of(shelf), _readers(restrictions.prefetch_related("groups")))


# Files in collections -----------------------------------------------------------------


def settle(documents: Iterable[int]) -> None:
    """Lays the documents with these ids into the collections where they belong."""
    wanted = homes(set(documents))
    document_model = get_document_model()
    for collection, ids in wanted.items():
        document_model.objects.filter(pk__in=ids).exclude(collection=collection).update(
            collection=collection
        )


def homes(documents: set[int]) -> dict[Collection, set[int]]:
    """The collections in which documents belong, with the ids of the documents."""
    if not documents:
        return {}
    held: dict[int, list[str]] = {pk: [] for pk in documents}
    rows = PublicationFile.objects.filter(document__in=documents, page__live=True)
    for pk, path in rows.values_list("document", "page__path"):
        held[pk].append(path)
    shelves: dict[str, Shelf] = {
        shelf.path: shelf
        for model in SHELVES
        for shelf in model.objects.select_related("collection")
    }
    restricted = list(PageViewRestriction.objects.values_list("page__path", flat=True))

    def openness(path: str) -> tuple[bool, str]:
        return any(path.startswith(closed) for closed in restricted), path

    found: dict[Collection, set[int]] = {}
    for pk, paths in held.items():
        shelf = None
        if paths:
            shelf = shelves.get(min(paths, key=openness)[: -Page.steplen])
        if shelf is None:
            collection = unpublished()
        else:
            collection = collection_of(shelf)
        found.setdefault(collection, set()).add(pk)
    return found


def settle_files(publication: PublicationPage) -> None:
    """After a publication changed: its files lie where its readers are."""
    settle(publication.files.values_list("document", flat=True))


# Kept in step -------------------------------------------------------------------------


def _file_removed(instance: PublicationFile, **kwargs: Any) -> None:
    settle([instance.document_id])


def _restriction_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    if not isinstance(instance, PageViewRestriction) or kwargs.get("raw"):
        return
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is None:
        return
    for model in SHELVES:
        for shelf in model.objects.filter(path__startswith=page.path):
            close_collection(shelf)


def _restriction_kept(instance: PageViewRestriction, **kwargs: Any) -> None:
    """A library without its restriction would be open: it goes only with its page."""
    origin = kwargs.get("origin", instance)
    of_page = getattr(origin, "model", type(origin)) is not PageViewRestriction
    if of_page or kwargs.get("raw") or translations.at_work():
        return
    opened = "origin" in kwargs or instance.restriction_type != PageViewRestriction.GROUPS
    if opened and LibraryPage.objects.filter(pk=instance.page_id).exists():
        raise PermissionDenied(gettext("The readers of a library belong to it."))


def _moved(instance: Page, **kwargs: Any) -> None:
    """A publication brings its files along, a shelf its readers."""
    with transaction.atomic():
        for model in SHELVES:
            for shelf in model.objects.filter(path__startswith=instance.path):
                close_collection(shelf)
        files = PublicationFile.objects.filter(page__path__startswith=instance.path)
        settle(files.values_list("document", flat=True))


def connect() -> None:
    for signal in (pre_save, pre_delete):
        signal.connect(
            _restriction_kept, sender=PageViewRestriction, dispatch_uid="repository.shelves"
        )
    for signal in (post_save, post_delete):
        signal.connect(
            _restriction_changed, sender=PageViewRestriction, dispatch_uid="repository.shelves"
        )
    m2m_changed.connect(
        _restriction_changed,
        sender=PageViewRestriction.groups.through,
        dispatch_uid="repository.shelves",
    )
    post_delete.connect(
        _file_removed, sender=PublicationFile, dispatch_uid="repository.shelves.files"
    )
    post_page_move.connect(_moved, dispatch_uid="repository.shelves")


# Proof --------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """What is wrong with restrictions and collections, over the whole tree."""
    restrictions: dict[int, list[PageViewRestriction]] = {}
    every = PageViewRestriction.objects.select_related("page").prefetch_related("groups")
    for restriction in every:
        restrictions.setdefault(restriction.page_id, []).append(restriction)
    libraries = {page.pk: page for page in LibraryPage.objects.all()}
    for pk, page in libraries.items():
        wanted = {PageViewRestriction.GROUPS: _ids(groups_of(page))}
        if _readers(restrictions.get(pk, ())) != wanted or len(restrictions[pk]) != 1:
            yield f"{page.url_path}: a library without the restriction of a library"
    for pk, found in restrictions.items():
        if pk not in libraries:
            yield f"{found[0].page.url_path}: a restriction on a page that is no library"
    for model in SHELVES:
        for shelf in model.objects.exclude(collection=None).select_related("collection"):
            own = CollectionViewRestriction.objects.filter(collection=shelf.collection)
            if _readers(own.prefetch_related("groups")) != _readers(restrictions.get(shelf.pk, ())):
                yield f"{shelf.url_path}: other readers than its collection {shelf.collection.name}"
    documents = set(PublicationFile.objects.values_list("document", flat=True))
    titles = {
        document.pk: document for document in get_document_model().objects.filter(pk__in=documents)
    }
    for collection, ids in homes(documents).items():
        for pk in sorted(ids):
            if titles[pk].collection_id != collection.pk:
                yield f"{titles[pk].filename}: does not lie in the collection {collection.name}"
