"""The parameters of a search, in its address and in the API."""

from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext_lazy as _

from pages.filters import Year
from repository.filters import PublicationFilter

from .contract import Order, SearchRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User


class SearchFilter(PublicationFilter):
    """The filters of the repository, with words, and relevance as the first order."""

    orders = {
        "relevance": (_("Relevance"), "newest_first"),
        **PublicationFilter.orders,
    }
    also_known = {"page", "q"}

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
