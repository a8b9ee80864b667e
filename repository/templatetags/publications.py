"""Publications on pages of other apps. Each tag shows what the reader may see, no more."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from wagtail.models import Page

from pages.models import Country, Network
from pages.models.base import active_language

from .. import documents
from ..citations import styles
from ..citations.formats import FORMATS
from ..citations.record import Record
from ..citations.schema_org import citation_tags as highwire_tags
from ..citations.schema_org import script
from ..models import LibraryPage, PublicationFile, PublicationPage
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


@register.simple_tag
def references(record: Record) -> list[dict[str, Any]]:
    """Formatted references in the reader's language."""
    return styles.both(record, active_language())


@register.simple_tag
def citation_tags(record: Record) -> list[tuple[str, str]]:
    return [(name, value) for name, value in highwire_tags(record) if value]


@register.simple_tag
def schema_org(record: Record) -> SafeString:
    return script(record)


@register.simple_tag
def record_files(record: Record) -> list[dict[str, Any]]:
    """The record in each format."""
    return [
        {
            "name": form.label,
            "media_type": form.media_type,
            "address": reverse("record_in_format", args=[record.key, form.suffix]),
        }
        for form in FORMATS.values()
    ]
