"""A map: which router of which app answers where under ``/api/v3/``.

Imported by ``cpmg.urls``, when Wagtail's apps have registered their own routers and before
the addresses are read.
"""

from wagtail.api.v3.api import api

from pages.api import BadQuery, countries, refuse

api.title = "CPMG API"
api.version = "1.0.0"
api.description = "The Caribbean Platform for Migration Governance, for any front end."

api.add_exception_handler(BadQuery, refuse)

api.add_router("/countries/", countries.router)

__all__ = ["api"]
