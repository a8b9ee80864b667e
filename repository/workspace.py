"""What the repository adds to the workspace of a network: its library, submissions that wait."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from networks import workspace
from networks.workspace import LENGTH, Found, Item, Section, Task
from pages.addresses import Addresses
from pages.models.base import active_language

from .models import LibraryPage, PublicationPage
from .models.shelves import shelf_of_network
from .review import waiting_for


def documents(request: HttpRequest, page: Any) -> Found:
    """What came last into the library of the network, in whichever language."""
    below = Q(pk=None)
    for version in page.get_translations(inclusive=True).only("path", "depth"):
        below |= Q(path__startswith=version.path, depth__gt=version.depth)
    newest = (
        PublicationPage.objects.listed(request)
        .filter(below)
        .order_by("-first_published_at", "-pk")[:LENGTH]
    )
    addresses = Addresses.of_request(request)
    library = (
        LibraryPage.objects.readable_by(request.user)
        .in_language(active_language())
        .filter(below)
        .first()
    )
    return Found(
        [
            Item(
                publication.title,
                addresses.of(publication),
                publication.first_published_at,
                "" if publication.language == active_language() else publication.language,
                str(publication.document_type or ""),
            )
            for publication in newest
        ],
        addresses.of(library) if library else "",
        _("The whole library"),
    )


def submissions(request: HttpRequest, page: Any) -> list[Task]:
    """Submissions to the library that wait for the reader's decision."""
    user: Any = request.user
    shelf = shelf_of_network(page.network.code)
    number = waiting_for(user).filter(shelf_code=shelf).count()
    label = ngettext(
        "%(count)s submission to the library", "%(count)s submissions to the library", number
    )
    return [Task(label % {"count": number}, number, reverse("desk"))]


def register() -> None:
    nothing = gettext_lazy("The library holds nothing yet.")
    workspace.show(Section("documents", gettext_lazy("Documents"), 20, documents, nothing))
    workspace.assign(submissions)
