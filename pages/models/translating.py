"""What the platform remembers about translations: their making, their words, their terms."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page
from wagtail.search import index


class TranslationRecord(models.Model):
    """What a translation was made from, passage by passage.

    ``working`` is about the latest draft, ``published`` about what readers see. Each maps the
    path of a text to ``{"s": source passages, "t": translated passages, "by": makers}``; see
    ``pages.translating.records``.
    """

    page = models.OneToOneField(
        Page, on_delete=models.CASCADE, related_name="translation_record", verbose_name=_("page")
    )
    working = models.JSONField(_("in the draft"), default=dict)
    published = models.JSONField(_("as published"), default=dict)
    #: Of each field as published: whether people or a machine made it, or it is out of date.
    fields = models.JSONField(_("fields"), default=dict)
    outdated_since = models.DateTimeField(_("outdated since"), null=True, blank=True)
    to_do = models.PositiveIntegerField(_("passages to translate"), default=0)
    machine = models.PositiveIntegerField(_("machine-made passages to check"), default=0)

    class Meta:
        verbose_name = _("record of a translation")
        verbose_name_plural = _("records of translations")

    def __str__(self) -> str:
        return str(self.page)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class RememberedPassage(models.Model):
    """The translation memory: how a passage was translated when it was last published."""

    source_language = models.CharField(_("language of the source"), max_length=10)
    language = models.CharField(_("language"), max_length=10)
    digest = models.CharField(_("digest of the source"), max_length=64)
    source = models.TextField(_("source"))
    text = models.TextField(_("text"))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("remembered passage")
        verbose_name_plural = _("remembered passages")
        constraints = [
            models.UniqueConstraint(
                fields=["source_language", "language", "digest"], name="one_memory_of_a_passage"
            )
        ]

    def __str__(self) -> str:
        return self.source[:80]


class GlossaryTerm(index.Indexed, models.Model):
    """A term of the field in the four languages, as the platform writes it."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    en = models.CharField(_("English"), max_length=255)
    es = models.CharField(_("Spanish"), max_length=255, blank=True)
    fr = models.CharField(_("French"), max_length=255, blank=True)
    nl = models.CharField(_("Dutch"), max_length=255, blank=True)
    theme = models.CharField(_("theme"), max_length=40, blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("Where the term was checked, variants, words to avoid.")
    )

    panels = [
        FieldPanel("code"),
        FieldRowPanel([FieldPanel("en"), FieldPanel("es")]),
        FieldRowPanel([FieldPanel("fr"), FieldPanel("nl")]),
        FieldPanel("theme"),
        FieldPanel("note"),
    ]
    search_fields = [
        *[index.SearchField(name) for name in ("en", "es", "fr", "nl")],
        *[index.AutocompleteField(name) for name in ("en", "es", "fr", "nl")],
    ]

    class Meta:
        verbose_name = _("term of the glossary")
        verbose_name_plural = _("glossary")
        ordering = ["en"]

    def __str__(self) -> str:
        return self.en

    def in_language(self, language: str) -> str:
        return getattr(self, language, "") if language in dict(settings.LANGUAGES) else ""


__all__ = ["GlossaryTerm", "RememberedPassage", "TranslationRecord", "digest_of"]
