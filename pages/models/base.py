"""What all pages share: readers, languages, addresses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Locale, Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail.url_routing import RouteResult

from .. import access, previewing
from ..blocks import RICH_TEXT
from ..translatable import synchronised, translated
from ..translating.form import PageForm

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from cpmg.users.models import User


def active_language() -> str:
    """The code of the language that the reader sees now, one of the four."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@cache
def language_order(language: str) -> tuple[str, ...]:
    """Languages from the most to the least wanted by a reader of ``language``."""
    source = settings.LANGUAGE_CODE
    return tuple(dict.fromkeys([language, source, *dict(settings.LANGUAGES)]))


class BasePageQuerySet(PageQuerySet):
    """Verbs that narrow a set of pages to what a reader should be shown."""

    def readable_by(self, user: User | AnonymousUser | None) -> Self:
        """Live pages that ``user`` may read."""
        return access.readable_by(self, user)

    def in_language(self, language: str) -> Self:
        """One page of each translation group: in ``language`` if it is live there, or else
        in the first language of ``language_order`` in which it is."""
        ids = dict(Locale.objects.values_list("language_code", "pk"))
        places = " ".join(
            f"WHEN {ids[code]:d} THEN {place}"
            for place, code in enumerate(language_order(language))
            if code in ids
        )
        # In every list: as text it is built in a fifth of the time that Case and When take.
        rank = Func(
            F("locale_id"),
            template=f"CASE %(expressions)s {places} ELSE {len(ids)} END",
            output_field=models.IntegerField(),
        )
        better = (
            Page.objects.order_by()
            .filter(live=True, translation_key=OuterRef("translation_key"))
            .annotate(rank=rank)
            .filter(rank__lt=OuterRef("rank"))
        )
        return self.alias(rank=rank).exclude(Exists(better))


BasePageManager = PageManager.from_queryset(BasePageQuerySet)


class BasePage(Page):
    """The fields and behaviour of every page. Abstract: a concrete base would cost each
    query a join.

    A page type declares ``parent_page_types``, ``subpage_types``, ``template`` and, in
    ``override_translatable_fields``, for each field of its own whether it is text to
    translate or a fact that all translations share. ``pages.checks`` insists on it.
    """

    summary = models.TextField(
        _("summary"),
        max_length=600,
        blank=True,
        help_text=_(
            "One or two sentences. Shown at the top of the page, in lists and by search engines."
        ),
    )

    content_panels: ClassVar[list] = [
        TitleFieldPanel("title", help_text=_("What the page is called, at most 255 characters.")),
        FieldPanel("summary"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary")]
    override_translatable_fields = translated("summary")
    #: Privacy is where a page lives; no page has its own.
    private_page_options: ClassVar[list[str]] = []
    #: Moderated types never use the translation editor of wagtail-localize: it would publish.
    localize_default_translation_mode = "simple"
    base_form_class = PageForm
    #: Whether pages of the type stay in the language that they were written in, and a
    #: translation is not missed.
    keeps_its_language = False
    #: Other formats of the page by name, each with the view that writes it: ``pages.formats``.
    formats: ClassVar[dict[str, str]] = {}

    class Meta:
        abstract = True

    def __init__(self, *values: Any, **fields: Any) -> None:
        if values:  # A row of the database: it brings no children, and lacks nothing.
            models.Model.__init__(self, *values, **fields)
        else:  # Looks through all relations for children among the fields.
            super().__init__(**fields)

    # Languages ------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The code of the language that this page is written in."""
        return self.locale.language_code

    @property
    def is_foreign(self) -> bool:
        """Whether the reader sees this page under another language's address."""
        return self.language != active_language()

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Routes as Wagtail does, and further to pages that have no translation here.

        Such a page is served under this section's address, with everything around it in
        the reader's language and its own text marked as foreign. View restrictions are
        those of the page itself, so nothing becomes readable that was not. Who may not enter
        a shelf gets no further than its door, whatever follows in the address.
        """
        if path_components and access.is_refused(request, self):
            if not self.live:
                raise Http404
            return RouteResult(self)
        try:
            return super().route(request, path_components)
        except Http404:
            if not path_components:
                raise
            child = self._untranslated_child(path_components[0])
            if child is None:
                raise
            return child.specific.route(request, path_components[1:])

    def _untranslated_child(self, slug: str) -> Page | None:
        """The live child with ``slug`` of a translation of this page that has no live
        translation here, in the first language of ``language_order`` in which there is one."""
        counterparts = list(self.get_translations().only("path", "depth", "locale_id"))
        if not counterparts:
            return None
        under = Q()
        for counterpart in counterparts:
            under |= Page.objects.child_of_q(counterpart)
        translated_here = Page.objects.filter(
            live=True,
            locale_id=self.locale_id,
            translation_key=OuterRef("translation_key"),
        )
        candidates = (
            Page.objects.live()
            .filter(under, slug=slug)
            .exclude(Exists(translated_here))
            .select_related("locale")
        )
        order = language_order(self.locale.language_code)
        return min(
            candidates,
            key=lambda page: order.index(page.locale.language_code),
            default=None,
        )

    @property
    def url(self) -> str | None:
        """Its path; in the admin its address on the front end, where there is one."""
        return previewing.live_address(self.get_url())

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """On the front end where there is one, else as readers of this site will see it."""
        address = previewing.draft_address(self)
        if not address:
            return super().serve_preview(request, mode_name)
        response = HttpResponseRedirect(address)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Says both languages of a page that stands under another language's address."""
        response = super().serve(request, *args, **kwargs)
        if self.is_foreign:
            response.headers["Content-Language"] = f"{active_language()}, {self.language}"
        return response

    # Editing --------------------------------------------------------------------------

    def clean(self) -> None:
        super().clean()
        if self.title and len(self.title) > 255:
            raise ValidationError({"title": _("A title has at most 255 characters.")})

    @property
    def description(self) -> str:
        """For search engines and previews on other sites."""
        return self.search_description or self.summary


class SectionPage(BasePage):
    """A section of the site: a lead, a text, and below it the list of what it holds."""

    body = RichTextField(
        _("introduction"),
        blank=True,
        features=["h3", *RICH_TEXT],
        help_text=_("What readers find in this section and how to use it."),
    )

    content_panels: ClassVar[list] = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    override_translatable_fields = BasePage.override_translatable_fields + translated("body")
    max_count_per_parent = 1

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["section"] = self
        return context


__all__ = ["BasePage", "BasePageQuerySet", "SectionPage", "synchronised", "translated"]
