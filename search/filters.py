"""The parameters of a search, in its address and in the API."""

from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext_lazy as _

from pages.filters import Choice, Year
from repository.files.kinds import MEDIA_TYPES
from repository.filters import PublicationFilter

from .contract import Order, SearchRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User


def formats() -> dict[str, str]:
    """The kinds of file, under the names that they go by."""
    return {kind: kind.upper() for kind in MEDIA_TYPES}


class SearchFilter(PublicationFilter):
    """The filters of the repository and the format of files, with words, and relevance as the
    first order."""

    parameters = [
        *(p for p in PublicationFilter.parameters if not isinstance(p, Year)),
        Choice("format", _("File format"), formats, "files__document__details__kind"),
        *(p for p in PublicationFilter.parameters if isinstance(p, Year)),
    ]
    orders = {
        "relevance": (_("Relevance"), "newest_first"),
        **PublicationFilter.orders,
    }
    also_known = {"page", "q", "cursor"}

    def search_request(
        self, *, user: "User | AnonymousUser | None", language: str, **how: Any
    ) -> SearchRequest:
        """What the address asks for, as ``user`` and in ``language``; ``how`` are further
        fields of the request."""
        years = {p.name for p in self.parameters if isinstance(p, Year)}
        years_asked: dict[str, Any] = {n: int(self.values[n][0]) for n in years & {*self.values}}
        return SearchRequest(
            query=self.query.get("q", ""),
            user=user,
            language=language,
            filters={n: tuple(codes) for n, codes in self.values.items() if n not in years},
            order=cast(Order, self.order),
            **years_asked,
            **how,
        )
