"""The filters of the search: those of the repository, with relevance as the first order."""

from django.utils.translation import gettext_lazy as _

from repository.filters import PublicationFilter


class SearchFilter(PublicationFilter):
    """Reads the parameters of a search from its address."""

    orders = {
        "relevance": (_("Relevance"), "newest_first"),
        **PublicationFilter.orders,
    }
    also_known = {"page", "q"}
