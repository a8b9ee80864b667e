"""Publications on pages of other apps. Each tag shows what the reader may see, no more."""

from __future__ import annotations

from django import template
from wagtail.models import Page

from pages.models import Country, Network

from .. import documents
from ..models import Contributor, LibraryPage, PublicationFile, PublicationPage
from ..models.publications import PublicationPageQuerySet

register = template.Library()


def _listed(context: template.Context) -> PublicationPageQuerySet:
    return PublicationPage.objects.listed(context["request"]).newest_first()


@register.simple_tag
def files_of(page: PublicationPage) -> list[PublicationFile]:
    """The files that readers of ``page`` can have."""
    return documents.files_of(page)


@register.simple_tag(takes_context=True)
def newest_publications(context: template.Context, limit: int = 5) -> list[PublicationPage]:
    """The newest first; not the manuals, which are no news, the platform's own among them."""
    return list(_listed(context).exclude(document_type__code="manual")[:limit])


@register.simple_tag(takes_context=True)
def publications_about(
    context: template.Context, country: Country, limit: int = 6
) -> list[PublicationPage]:
    return list(_listed(context).filter(countries__code=country.code)[:limit])


@register.simple_tag(takes_context=True)
def publications_of_network(
    context: template.Context, network: Network, limit: int = 6
) -> list[PublicationPage]:
    return list(_listed(context).filter(networks__code=network.code)[:limit])


@register.simple_tag(takes_context=True)
def library_of(context: template.Context, network: Page) -> LibraryPage | None:
    """The library of a network's page, for those who may enter it."""
    libraries = LibraryPage.objects.readable_by(context["request"].user)
    return libraries.child_of(network).select_related("locale").first()


@register.filter
def names(publication: PublicationPage) -> str:
    """Who made it, for lists: the first three names."""
    people = [contributor.display_name for contributor in publication.contributors.all()]
    return "; ".join(people[:3]) + (" …" if len(people) > 3 else "")


@register.filter
def citation(publication: PublicationPage) -> str:
    """A plain reference: names (year). Title. In container, volume(issue), pages. Publisher."""
    people = list(publication.contributors.all())
    editors = bool(people) and all(p.role == Contributor.Role.EDITOR for p in people)
    who = "; ".join(str(person) for person in people) + (" (eds.)" if editors else "")
    who += f" ({publication.year})" if publication.year else ""
    where = publication.container_title
    if publication.volume:
        where += f", {publication.volume}"
    if publication.issue:
        where += f" ({publication.issue})"
    if publication.page_range:
        where += f", {publication.page_range}"
    parts = [who, publication.title, where, publication.series, publication.publisher]
    text = " ".join(part.strip().rstrip(".") + "." for part in parts if part.strip())
    return f"{text} https://doi.org/{publication.doi}" if publication.doi else text
