"""``/networks/``: the thematic networks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from pages.api.content import has_resource
from pages.api.reading import Query, answers, list_of, missing, resource
from pages.api.schemas import Coded, PageItem, coded_all, html, page_fields
from pages.filters import Choice, Filter, vocabulary
from pages.models import Country
from pages.models.vocabularies import collation_key

from .models import NetworkPage

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


class NetworkDetail(NetworkItem):
    """A network in the structure by which consultation mechanisms describe themselves."""

    focus: str = Field(description="HTML.")
    evolution: str = Field(description="HTML.")
    contribution: Contribution
    structures: str = Field(description="HTML.")
    added_value: str = Field(description="HTML.")
    how_to_join: str = Field(description="HTML.")
    partners: list[Coded]
    countries: list[Coded]


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
    return present_network(page, query) | {
        "focus": html(page.focus, query),
        "evolution": html(page.evolution, query),
        "contribution": {
            "national": html(page.contribution_national, query),
            "regional": html(page.contribution_regional, query),
            "global": html(page.contribution_global, query),
        },
        "structures": html(page.structures, query),
        "added_value": html(page.added_value, query),
        "how_to_join": html(page.how_to_join, query),
        "partners": coded_all(page.partners.all()),
        "countries": coded_all(page.countries.all()),
    }


def present_network(page: NetworkPage, query: Query) -> dict[str, Any]:
    return page_fields(page, query) | {"code": page.network.code, "name": page.network.label}
