"""Factories of the networks' pages."""

import factory
from wagtail.models import Locale, Page

from pages.factories import NetworkFactory, PageFactory, SectionPageFactory

from . import models


class NetworkIndexPageFactory(SectionPageFactory):
    class Meta:
        model = models.NetworkIndexPage

    section = "networks"


class ConsultationsPageFactory(PageFactory):
    class Meta:
        model = models.ConsultationsPage

    title = "Caribbean Migration Consultations"

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return NetworkIndexPageFactory(locale=locale)


class NetworkPageFactory(PageFactory):
    class Meta:
        model = models.NetworkPage

    network = factory.SubFactory(NetworkFactory)
    title = factory.LazyAttribute(lambda page: page.network.name)

    @classmethod
    def default_parent(cls, locale: Locale) -> Page:
        return NetworkIndexPageFactory(locale=locale)
