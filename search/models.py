"""What the index should hold, what it was last told, and the words that mean the same."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from repository.words import words


class Job(models.Model):
    """One document on its way into its index.

    ``version`` grows with every change of what it is made of, in the transaction of the change;
    ``done`` is the version that the index holds or refused as old. Where they differ, there is
    work. The row stays, also when the publication or the post is gone: its version is the external
    version of the document, which must never begin anew, or an old job could undo a newer one.
    """

    key = models.UUIDField(primary_key=True)
    version = models.PositiveBigIntegerField(_("version"), default=1)
    done = models.PositiveBigIntegerField(_("version in the index"), default=0)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    available_at = models.DateTimeField(_("to be done from"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=200, blank=True)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    leased_version = models.PositiveBigIntegerField(_("leased version"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.key)


class IndexJob(Job):
    """One publication on its way into the index."""

    key = models.UUIDField(_("publication"), primary_key=True)

    class Meta:
        verbose_name = _("change to be indexed")
        verbose_name_plural = _("changes to be indexed")
        indexes = [
            models.Index(
                fields=["available_at"], name="search_waiting", condition=Q(version__gt=F("done"))
            )
        ]


class PostJob(Job):
    """One post of the forum on its way into its index."""

    key = models.UUIDField(_("post"), primary_key=True)

    class Meta:
        verbose_name = _("post to be indexed")
        verbose_name_plural = _("posts to be indexed")
        indexes = [
            models.Index(
                fields=["available_at"],
                name="search_posts_waiting",
                condition=Q(version__gt=F("done")),
            )
        ]


class Upkeep(models.Model):
    """When an index was last looked after, and who does it now: one row for each index.
    ``compared`` is the UUID of the index that was compared with the database."""

    index = models.CharField(_("index"), max_length=20, primary_key=True)
    compared = models.CharField(_("index compared"), max_length=40, blank=True)
    compared_at = models.DateTimeField(_("compared at"), null=True, blank=True)
    available_at = models.DateTimeField(_("to be done from"), default=timezone.now)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    class Meta:
        verbose_name = _("upkeep of an index")
        verbose_name_plural = _("upkeep of the indexes")

    def __str__(self) -> str:
        return self.index


class SynonymSet(models.Model):
    """Terms that mean the same in a search, one on each line.

    Equivalent sets that share a term belong together: what is typed in one finds the terms of
    all. One-way sets widen what is typed as their first term, or as its equivalent, and nothing
    else.
    """

    class Kind(models.TextChoices):
        EQUIVALENT = "equivalent", _("Equivalent: each finds all the others")
        ONE_WAY = "one-way", _("One way: the first finds the others, too")

    #: So many terms, and so many words in each, at most.
    MOST_TERMS, MOST_WORDS = 60, 16

    terms = models.TextField(
        _("terms"),
        help_text=_(
            "One on each line, at least two. Accents, capitals and punctuation do not matter, and"
            " singular and plural find each other."
        ),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=[("", _("Several languages")), *settings.LANGUAGES],
        help_text=_("The language of the terms. The set works in all languages of the site."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.EQUIVALENT)

    panels = [FieldPanel("terms"), FieldRowPanel([FieldPanel("language"), FieldPanel("kind")])]

    class Meta:
        verbose_name = _("set of synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["terms"]

    def __str__(self) -> str:
        return " – ".join(self.lines[:2])

    @property
    def lines(self) -> list[str]:
        """The terms, each once."""
        found: dict[tuple[str, ...], str] = {}
        for line in self.terms.splitlines():
            text = " ".join(line.split())
            if text:
                found.setdefault(tuple(words(text)), text)
        return list(found.values())

    @property
    def folded(self) -> list[tuple[str, ...]]:
        """The words of each term as the search compares them."""
        return [found for line in self.lines if (found := tuple(words(line)))]

    def clean(self) -> None:
        super().clean()
        lines = self.lines
        problems: list[Any] = []
        for line in lines:
            found = words(line)
            if not found:
                problems.append(_("“%(term)s” holds no letter and no digit.") % {"term": line})
            elif len(found) > self.MOST_WORDS or len(line) > 200:
                problems.append(_("“%(term)s” is too long for a term.") % {"term": line[:60]})
        if len(lines) > self.MOST_TERMS:
            problems.append(_("At most %(count)s terms make a set.") % {"count": self.MOST_TERMS})
        if not problems and len(lines) < 2:
            problems.append(_("Give at least two different terms, one on each line."))
        if problems:
            raise ValidationError({"terms": problems})
        self.terms = "\n".join(lines)


class SynonymsJob(models.Model):
    """Whether Elasticsearch has the synonyms as they are now: one row at most. ``wanted`` is
    another value after each change, in the transaction of the change; ``done`` is the one that
    Elasticsearch was last given. ``refused``: this server keeps no synonyms."""

    wanted = models.UUIDField(_("state"), default=uuid.uuid4)
    done = models.UUIDField(_("state in the index"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    available_at = models.DateTimeField(_("to be done from"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last error"), max_length=200, blank=True)
    refused = models.BooleanField(_("refused"), default=False)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of synonyms")
        verbose_name_plural = _("changes of synonyms")

    def __str__(self) -> str:
        return str(self.wanted)


from .alerts.models import Arrival, Match, SavedSearch  # noqa: E402, F401  (Django looks here)
