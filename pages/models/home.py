"""The front page of each language."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from ..access import readable_by
from ..blocks import RICH_TEXT
from .base import BasePage, BasePageManager, translated


class HomePage(BasePage):
    """The front page: what the platform is, the map, and what is new."""

    introduction = RichTextField(
        _("introduction"),
        blank=True,
        features=RICH_TEXT,
        help_text=_("A short text below the map, on what the platform is for."),
    )

    content_panels = [*BasePage.content_panels, FieldPanel("introduction")]
    search_fields = [*BasePage.search_fields, index.SearchField("introduction")]
    override_translatable_fields = BasePage.override_translatable_fields + translated(
        "introduction"
    )

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "pages.ContentPage",
        "pages.CountryIndexPage",
        "networks.NetworkIndexPage",
        "pages.EventCalendarPage",
        "repository.RepositoryPage",
        "repository.LibraryPage",
        "pages.StatisticsCentrePage",
        "pages.AssessmentIndexPage",
    ]
    template = "pages/home_page.html"
    page_description = _("The front page of one language.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from .countries import CountryIndexPage, CountryPage
        from .events import EventPage

        context = super().get_context(request, *args, **kwargs)
        context["sections"] = [
            page
            for page in readable_by(self.get_children(), request.user).specific()
            if not isinstance(page, ContentPage)
        ]
        context["country_index"] = next(
            (page for page in context["sections"] if isinstance(page, CountryIndexPage)),
            None,
        )
        context["countries"] = CountryPage.objects.listed(request)
        context["events"] = EventPage.objects.listed(request).latest_first()[:4]
        return context


from .content import ContentPage  # noqa: E402
