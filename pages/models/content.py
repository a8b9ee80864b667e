"""Pages of free content."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from ..blocks import BodyBlock
from .base import BasePage, BasePageManager, translated


class ContentPage(BasePage):
    """A page of text, images, links and files, put together from blocks."""

    body = StreamField(
        BodyBlock(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("Add blocks with the plus sign; drag them into the order you want."),
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    override_translatable_fields = BasePage.override_translatable_fields + translated("body")

    parent_page_types = ["pages.HomePage", "pages.ContentPage"]
    subpage_types = ["pages.ContentPage"]
    template = "pages/content_page.html"
    page_description = _("A page of text, images, links and files.")

    objects = BasePageManager()

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")
