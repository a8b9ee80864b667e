"""Factories of publications, their contributors and files."""

from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page

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
