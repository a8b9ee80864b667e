"""``/content/``: every page that readers see, with all that a front end draws around it.

A page is found by its number or by its path on the reader site. Its body comes as blocks, its rich
text as HTML whose links lead to whole addresses. What a page type has beyond that is given by its
own resource, which ``resource`` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field
from wagtail.coreutils import resolve_model_string
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, Site, get_page_models

from .. import access, previewing
from ..filters import Choice, Filter
from ..models.base import BasePage, BasePageQuerySet
from ..navigation import Navigation
from .images import ImageItem, images_by_id, present_image
from .reading import Query, Text, answers, list_of, missing, resource
from .schemas import PageId, PageItem, html, page_fields

router = resource("content")
preview = resource("preview")

#: How many pages "related" names.
RELATED = 5

#: By page type: where its own resource has a page of it, below ``/api/v3/``.
_resources: dict[str, Callable[[Any], str]] = {}
#: By page type: the answer of that resource about a page, which a draft needs too.
_present: dict[str, Callable[[Any, Query], dict[str, Any]]] = {}
#: By page type: the pages that a reader of one may want next, in the language of the query.
_related: dict[str, Callable[[Any, Query], list[Any]]] = {}


def has_resource(
    model: str,
    path: Callable[[Any], str],
    present: Callable[[Any, Query], dict[str, Any]] | None = None,
) -> None:
    """Pages of ``model`` ("pages.EventPage") are given in full at ``path(page)``; ``present``
    makes that answer of a page, for drafts."""
    _resources[model] = path
    if present:
        _present[model] = present


def relates(model: str, related: Callable[[Any, Query], list[Any]]) -> None:
    """Has ``related`` say which pages are about the same as a page of ``model``."""
    _related[model] = related


has_resource("pages.CountryPage", lambda page: f"countries/{page.specific.country.code}/")
has_resource("pages.AssessmentPage", lambda page: f"assessments/{page.pk}/")


# Shapes -----------------------------------------------------------------------------------


class Crumb(Schema):
    id: int | None
    title: str
    url: str


class HeadingValue(Schema):
    id: str
    type: Literal["heading"]
    value: str


class ParagraphValue(Schema):
    id: str
    type: Literal["paragraph"]
    value: str = Field(description="HTML.", examples=["<p>Migration is a fact of life.</p>"])


class Quote(Schema):
    text: str
    attribution: str


class QuoteValue(Schema):
    id: str
    type: Literal["quote"]
    value: Quote


class Figure(Schema):
    image: ImageItem | None = Field(description="Null when it was deleted.")
    caption: str


class FigureValue(Schema):
    id: str
    type: Literal["figure"]
    value: Figure


class LinkItem(Schema):
    text: str
    url: str = Field(description="On the reader site, or elsewhere.")
    page: int | None = Field(description="The page of this site that it leads to.")


class LinksValue(Schema):
    id: str
    type: Literal["links"]
    value: list[LinkItem]


class Download(Schema):
    text: str
    title: str
    url: str
    size: int | None = Field(description="In bytes.")
    media_type: str


class DocumentValue(Schema):
    id: str
    type: Literal["document"]
    value: Download | None = Field(description="Null when it was deleted.")


class OtherValue(Schema):
    id: str
    type: str = Field(examples=["chart"])
    value: Any


Known = Annotated[
    HeadingValue | ParagraphValue | QuoteValue | FigureValue | LinksValue | DocumentValue,
    Field(discriminator="type"),
]


class ContentItem(PageItem):
    type: str = Field(examples=["pages.ContentPage"])
    resource: str | None = Field(
        description="The address in this API that has all of it, for types with a resource of"
        " their own."
    )
    parent: int | None = Field(description="The page above it.")
    published_at: str | None = Field(examples=["2026-01-31T12:00:00Z"])


class RelatedItem(Schema):
    id: int
    title: str
    type: str
    locale: str
    url: str


class ContentDetail(ContentItem):
    slug: str
    path: str = Field(description="On the reader site.", examples=["/en/about/"])
    seo_title: str
    description: str = Field(description="For search engines and previews on other sites.")
    breadcrumbs: list[Crumb] = Field(description="From the home page to the page above.")
    body: list[Known | OtherValue] = Field(description="The blocks of the page, if it has any.")
    html: dict[str, str] = Field(
        description="Its rich texts as HTML, by the name of the field.",
        examples=[{"body": "<p>Two days on free movement.</p>"}],
    )
    related: list[RelatedItem] = Field(description="What a reader may want next.")


class PreviewDetail(ContentDetail):
    id: int
    revision: int
    is_live: bool = Field(description="Whether readers see some version of the page.")
    expires_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    data: dict[str, Any] | None = Field(
        description="What the page's own resource would answer, for types that have one.",
        examples=[None],
    )


# Finding ----------------------------------------------------------------------------------


def _types() -> dict[str, str]:
    return {
        model._meta.label: str(model._meta.verbose_name)
        for model in get_page_models()
        if issubclass(model, BasePage)
    }


class TypeFilter(Filter):
    parameters = [Choice("type", _("Page type"), _types, "type")]

    def narrow(self, rows: Any) -> Any:
        chosen = self.values.get("type", [])
        if not chosen:
            return rows
        models = [resolve_model_string(label) for label in chosen]
        kinds = ContentType.objects.get_for_models(*models).values()
        return rows.filter(content_type__in=[kind.pk for kind in kinds])


def pages_of_site(request: HttpRequest) -> QuerySet[Page]:
    """The pages of the site that the reader may read, as plain pages."""
    site = Site.find_for_request(request)
    pages = BasePageQuerySet(Page).filter(depth__gt=1)
    if site is None:
        return pages.none()
    return pages.readable_by(request.user).select_related("locale", "content_type")


@answers(
    router,
    "/",
    list_of(ContentItem),
    id="content_list",
    summary="List pages of any type",
    filters=TypeFilter,
    texts=(Text("parent", "The id of a page: what lies directly below it.", 9),),
)
def list_content(request: HttpRequest, query: Query) -> Any:
    """All pages that the reader may read, each in the language asked for or in the next best, in
    the order in which they were made. `cursor` goes through all of them while others change."""
    pages = query.filter.narrow(pages_of_site(request))
    if given := query.texts["parent"]:
        above = _page(request, given)
        below = Q()
        for version in Page.objects.filter(translation_key=above.translation_key):
            below |= Page.objects.child_of_q(version)
        pages = pages.filter(below)
    pages = pages.in_language(query.language).order_by("pk")
    chosen = query.page(pages, lambda page, query: page)
    return chosen | {"items": Presented(chosen["items"], query).items}


@answers(
    router,
    "/find/",
    ContentDetail,
    id="content_find",
    summary="Find a page by its path",
    texts=(Text("path", "On the reader site, with its language: `/es/eventos/`.", 2000),),
    paged=False,
)
def find_content(request: HttpRequest, query: Query) -> Any:
    """What the reader site shows at a path, in the language of the path. An address that moved is
    found with `/redirects/find/`."""
    path = query.texts["path"].partition("?")[0]
    site = Site.find_for_request(request)
    language, _slash, rest = path.strip("/").partition("/")
    home = site and (
        site.root_page.get_translations(inclusive=True)
        .filter(live=True, locale__language_code=language)
        .first()
    )
    if not home:
        raise missing()
    try:
        found = home.specific.route(request, [part for part in rest.split("/") if part]).page
    except Http404:
        raise missing() from None
    if not access.may_read(request.user, found):
        raise missing()
    return _detail(found.specific, query)


@answers(
    router,
    "/{id}/",
    ContentDetail,
    id="content_detail",
    summary="A page with its body and all around it",
    paged=False,
)
def get_content(request: HttpRequest, query: Query, id: PageId) -> Any:
    """Any id of a page leads to all its versions: it comes in the language asked for, or in the
    next best that it has."""
    page = query.version(pages_of_site(request), id)
    return _detail(page.specific, query)


@answers(
    preview,
    "/",
    PreviewDetail,
    id="preview",
    summary="A version of a page that is not published",
    texts=(Text("key", "From the address that the preview button leads to.", 1000),),
    paged=False,
)
def get_preview(request: HttpRequest, query: Query) -> Any:
    """For a front end that shows drafts. The key is for one version of one page, and good for an
    hour; whoever has it may look. Never cached, and not for search engines."""
    draft = previewing.draft_of(query.texts["key"])
    if draft is None or not isinstance(draft.page, BasePage):
        raise Http404(gettext("This preview has expired, or there is none."))
    request.is_draft = True  # type: ignore[attr-defined]
    page = draft.page
    query.gather([page])
    present = _present.get(page._meta.label)
    return present_detail(page, query) | {
        "revision": draft.revision.pk,
        "is_live": page.live,
        "expires_at": draft.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": present(page, query) if present else None,
    }


def _page(request: HttpRequest, given: str) -> Page:
    if not (given.isascii() and given.isdigit()):
        raise missing()
    page = pages_of_site(request).filter(pk=int(given)).first()
    if page is None:
        raise missing()
    return page


# Presenting -------------------------------------------------------------------------------


class Presented:
    """Pages of any type as items; a query for each type among them."""

    def __init__(self, pages: list[Page], query: Query) -> None:
        self.query = query
        wanted = {page.pk: page for page in pages}
        found = {page.pk: page for page in Page.objects.filter(pk__in=wanted).specific()}
        self.pages = [found[pk] for pk in wanted if pk in found]
        for page in self.pages:
            page.locale = wanted[page.pk].locale

    @cached_property
    def _parents(self) -> dict[str, int]:
        paths = {page.path[: -Page.steplen] for page in self.pages}
        return dict(Page.objects.filter(path__in=paths, depth__gt=1).values_list("path", "pk"))

    @property
    def items(self) -> list[dict[str, Any]]:
        return [self.item(page) for page in self.pages]

    @classmethod
    def of_draft(cls, page: Any, query: Query) -> dict[str, Any]:
        """The item of a page as it is in memory."""
        presented = cls([], query)
        presented.pages = [page]
        return presented.item(page)

    def item(self, page: Any) -> dict[str, Any]:
        address = _resources.get(page._meta.label)
        root = self.query.request.build_absolute_uri("/api/v3/")
        published = page.last_published_at
        return page_fields(page, self.query) | {
            "type": page._meta.label,
            "resource": root + address(page) if address else None,
            "parent": self._parents.get(page.path[: -Page.steplen]),
            "published_at": published and published.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def _detail(page: Any, query: Query) -> dict[str, Any]:
    query.gather([page])
    query.request.last_modified = page.last_published_at  # type: ignore[attr-defined]
    return present_detail(page, query)


def present_detail(page: Any, query: Query) -> dict[str, Any]:
    """All of a page; ``query`` has gathered its languages."""
    return Presented.of_draft(page, query) | {
        "slug": page.slug,
        "path": query.addresses.of(page),
        "seo_title": page.seo_title or page.title,
        "description": page.description,
        "breadcrumbs": breadcrumbs(page, query),
        "body": [block for field in _fields(page, StreamField) for block in _blocks(field, query)],
        "html": {
            field.name: html(getattr(page, field.name), query)
            for field in page._meta.get_fields()
            if isinstance(field, RichTextField)
        },
        "related": related(page, query),
    }


def _fields(page: Any, kind: Any) -> list[Any]:
    return [
        getattr(page, field.name) for field in page._meta.get_fields() if isinstance(field, kind)
    ]


def breadcrumbs(page: Page, query: Query) -> list[dict[str, Any]]:
    navigation = Navigation(query.request)
    navigation.page, navigation.language = page, query.language
    navigation.addresses = query.addresses
    absolute = query.request.build_absolute_uri
    numbers = {
        absolute(query.addresses.of(above)): above.pk
        for above in page.get_ancestors().filter(depth__gt=1).select_related("locale")
    }
    return [
        {"id": numbers.get(absolute(crumb.url)), "title": crumb.title, "url": absolute(crumb.url)}
        for crumb in navigation.breadcrumbs
    ]


def related(page: Any, query: Query) -> list[dict[str, Any]]:
    """By the rule of its type; else what lies beside it."""
    rule = _related.get(page._meta.label)
    if rule is not None:
        found = rule(page, query)
    elif page.depth <= 2:
        found = []
    else:
        beside = BasePageQuerySet(Page).sibling_of(page, inclusive=False).order_by("path")
        beside = access.readable_by(beside, query.request.user)
        found = list(beside.select_related("locale", "content_type")[:RELATED])
    return [
        {
            "id": other.pk,
            "title": other.title,
            "type": other.cached_content_type.model_class()._meta.label,
            "locale": other.locale.language_code,
            "url": query.url(other),
        }
        for other in found[:RELATED]
    ]


# Blocks -----------------------------------------------------------------------------------


def _blocks(stream: Any, query: Query) -> Iterator[dict[str, Any]]:
    figures = [b for b in stream if b.block_type == "figure" and b.value["image"]]
    images = images_by_id(block.value["image"].pk for block in figures)
    for block in stream:
        value = (
            VALUES[block.block_type](block, query, images)
            if block.block_type in VALUES
            else (block.block.get_api_representation(block.value))
        )
        yield {"id": str(block.id), "type": block.block_type, "value": value}


def _figure(block: Any, query: Query, images: dict[int, Any]) -> dict[str, Any]:
    value = block.value
    image = value["image"] and images.get(value["image"].pk)
    return {
        "image": present_image(image, value["alternative"] or "", query) if image else None,
        "caption": value["caption"] or "",
    }


def _links(block: Any, query: Query, images: Any) -> list[dict[str, Any]]:
    """Links to pages that the reader may not read are left out, as on the reader site."""
    found = []
    for link in block.value:
        page = link["page"]
        if page is not None and not access.is_refused(query.request, page) and page.live:
            found.append({"text": link["text"], "url": query.url(page), "page": page.pk})
        elif page is None and link["url"]:
            found.append({"text": link["text"], "url": link["url"], "page": None})
    return found


def _document(block: Any, query: Query, images: Any) -> dict[str, Any] | None:
    document = block.value["document"]
    if document is None:
        return None
    return {
        "text": block.value["text"],
        "title": document.title,
        "url": query.request.build_absolute_uri(document.url),
        "size": document.get_file_size(),
        "media_type": document.content_type,
    }


#: By block type: ``(block, query, images) -> value``.
VALUES: dict[str, Callable[[Any, Query, dict[int, Any]], Any]] = {
    "heading": lambda block, query, images: block.value,
    "paragraph": lambda block, query, images: html(block.value.source, query),
    "quote": lambda block, query, images: {
        "text": block.value["text"],
        "attribution": block.value["attribution"] or "",
    },
    "figure": _figure,
    "links": _links,
    "document": _document,
}
