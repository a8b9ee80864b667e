"""The places where publications lie: who may read one is who may enter its shelf."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Collection
from wagtail.url_routing import RouteResult

from pages.models.base import BasePageManager, SectionPage

#: What shelves are called in records and submissions; see also ``shelf_of_network``.
PUBLIC, MEMBERS = "public", "members"
_OF_NETWORK = "network:"


def shelf_of_network(code: str) -> str:
    """What the library of the network with this code is called."""
    return f"{_OF_NETWORK}{code}"


def network_of_shelf(shelf: str) -> str:
    """The code of the network whose library is called ``shelf``; empty for other shelves."""
    return shelf.removeprefix(_OF_NETWORK) if shelf.startswith(_OF_NETWORK) else ""


class Shelf(SectionPage):
    """A section that holds publications, and a collection with the same readers that holds
    their files. Its translations share the collection."""

    collection = models.ForeignKey(
        Collection, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    collection.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        from ..shelves import set_up_review

        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                set_up_review(self)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Where a publication was withdrawn, a notice stands in its place."""
        from ..withdrawals import withdrawn_below

        try:
            return super().route(request, path_components)
        except Http404:
            if len(path_components) != 1:
                raise
            page = withdrawn_below(self, path_components[0])
            if page is None:
                raise
            return RouteResult(page)

    def publications(self, request: HttpRequest) -> Any:
        """The publications that its list shows."""
        from .publications import PublicationPage

        return PublicationPage.objects.listed(request)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds ``filter`` and the page ``results`` of the publications that it lets through."""
        from ..filters import PublicationFilter

        context = super().get_context(request, *args, **kwargs)
        context["filter"] = publication_filter = PublicationFilter(request.GET)
        publications = publication_filter.narrow(self.publications(request))
        context["results"] = Paginator(publications, 20).get_page(request.GET.get("page"))
        return context


class RepositoryPage(Shelf):
    """The public repository: its list is the search over publications without words."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["repository.PublicationPage"]
    template = "repository/repository_page.html"
    page_description = _("The section that holds the publications.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("repository")
        verbose_name_plural = _("repositories")


class LibraryPage(Shelf):
    """A shelf for some readers: below a home page for members, below a network for those who
    belong to it. Its restriction is made with it."""

    parent_page_types = ["pages.HomePage", "networks.NetworkPage"]
    subpage_types = ["repository.PublicationPage"]
    template = "repository/library_page.html"
    page_description = _("Publications for members, or for the members of a network.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def save(self, *args: Any, **kwargs: Any) -> None:
        from ..shelves import restrict

        with transaction.atomic():
            super().save(*args, **kwargs)
            restrict(self)

    def publications(self, request: HttpRequest) -> Any:
        """What lies here or in a translation of this library: records are in one language."""
        below = Q()
        for library in self.get_translations(inclusive=True).only("path", "depth"):
            below |= Q(path__startswith=library.path, depth__gt=library.depth)
        return super().publications(request).filter(below)
