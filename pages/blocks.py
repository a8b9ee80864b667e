"""The blocks of a page's body. Text goes to translators; what is no text is a choice."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

#: What rich text may hold on this site; headings come from their own block.
RICH_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        template = "pages/blocks/heading.html"
        label = _("Heading")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"))
    attribution = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        template = "pages/blocks/quote.html"
        label = _("Quotation")


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alternative = blocks.CharBlock(
        label=_("Description for people who cannot see it"),
        required=False,
        help_text=_("Leave empty when the image is decoration only."),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        template = "pages/blocks/figure.html"
        label = _("Image")


class LinkBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Text"))
    page = blocks.PageChooserBlock(label=_("Page of this site"), required=False)
    url = blocks.URLBlock(label=_("Or an address elsewhere"), required=False)

    class Meta:
        icon = "link"
        label = _("Link")


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("File"))
    text = blocks.CharBlock(label=_("Text of the link"))

    class Meta:
        icon = "doc-full"
        template = "pages/blocks/document.html"
        label = _("File to download")


class BodyBlock(blocks.StreamBlock):
    heading = HeadingBlock()
    paragraph = blocks.RichTextBlock(
        label=_("Text"),
        features=["h3", *RICH_TEXT],
        template="pages/blocks/paragraph.html",
    )
    quote = QuoteBlock()
    figure = FigureBlock()
    links = blocks.ListBlock(
        LinkBlock(), label=_("Links"), icon="link", template="pages/blocks/links.html"
    )
    document = DocumentBlock()

    class Meta:
        label = _("Body")
