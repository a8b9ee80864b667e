"""The letter about new publications of a saved search, in the language of its person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cpmg.mail import Letter
from pages.addresses import Addresses
from pages.models.base import BasePage

from .models import SavedSearch

#: So many publications are named; the search page has the others.
NAMED = 20

_signer = signing.Signer(salt="search.alerts.stop")


class Places:
    """Where the readers of one language meet publications. The address of a section is looked up
    once for many letters."""

    def __init__(self, language: str) -> None:
        self._addresses = Addresses(None, language)
        self._known: dict[str, str] = {}

    def of(self, page: BasePage) -> str:
        section = self._addresses.section_of(page)
        if section is None:
            return absolute(self._addresses.of(page))
        if section.path not in self._known:
            self._known[section.path] = absolute(self._addresses.of(section))
        return self._known[section.path] + page.url_path[len(section.url_path) :]


def absolute(path: str) -> str:
    return urljoin(settings.WAGTAILADMIN_BASE_URL, path)


def address_of(search: SavedSearch) -> str:
    """The search page with the search, in the active language."""
    return reverse("search") + (f"?{search.query}" if search.query else "")


def new_publications(search: SavedSearch, pages: list[Any], count: int, places: Places) -> Letter:
    """``pages`` are the first of ``count`` publications."""
    more = count - len(pages)
    return Letter(
        ngettext(
            "New in “%(name)s”: %(count)s publication",
            "New in “%(name)s”: %(count)s publications",
            count,
        )
        % {"name": search.name, "count": count},
        [_("Your saved search has found something new in the repository:")],
        (_("See all results"), absolute(address_of(search))),
        [
            *(
                [
                    ngettext("%(count)s more publication", "%(count)s more publications", more)
                    % {"count": more}
                ]
                if more
                else []
            ),
            _("To get no more messages about this search: %(address)s") % {"address": stop(search)},
            _("All your saved searches: %(address)s")
            % {"address": absolute(reverse("saved_searches"))},
        ],
        links=[(_described(page), places.of(page)) for page in pages],
    )


def _described(page: Any) -> str:
    """The title, and the year if it is known."""
    return f"{page.title} ({page.year})" if page.year else str(page.title)


def stop(search: SavedSearch) -> str:
    """The address that stops the letters about one search. It lies in mailboxes for years."""
    return absolute(reverse("saved_search_stop", args=[_signer.sign(str(search.pk))]))


def read_stop(token: str) -> SavedSearch | None:
    """The search of such an address, None when it is not one of ours, or is gone."""
    try:
        pk = int(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    search = SavedSearch.objects.select_related("person").filter(pk=pk).first()
    return search if search and search.person.is_active else None
