"""A map: which router of which app answers where under ``/api/v3/``.

Imported by ``cpmg.urls``, when Wagtail's apps have registered their own routers and before
the addresses are read.
"""

from wagtail.api.v3.api import api

from networks import api as networks
from pages.api import (
    BadQuery,
    assessments,
    countries,
    datasets,
    events,
    refuse,
    statistics,
    vocabularies,
)
from repository import api as publications
from search import api as search
from search import questions  # noqa: F401  (adds to the router of the search)

from . import wagtail_api

api.title = "CPMG API"
api.version = "1.0.0"
api.description = (
    "The Caribbean Platform for Migration Governance, for any front end. Read without a token"
    " what everybody may read; with a bearer token what its owner may. Answers come in English,"
    " Spanish, French or Dutch: `locale` chooses."
)

api.add_exception_handler(BadQuery, refuse)
wagtail_api.close_lists()
wagtail_api.describe_anonymous_reading()
wagtail_api.find_pages_in_all_languages()

api.add_router("/countries/", countries.router)
api.add_router("/networks/", networks.router)
api.add_router("/events/", events.router)
api.add_router("/publications/", publications.router)
api.add_router("/search/", search.router)
api.add_router("/assessments/", assessments.router)
api.add_router("/indicators/", statistics.indicators)
api.add_router("/observations/", statistics.observations)
api.add_router("/datasets/", datasets.router)
api.add_router("/vocabularies/", vocabularies.router)
api.add_router("/locales/", vocabularies.locales)

__all__ = ["api"]
