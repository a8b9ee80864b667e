"""Pages and lists cost the same number of queries with 10 publications and with 1,000."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from repository.models import PublicationPage
from tests.benchmarks.growth import grow_publications

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ADDRESSES = [
    "/en/",
    "/en/countries/jamaica/",
    "/es/redes/diaspora/",
    "/nl/publicaties/",
    "/en/repository/?country=JM&country=HT&theme=diaspora&order=title",
    "/fr/recherche/?q=migration",
    "/api/v3/publications/?limit=10",
    "/api/v3/search/?q=migration&limit=10&facets=country,year",
]


def queries(client, address):
    client.get(address)  # fills what is remembered for the life of a process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_number_of_publications_does_not_change_the_number_of_queries(client, content):
    few = PublicationPage.objects.filter(countries__code="JM", locale__language_code="en")
    keep = [page.pk for page in few.order_by("pk")[:10]]
    assert len(keep) == 10
    PublicationPage.objects.exclude(pk__in=keep).update(live=False)
    at_ten = {address: queries(client, address) for address in ADDRESSES}
    PublicationPage.objects.update(live=True)
    grow_publications(1000)
    assert {address: queries(client, address) for address in ADDRESSES} == at_ten
