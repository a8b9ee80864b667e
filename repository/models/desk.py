"""What the moderator's desk keeps: texts for answers, and what records share with their
duplicates."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel


class ReplyText(models.Model):
    """A text for answers to submitters, who read it in their own language. Whoever decides may
    change it before it is sent."""

    class Kind(models.TextChoices):
        CHANGES = "changes", _("Request changes")
        REJECT = "reject", _("Reject")
        APPROVE = "approve", _("Approve")

    title = models.CharField(
        _("title"), max_length=120, help_text=_("For the editorial team; it is not sent.")
    )
    kind = models.CharField(_("for"), max_length=10, choices=Kind, default=Kind.CHANGES)
    text_en = models.TextField(_("text in English"), max_length=2000)
    text_es = models.TextField(_("text in Spanish"), max_length=2000, blank=True)
    text_fr = models.TextField(_("text in French"), max_length=2000, blank=True)
    text_nl = models.TextField(_("text in Dutch"), max_length=2000, blank=True)

    panels = [
        FieldPanel("title"),
        FieldPanel("kind"),
        MultiFieldPanel(
            [FieldPanel(f"text_{language}") for language in ("en", "es", "fr", "nl")],
            heading=_("Text"),
            help_text=_("Where a language is empty, the English text is sent."),
        ),
    ]

    class Meta:
        verbose_name = _("reply text")
        verbose_name_plural = _("reply texts")
        ordering = ["kind", "title"]

    def __str__(self) -> str:
        return self.title

    def in_language(self, language: str) -> str:
        text: str = getattr(self, f"text_{language}", "") or self.text_en
        return text

    def for_person(self, person: Any) -> str:
        """The text in the language of ``person``, who may be gone."""
        return self.in_language(person.language if person else settings.LANGUAGE_CODE)


class DuplicateKey(models.Model):
    """Two publications with one ``value`` say the same DOI or nearly the same title; see
    ``repository.desk.duplicates``."""

    page = models.ForeignKey(
        "repository.PublicationPage", on_delete=models.CASCADE, related_name="duplicate_keys"
    )
    #: The translation key of the page: a publication is no duplicate of its translation.
    group = models.UUIDField()
    value = models.CharField(max_length=120, db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("key of duplicates")
        verbose_name_plural = _("keys of duplicates")
        constraints = [
            models.UniqueConstraint(fields=["page", "value"], name="one_key_of_duplicates_a_page")
        ]

    def __str__(self) -> str:
        return self.value
