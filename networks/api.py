"""``/networks/``: the thematic networks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from pages.api.content import has_resource
from pages.api.reading import Query, answers, list_of, missing, resource
from pages.api.schemas import Coded, PageItem, coded_all, html, page_fields
from pages.filters import Choice, Filter, vocabulary
from pages.models import Country
from pages.models.vocabularies import collation_key

from .membership import directory
from .models import ConsultationProfile, ConsultationsPage, NetworkPage

router = resource("networks")
has_resource("networks.NetworkPage", lambda page: f"networks/{page.specific.network.code}/")


class NetworkFilter(Filter):
    parameters = [Choice("country", _("Country"), vocabulary(Country), "countries__code")]
    orders = {"name": (_("Name"), "name"), "code": (_("Code"), "code")}

    def narrow(self, rows: Any) -> list[NetworkPage]:
        wanted, self.order = self.order, ""
        kept = super().narrow(rows)
        self.order = wanted
        if wanted == "code":
            return sorted(kept, key=lambda page: page.network.code)
        return sorted(kept, key=lambda page: collation_key(page.title))


class NetworkItem(PageItem):
    code: str = Field(examples=["counter-trafficking"])
    name: str


class Contribution(Schema):
    """Contribution to migration governance, as HTML."""

    national: str
    regional: str
    global_: str = Field(alias="global")


class Profile(Schema):
    """The structure by which inter-State consultation mechanisms describe themselves."""

    focus: str = Field(description="HTML.")
    evolution: str = Field(description="HTML.")
    contribution: Contribution
    examples: str = Field(description="Examples of contributions, as HTML.")
    structures: str = Field(description="HTML.")
    added_value: str = Field(description="HTML.")
    how_to_join: str = Field(description="HTML.")
    partners: list[Coded]
    countries: list[Coded] = Field(description="Participating countries and territories.")


class FocalPoint(Schema):
    """Somebody who speaks for the network and agreed to be named in public."""

    name: str
    organisation: str
    country: Coded | None


class NetworkLinks(Schema):
    """Where to go on."""

    events: str = Field(description="The network's events, in this API.")
    publications: str = Field(description="The network's publications, in this API.")
    join: str = Field(description="Where one requests membership, on the reader site.")


class NetworkDetail(Profile, NetworkItem):
    """A network, as it describes itself."""

    focal_points: list[FocalPoint]
    links: NetworkLinks


class ConsultationsDetail(Profile, PageItem):
    """The Caribbean Migration Consultations, which the networks belong to."""

    networks: list[Coded]


@answers(
    router,
    "/",
    list_of(NetworkItem),
    id="networks_list",
    summary="List thematic networks",
    filters=NetworkFilter,
)
def list_networks(request: HttpRequest, query: Query) -> Any:
    pages = NetworkPage.objects.readable_by(request.user).in_language(query.language)
    return query.page(
        query.filter.narrow(pages.select_related("network", "locale")), present_network
    )


@answers(
    router,
    "/consultations/",
    ConsultationsDetail,
    id="networks_consultations",
    summary="The Caribbean Migration Consultations",
    paged=False,
)
def get_consultations(request: HttpRequest, query: Query) -> Any:
    page = query.only(ConsultationsPage.objects.readable_by(request.user))
    networks = NetworkPage.objects.listed(request, query.language)
    return page_fields(page, query) | {
        **present_profile(page, query),
        "networks": coded_all(network.network for network in networks),
    }


@answers(
    router,
    "/{code}/",
    NetworkDetail,
    id="networks_detail",
    summary="A thematic network",
    paged=False,
)
def get_network(request: HttpRequest, query: Query, code: str) -> Any:
    if "\0" in code:
        raise missing()
    pages = NetworkPage.objects.readable_by(request.user).filter(network__code=code)
    page = query.only(pages.select_related("network"))
    address = request.build_absolute_uri
    return present_network(page, query) | {
        **present_profile(page, query),
        "focal_points": [
            present_focal_point(person) for person in directory.named_focal_points(code)
        ],
        "links": {
            "events": address(f"/api/v3/events/?network={code}"),
            "publications": address(f"/api/v3/publications/?network={code}"),
            "join": address(reverse("own_network", args=[code])),
        },
    }


def present_profile(page: ConsultationProfile, query: Query) -> dict[str, Any]:
    return {
        "focus": html(page.focus, query),
        "evolution": html(page.evolution, query),
        "contribution": {
            "national": html(page.contribution_national, query),
            "regional": html(page.contribution_regional, query),
            "global": html(page.contribution_global, query),
        },
        "examples": html(page.examples, query),
        "structures": html(page.structures, query),
        "added_value": html(page.added_value, query),
        "how_to_join": html(page.how_to_join, query),
        "partners": coded_all(page.partners.all()),
        "countries": coded_all(page.countries.all()),
    }


def present_focal_point(person: directory.Person) -> dict[str, Any]:
    country = {"code": person.country, "name": person.country_name} if person.country else None
    return {"name": person.name, "organisation": person.organisation, "country": country}


def present_network(page: NetworkPage, query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {"code": page.network.code, "name": page.network.label}
