"""Factories of publications, their contributors and files, and of submissions."""

from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page

from cpmg.users.models import MEMBERS
from pages.factories import LanguageFactory, PageFactory, SectionPageFactory, TermFactory

from . import models


class DocumentTypeFactory(TermFactory):
    class Meta:
        model = models.DocumentType

    code = "report"
    csl_type = "report"


class RepositoryPageFactory(SectionPageFactory):
    class Meta:
        model = models.RepositoryPage

    section = "repository"


class LibraryPageFactory(SectionPageFactory):
    """The members' library, or with ``parent`` a network's."""

    class Meta:
        model = models.LibraryPage

    section = "library"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        parent = kwargs["parent"] or cls.default_parent(kwargs["locale"])
        found = parent.get_children().type(model_class).first()
        return (
            found.specific
            if found
            else super()._create(model_class, *args, **{**kwargs, "parent": parent})
        )


class ContributorFactory(DjangoModelFactory):
    class Meta:
        model = models.Contributor

    family_name = factory.Sequence(lambda n: f"Author {n}")
    given_name = "Marie"


class DocumentFactory(DjangoModelFactory):
    """A file in the library."""

    class Meta:
        model = get_document_model()

    title = factory.Sequence(lambda n: f"Document {n}")
    file = factory.LazyAttribute(lambda document: ContentFile(b"%PDF-1.4", "document.pdf"))


class PublicationFileFactory(DjangoModelFactory):
    class Meta:
        model = models.PublicationFile

    document = factory.LazyFunction(DocumentFactory)
    language = factory.LazyFunction(LanguageFactory)


class PublicationPageFactory(PageFactory):
    class Meta:
        model = models.PublicationPage

    title = factory.Sequence(lambda n: f"Report {n} on migration")
    document_type = factory.SubFactory(DocumentTypeFactory)
    year = 2020

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return RepositoryPageFactory(locale=locale)

    @classmethod
    def _build(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        if "languages" not in kwargs:
            kwargs["languages"] = [LanguageFactory()]
        return super()._build(model_class, *args, **kwargs)


class MemberFactory(DjangoModelFactory):
    """A person whose membership was approved."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"member-{n}@example.org")
    first_name = "Maya"
    last_name = factory.Sequence(lambda n: f"Member {n}")
    organisation = "Planning Institute of Jamaica"

    @factory.post_generation
    def membership(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            Group.objects.get(name=MEMBERS).user_set.add(self)  # type: ignore[arg-type]


class SubmissionFactory(DjangoModelFactory):
    """A draft with a complete record, nothing submitted yet. ``data`` adds to the record."""

    class Meta:
        model = models.Submission

    submitter = factory.SubFactory(MemberFactory)
    organisation = factory.SelfAttribute("submitter.organisation")
    title = factory.Sequence(lambda n: f"Submitted report {n} on migration")
    shelf_code = "public"
    type_code = "report"
    data: Any = factory.LazyFunction(dict)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        kwargs["data"] = {
            "title": kwargs["title"],
            "record_language": "en",
            "document_type": kwargs["type_code"],
            "contributors": [{"role": "author", "family_name": "Brown", "given_name": "Carol"}],
            "year": "2024",
            "abstract": "What the report says.\n\nIn two paragraphs.",
            "languages": ["en"],
            "external_url": "https://example.org/report",
            "shelf": kwargs["shelf_code"],
        } | kwargs["data"]
        return kwargs
