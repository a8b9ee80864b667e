"""A map: which router of which app answers where under ``/api/v3/``.

Imported by ``cpmg.urls``, when Wagtail's apps have registered their own routers and before
the addresses are read.
"""

from wagtail.api.v3.api import api

from networks import api as networks
from networks.forum import api as forum
from networks.membership import api as memberships
from networks.membership.joining import Refused as MembershipRefused
from networks.notices import api as notices
from pages.api import (
    BadQuery,
    assessments,
    content,
    countries,
    datasets,
    events,
    forms,
    refuse,
    site,
    statistics,
    vocabularies,
)
from pages.api.auth import Forbidden, Unauthorised
from pages.api.gate import refuse_person, refuse_stranger
from repository import api as publications
from repository import submission_api as submissions
from repository.review import Refused
from search import api as search
from search import questions  # noqa: F401  (adds to the router of the search)
from search.forum import api as forum_search  # noqa: F401  (adds to the router of the forum)

from . import openapi, wagtail_api

api.title = "CPMG API"
api.version = "1.0.0"
api.description = (
    "The Caribbean Platform for Migration Governance, for any front end. Read without a token"
    " what everybody may read; with a bearer token what its owner may. Answers come in English,"
    " Spanish, French or Dutch: `locale` chooses. Errors are problem+json (RFC 9457) in that"
    " language. Answers to GET have an `ETag`; send it as `If-None-Match` and what is unchanged is"
    " 304. Each answer says how many requests are left (`RateLimit`)."
)

api.add_exception_handler(BadQuery, refuse)
api.add_exception_handler(Unauthorised, refuse_stranger)
api.add_exception_handler(Forbidden, refuse_person)
api.add_exception_handler(MembershipRefused, memberships.refuse)
api.add_exception_handler(Refused, submissions.refuse_state)
api.add_exception_handler(submissions.VersionPassed, submissions.refuse_version)
wagtail_api.answer_invalid_with_400(api)
wagtail_api.look_at_ids_first()
wagtail_api.leave_the_root_alone()
wagtail_api.hide_old_addresses()
wagtail_api.find_pages_in_all_languages()

api.add_router("/site/", site.router)
api.add_router("/navigation/", site.navigation)
api.add_router("/content/", content.router)
api.add_router("/preview/", content.preview)
api.add_router("/forms/", forms.router)
api.add_router("/membership-requests/", forms.requests)
api.add_router("/countries/", countries.router)
api.add_router("/networks/", networks.router)
api.add_router("/memberships/", memberships.router)
api.add_router("/notices/", notices.router)
api.add_router("/forum/", forum.router)
api.add_router("/events/", events.router)
api.add_router("/publications/", publications.router)
api.add_router("/submissions/", submissions.router)
api.add_router("/search/", search.router)
api.add_router("/assessments/", assessments.router)
api.add_router("/indicators/", statistics.indicators)
api.add_router("/observations/", statistics.observations)
api.add_router("/datasets/", datasets.router)
api.add_router("/vocabularies/", vocabularies.router)
api.add_router("/locales/", vocabularies.locales)

wagtail_api.serve_people_as_we_do(api)
openapi.describe(api)

__all__ = ["api"]
