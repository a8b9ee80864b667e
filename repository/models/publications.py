"""The repository and its publications."""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.documents import get_document_model_string
from wagtail.fields import RichTextField
from wagtail.models import Orderable, PageManager
from wagtail.search import index

from pages.blocks import RICH_TEXT
from pages.identifiers import normalise_orcid, normalise_ror, validate_orcid, validate_ror
from pages.models import BasePage, BasePageQuerySet, Country, Language, Network, Theme
from pages.models.base import active_language
from pages.models.licences import Licence
from pages.models.vocabularies import TermKey, TermsField, collation_key
from pages.translatable import synchronised, translated

from ..identifiers import normalise_doi, normalise_isbn, validate_doi, validate_isbn
from ..words import FoldedField, words
from .vocabularies import DocumentType

#: What a list shows of a publication beside its own fields.
LISTED = ("contributors", "languages")


class PublicationPageQuerySet(BasePageQuerySet):
    def listed(self, request: HttpRequest, language: str | None = None) -> Self:
        """The publications that the reader may see, each once, ready to be shown in a list."""
        return (
            self.readable_by(request.user)
            .in_language(language or active_language())
            .with_list_relations()
        )

    def with_list_relations(self) -> Self:
        """Fetches what a list shows, in a constant number of queries."""
        return self.select_related("document_type", "locale").prefetch_related(*LISTED)

    def newest_first(self) -> Self:
        """By year and month; publications without a year come last."""
        return self.order_by(
            F("year").desc(nulls_last=True),
            F("month").desc(nulls_last=True),
            "sort_title",
            "pk",
        )

    def oldest_first(self) -> Self:
        return self.order_by(
            F("year").asc(nulls_last=True),
            F("month").asc(nulls_last=True),
            "sort_title",
            "pk",
        )

    def by_title(self) -> Self:
        return self.order_by("sort_title", "pk")


class PublicationTag(TaggedItemBase):
    """A free tag on a publication."""

    content_object = ParentalKey(
        "repository.PublicationPage",
        on_delete=models.CASCADE,
        related_name="tagged_items",
    )


class PublicationPage(BasePage):
    """A publication: its bibliographic record and its files.

    ``title`` is the title of the work in the language of the page. The page lives in the
    tree of the language that its record is written in.
    """

    abstract = RichTextField(_("abstract"), blank=True, features=RICH_TEXT)
    document_type = TermKey(DocumentType, verbose_name=_("document type"))
    year = models.PositiveSmallIntegerField(
        _("year of publication"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1500), MaxValueValidator(2100)],
        help_text=_("Leave empty when the publication does not say."),
    )
    month = models.PositiveSmallIntegerField(
        _("month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    publisher = models.CharField(_("publisher"), max_length=255, blank=True)
    languages = TermsField(
        Language,
        verbose_name=_("languages"),
        related_name="publications",
        help_text=_("The languages in which the publication can be read."),
    )
    container_title = models.CharField(
        _("journal or book"),
        max_length=300,
        blank=True,
        help_text=_("The journal, book or website that this publication is part of."),
    )
    volume = models.CharField(_("volume"), max_length=40, blank=True)
    issue = models.CharField(pgettext_lazy("of a journal", "number"), max_length=40, blank=True)
    page_range = models.CharField(_("pages"), max_length=40, blank=True)
    series = models.CharField(_("series"), max_length=300, blank=True)
    series_number = models.CharField(_("number in the series"), max_length=40, blank=True)
    extent = models.CharField(
        _("extent"), max_length=120, blank=True, help_text=_("For example: 64 p.")
    )
    doi = models.CharField(
        "DOI",
        max_length=255,
        blank=True,
        validators=[validate_doi],
        help_text=_("For example: 10.1000/182."),
    )
    isbn = models.CharField("ISBN", max_length=40, blank=True, validators=[validate_isbn])
    issn = models.CharField(
        "ISSN",
        max_length=9,
        blank=True,
        validators=[RegexValidator(r"^\d{4}-\d{3}[\dX]$", _("An ISSN looks like 1234-567X."))],
    )
    external_url = models.URLField(
        _("address elsewhere"),
        max_length=500,
        blank=True,
        help_text=_("Where the publisher shows the publication."),
    )
    licence = models.CharField(_("licence"), max_length=40, choices=Licence, blank=True)
    countries = TermsField(
        Country, verbose_name=_("countries"), blank=True, related_name="publications"
    )
    themes = TermsField(Theme, verbose_name=_("themes"), blank=True, related_name="publications")
    networks = TermsField(
        Network,
        verbose_name=_("thematic networks"),
        blank=True,
        related_name="publications",
    )
    tags = ClusterTaggableManager(
        through=PublicationTag,
        blank=True,
        verbose_name=_("tags"),
        help_text=_("Free words, separated by commas."),
    )
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("new version of"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaced_by",
        help_text=_("The earlier version stays readable; each of the two leads to the other."),
    )
    evidence = models.CharField(
        _("source of this record"),
        max_length=255,
        blank=True,
        help_text=_("The page or document from which the record was made."),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    sort_title = models.CharField(max_length=255, editable=False, db_index=True)

    content_panels = [
        *BasePage.content_panels,
        InlinePanel(
            "contributors",
            heading=_("Authors and editors"),
            label=_("Author or editor"),
        ),
        FieldPanel("abstract"),
        MultiFieldPanel(
            [
                FieldPanel("document_type"),
                FieldRowPanel([FieldPanel("year"), FieldPanel("month")]),
                FieldPanel("publisher"),
                FieldPanel("languages", required_on_save=False),
            ],
            heading=_("Publication"),
        ),
        InlinePanel(
            "files",
            heading=_("Files"),
            label=_("File"),
            help_text=_("One entry for each language version."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("countries"),
                FieldPanel("themes"),
                FieldPanel("networks"),
                FieldPanel("tags"),
            ],
            heading=_("Subjects"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("container_title"),
                FieldRowPanel(
                    [
                        FieldPanel("volume"),
                        FieldPanel("issue"),
                        FieldPanel("page_range"),
                    ]
                ),
                FieldRowPanel([FieldPanel("series"), FieldPanel("series_number")]),
                FieldPanel("extent"),
            ],
            heading=_("Part of"),
            classname="collapsed",
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("doi"), FieldPanel("isbn"), FieldPanel("issn")]),
                FieldPanel("external_url"),
                FieldPanel("licence"),
            ],
            heading=_("Identifiers and licence"),
        ),
        MultiFieldPanel(
            [
                PageChooserPanel("replaces", "repository.PublicationPage"),
                FieldPanel("evidence"),
                FieldPanel("note"),
            ],
            heading=_("About this record"),
            classname="collapsed",
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("abstract"),
        index.SearchField("publisher"),
        index.SearchField("container_title"),
        index.SearchField("series"),
        index.SearchField("identifiers_text"),
        index.SearchField("contributors_text"),
        index.SearchField("subjects_text"),
        FoldedField("title", boost=2),
        index.SearchField("folded_text"),
        index.FilterField("year"),
        index.FilterField("sort_title"),
        index.FilterField("document_type_id"),
    ]
    override_translatable_fields = (
        BasePage.override_translatable_fields
        + translated("abstract", "note")
        + synchronised(
            *(
                "document_type",
                "year",
                "month",
                "publisher",
                "languages",
                "container_title",
            ),
            *("volume", "issue", "page_range", "series", "series_number", "extent"),
            *("doi", "isbn", "issn", "external_url", "licence", "replaces", "evidence"),
            *("countries", "themes", "networks", "tags", "contributors", "files"),
        )
    )

    #: Characters of the text of files that the search looks in: PostgreSQL takes not much more.
    MOST_FILES_TEXT = 400_000

    parent_page_types = ["repository.RepositoryPage", "repository.LibraryPage"]
    subpage_types: list[str] = []
    template = "repository/publication_page.html"
    page_description = _("A report, article, book or other publication with its files.")
    keeps_its_language = True
    search_auto_update = False  # ``save`` does it

    objects = PageManager.from_queryset(PublicationPageQuerySet)()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        indexes = [models.Index(fields=["year", "sort_title"])]

    def clean(self) -> None:
        from ..registrars.outgoing import minted

        super().clean()
        for name, normalise in (("doi", normalise_doi), ("isbn", normalise_isbn)):
            with suppress(ValidationError):  # the field's own validator reports it
                setattr(self, name, normalise(getattr(self, name)))
        # The DOI that is registered for it stays, whatever an older draft says.
        self.doi = minted(self.translation_key) or self.doi
        if self.month and not self.year:
            raise ValidationError({"year": _("A month needs its year.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        from ..shelves import settle_files

        self.sort_title = collation_key(self.title)[:255]
        with transaction.atomic():
            super().save(*args, **kwargs)
            settle_files(self)
        # Wagtail's own signal would come before the subjects, contributors and tags are written.
        index.insert_or_update_object(self)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The record, or the notice that stands in its place when it was withdrawn (410)."""
        from ..citations import signposting
        from ..usage import counting

        if self.live:
            response = super().serve(request, *args, **kwargs)
            if record := getattr(response, "context_data", {}).get("record"):
                response["Link"] = signposting.header(record)
                counting.mark(response, "view", self.translation_key)
            return response
        from ..withdrawals import of

        withdrawal = of(self)
        if withdrawal is None:
            raise Http404
        context = {"page": self, "withdrawal": withdrawal}
        return render(request, "repository/withdrawn_page.html", context, status=410)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the versions ``before`` and ``after`` this one that the reader may see, its
        ``record`` once it is published, and how often it was read as ``usage``."""
        from ..citations.record import record_of
        from ..usage import report

        context = super().get_context(request, *args, **kwargs)
        context["record"] = record_of(self, request) if self.live and self.pk else None
        context["usage"] = report.totals(self.translation_key)
        versions = PublicationPage.objects.readable_by(request.user).select_related("locale")
        context["before"] = versions.filter(pk=self.replaces_id).first()
        newer = versions.filter(replaces=self.pk) if self.pk else versions.none()
        context["after"] = newer.order_by("pk").last()
        return context

    @property
    def licence_info(self) -> Licence | None:
        return Licence(self.licence) if self.licence else None

    # What the words of a search are compared with --------------------------------------
    # The index asks for each text several times.

    def get_indexed_instance(self) -> PublicationPage:
        return PublicationPage.objects.filter(pk=self.pk).first() or self

    @cached_property
    def contributors_text(self) -> str:
        return " ".join(str(contributor) for contributor in self.contributors.all())

    @property
    def identifiers_text(self) -> str:
        return " ".join(filter(None, (self.doi, self.isbn, self.issn)))

    @cached_property
    def subjects_text(self) -> str:
        """The names of all subjects in all languages, so that a query in one language finds
        a record in another."""
        terms = [*self.countries.all(), *self.themes.all(), *self.networks.all()]
        terms.append(self.document_type)
        names = [
            type(term).labels(language).get(term.code, term.name)
            for language in dict(settings.LANGUAGES)
            for term in terms
        ]
        names += [tag.name for tag in self.tags.all()]
        return " ".join(dict.fromkeys(names))

    @cached_property
    def files_text(self) -> list[str]:
        """The text of the files, page by page, as far as it is looked in."""
        from .files import FileDetails

        documents = [file.document_id for file in self.files.all()]
        found = FileDetails.objects.filter(pk__in=documents, state=FileDetails.State.CLEAN)
        pages = [page for text in found.values_list("text", flat=True) for page in text]
        return [
            page
            for page, end in zip(pages, accumulate(map(len, pages)), strict=True)
            if end <= self.MOST_FILES_TEXT
        ]

    @cached_property
    def folded_text(self) -> str:
        """All of it, accents and case folded: what the search on the database looks in."""
        abstract = self._meta.get_field("abstract").get_searchable_content(self.abstract)
        texts = [self.title, self.summary, *abstract, self.publisher, self.container_title]
        texts += [self.series, self.identifiers_text, self.contributors_text, self.subjects_text]
        texts += self.files_text
        return " ".join(words(" ".join(texts)))


class Contributor(Orderable):
    """An author, editor or responsible body of a publication, in the order of the title page."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        EDITOR = "editor", _("Editor")
        CORPORATE = "corporate-author", _("Corporate author")

    page = ParentalKey(PublicationPage, on_delete=models.CASCADE, related_name="contributors")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.AUTHOR)
    family_name = models.CharField(_("family name, or name of the body"), max_length=255)
    given_name = models.CharField(_("given names"), max_length=120, blank=True)
    orcid = models.CharField(
        _("ORCID iD"),
        max_length=40,
        blank=True,
        validators=[validate_orcid],
        help_text=_("Of a person: 0000-0002-1825-0097."),
    )
    ror = models.CharField(
        _("ROR identifier"),
        max_length=40,
        blank=True,
        validators=[validate_ror],
        help_text=_("Of a body: https://ror.org/03yrm5c26."),
    )

    #: Of people, and of bodies.
    IDENTIFIERS = ("orcid", "ror")

    panels = [
        FieldRowPanel([FieldPanel("family_name"), FieldPanel("given_name"), FieldPanel("role")]),
        FieldRowPanel([FieldPanel("orcid"), FieldPanel("ror")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")

    def clean(self) -> None:
        super().clean()
        for name, normalise in (("orcid", normalise_orcid), ("ror", normalise_ror)):
            with suppress(ValidationError):  # the field's own validator reports it
                setattr(self, name, normalise(getattr(self, name)))

    def __str__(self) -> str:
        """In citation order: family name, given names."""
        return ", ".join(filter(None, (self.family_name, self.given_name)))

    @property
    def display_name(self) -> str:
        """In reading order: given names, family name."""
        return " ".join(filter(None, (self.given_name, self.family_name)))


class PublicationFile(Orderable):
    """A file of a publication in one language."""

    page = ParentalKey(PublicationPage, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey(
        get_document_model_string(),
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    language = TermKey(Language, verbose_name=_("language of the file"))
    label = models.CharField(
        _("label"),
        max_length=120,
        blank=True,
        help_text=_("When there are several in one language: annex, summary."),
    )

    panels = [
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("language"), FieldPanel("label")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("file of a publication")
        verbose_name_plural = _("files of a publication")

    def __str__(self) -> str:
        return self.label or self.document.title
