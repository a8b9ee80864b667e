"""The controlled vocabulary of document types."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from pages.models import Term
from pages.models.vocabularies import VOCABULARIES
from pages.translatable import synchronised


class DocumentType(Term):
    """A type of publication: report, journal article, thesis."""

    icon = "doc-full"

    csl_type = models.CharField(
        _("CSL type"),
        max_length=40,
        default="document",
        help_text=_("The type in the Citation Style Language, such as report or article-journal."),
    )

    panels = [*Term.panels, FieldPanel("csl_type")]
    override_translatable_fields = Term.override_translatable_fields + synchronised("csl_type")

    class Meta(Term.Meta):
        verbose_name = _("document type")
        verbose_name_plural = _("document types")


VOCABULARIES.append(DocumentType)
