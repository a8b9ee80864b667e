"""The way from what is about a network to its page."""

from __future__ import annotations

from django import template

from pages.addresses import Addresses
from pages.models import Network

from ..models import NetworkPage

register = template.Library()


@register.simple_tag(takes_context=True)
def network_address(context: template.Context, network: Network) -> str:
    """The address of the page of ``network``, or nothing; a few queries in a response."""
    request = context["request"]
    known = request.__dict__.setdefault("_network_pages", None)
    if known is None:
        pages = NetworkPage.objects.listed(request)
        known = request._network_pages = {page.network.code: page for page in pages}
    page = known.get(network.code)
    return Addresses.of_request(request).of(page) if page else ""
