"""Who may read what: the one policy, in its forms.

Where a page lives decides who can read it. A restricted section (a *shelf*) carries one
Wagtail view restriction, which covers everything below it. ``readable_by`` filters a page
queryset; ``may_read`` answers for one page. Nothing else filters privacy. Called without a
user or without a page, the policy denies.

Somebody who may not enter a shelf is told nothing of what it holds: every address below it leads
to the shelf itself, whether or not there is a page (``is_refused``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.db.models.lookups import In
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from wagtail.models import Page, PageViewRestriction

from cpmg.compiled import Compiled
from cpmg.users.access import groups_of

if TYPE_CHECKING:
    from wagtail.query import PageQuerySet

    from cpmg.users.models import User

#: The readers' key of what everybody may read.
PUBLIC = "public"

PageRows = TypeVar("PageRows", bound="PageQuerySet")

#: Those who work on all shelves.
STAFF = ("Editors", "Moderators")


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether ``user`` works on all shelves."""
    return bool(user.is_authenticated and user.is_active) and (
        user.is_superuser or user.groups.filter(name__in=STAFF).exists()
    )


def is_asked_by_staff(request: HttpRequest) -> bool:
    """``is_staff`` of the reader; looked up once in a request."""
    known: dict[str, Any] = request.__dict__
    if "_is_asked_by_staff" not in known:
        known["_is_asked_by_staff"] = is_staff(request.user)
    return bool(known["_is_asked_by_staff"])


class Reach:
    """How far ``user`` may read now: nowhere, when there is no user. What an answer asks several
    times is looked up once (one or two queries)."""

    def __init__(self, user: User | AnonymousUser | None) -> None:
        self.user = user

    @cached_property
    def refused(self) -> list[str]:
        """Tree paths of the restricted sections that the reader may not enter."""
        if self.user is not None and self.user.is_active and self.user.is_superuser:
            return []
        return [path for path, (_key, may) in self._sections.items() if not may]

    @property
    def keys(self) -> list[str]:
        """The keys of all that the reader may read."""
        if self.user is None:
            return []
        refused = tuple(self.refused)
        sections = ((path, key) for path, (key, _may) in self._sections.items())
        return [PUBLIC, *(key for path, key in sections if not path.startswith(refused))]

    def narrow(self, pages: PageRows) -> PageRows:
        """The live pages among ``pages`` that the reader may read."""
        if self.user is None:
            return pages.none()
        pages = pages.live()
        # One comparison for all sections of one depth: there are many, and this is in every list.
        refused: dict[int, list[str]] = defaultdict(list)
        for path in self.refused:
            refused[len(path)].append(path)
        for length, paths in refused.items():
            pages = pages.exclude(In(Left("path", length), paths))
        return pages

    def holds(self, page: Page) -> bool:
        """Whether the reader may read ``page``."""
        if self.user is None or not page.live:
            return False
        return not page.path.startswith(tuple(self.refused))

    @cached_property
    def _sections(self) -> dict[str, tuple[str, bool]]:
        """By tree path of each restricted section its key, and whether the reader may enter."""
        user = self.user
        if user is None:
            return {}
        known = user.is_authenticated and user.is_active
        for_groups: Collection[int] = ()
        if known:
            lets_in = PageViewRestriction.groups.through.objects.filter(group__in=groups_of(user))
            for_groups = set(lets_in.values_list("pageviewrestriction", flat=True))
        sections: dict[str, tuple[str, bool]] = {}
        for path, page, pk, kind in _entrances():
            may = known and (kind == PageViewRestriction.LOGIN or pk in for_groups)
            sections[path] = _key(page), may and sections.get(path, ("", True))[1]
        return sections


def readable_by(pages: PageRows, user: User | AnonymousUser | None) -> PageRows:
    """The live pages among ``pages`` that ``user`` may read; none when there is no user."""
    return Reach(user).narrow(pages)


def may_read(user: User | AnonymousUser | None, page: Page | None) -> bool:
    """Whether ``user`` may read ``page``."""
    return page is not None and Reach(user).holds(page)


def is_refused(request: HttpRequest, page: Page) -> bool:
    """Whether the reader may not enter the part of the tree in which ``page`` lies.

    The restrictions are looked up once in a request.
    """
    user = getattr(request, "user", None)
    if user is None:
        return True
    known = request.__dict__.setdefault("_refused_paths", {})
    if user.pk not in known:
        known[user.pk] = Reach(user).refused
    return page.path.startswith(tuple(known[user.pk]))


def turn_away(request: HttpRequest) -> HttpResponse:
    """The answer to somebody who may not enter: anonymous readers are led to sign in, others
    are told that this is not for them (403)."""
    if request.user.is_authenticated:
        raise PermissionDenied
    response = redirect_to_login(request.get_full_path())
    add_never_cache_headers(response)
    return response


def disagreements(*users: User | AnonymousUser | None) -> Iterator[str]:
    """Where the forms of the policy differ from each other, and from what Wagtail's API takes
    for public; over all pages, with a few queries for each of ``users``."""
    pages = list(Page.objects.order_by("path"))
    sections = restricted_sections()
    for user in users:
        listed = set(readable_by(Page.objects.all(), user).values_list("pk", flat=True))
        reach = Reach(user)
        keys = set(reach.keys)
        for page in pages:
            readable = reach.holds(page)
            if (page.pk in listed) != readable:
                yield f"{user}: readable_by and may_read differ on {page.url_path}"
            if (page.live and key_of(page, sections) in keys) != readable:
                yield f"{user}: may_read and the readers' keys differ on {page.url_path}"
    public = set(Page.objects.live().public().values_list("pk", flat=True))
    anonymous = readable_by(Page.objects.all(), AnonymousUser()).values_list("pk", flat=True)
    for pk in public ^ set(anonymous):
        page = next(page for page in pages if page.pk == pk)
        yield f"readable_by and Wagtail differ on who may read {page.url_path}"


# For copies outside the database ----------------------------------------------------------
#
# The key of a page names the innermost restricted section that it lies in, not the groups that
# may enter: who joins or leaves a group, and a restriction that lets in another group, take
# effect with the next request, without a copy being written anew.


def restricted_sections() -> dict[str, str]:
    """The keys of all restricted sections by tree path; one query."""
    rows = _restrictions().values_list("page_id", "page__path").distinct()
    return {path: _key(pk) for pk, path in rows}


def key_of(page: Page, sections: dict[str, str] | None = None) -> str:
    """The key of those who may read ``page`` while it is live. ``sections`` are those of
    ``restricted_sections``, to ask for many pages."""
    return key_of_path(page.path, restricted_sections() if sections is None else sections)


def key_of_path(path: str, sections: dict[str, str]) -> str:
    """As ``key_of``, for the page at a path of the tree."""
    around = [section for section in sections if path.startswith(section)]
    return sections[max(around, key=len)] if around else PUBLIC


def _restrictions() -> QuerySet[PageViewRestriction]:
    return PageViewRestriction.objects.exclude(restriction_type=PageViewRestriction.NONE)


#: The restrictions in the order of the tree; asked with every answer.
_entrances = Compiled(
    lambda: (
        _restrictions()
        .order_by("page__path")
        .values_list("page__path", "page_id", "pk", "restriction_type")
    )
)


def _key(section: int) -> str:
    return f"section-{section}"
