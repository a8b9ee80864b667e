"""Identifiers, years and licences of publications."""

import pytest
from django.core.exceptions import ValidationError

from repository.factories import PublicationPageFactory
from repository.identifiers import normalise_doi, normalise_isbn
from repository.models import Licence


@pytest.mark.parametrize(
    "written",
    [
        "10.1108/IJCCSM-03-2017-0055",
        "doi:10.1108/ijccsm-03-2017-0055",
        "https://doi.org/10.1108/ijccsm-03-2017-0055",
        " http://dx.doi.org/10.1108/IJCCSM-03-2017-0055 ",
    ],
)
def test_all_ways_of_writing_a_doi_become_one(written):
    assert normalise_doi(written) == "10.1108/ijccsm-03-2017-0055"


@pytest.mark.parametrize("written", ["182", "10.1000", "11.1000/182", "10.1000/a b"])
def test_what_is_no_doi_is_refused(written):
    with pytest.raises(ValidationError, match="looks like"):
        normalise_doi(written)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("978-92-9068-249-3", "9789290682493"),
        ("0-7546-4329-8", "0754643298"),
        ("080442957x", "080442957X"),
        ("", ""),
    ],
)
def test_isbn_is_kept_as_its_digits(written, normal):
    assert normalise_isbn(written) == normal


@pytest.mark.parametrize("written", ["978-92-9068-249-4", "0-7546-4329-9", "12345", "ISBN"])
def test_isbn_that_does_not_add_up_is_refused(written):
    with pytest.raises(ValidationError, match="check digit"):
        normalise_isbn(written)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("doi", "182", "A DOI looks like 10.1000/182."),
        ("isbn", "978-92-9068-249-4", "An ISBN has 10 or 13 digits"),
        ("issn", "1607338X", "An ISSN looks like 1234-567X."),
        ("year", 1066, "greater than or equal to 1500"),
        ("month", 13, "less than or equal to 12"),
        ("external_url", "nowhere", "valid URL"),
        ("licence", "free", "not a valid choice"),
        ("title", "x" * 300, "255 characters"),
    ],
)
def test_wrong_field_of_a_publication_is_refused_at_that_field(db, field, value, message):
    page = PublicationPageFactory()
    setattr(page, field, value)
    with pytest.raises(ValidationError) as refusal:
        page.full_clean()
    assert list(refusal.value.message_dict) == [field]
    assert message in refusal.value.message_dict[field][0]


def test_month_without_year_is_refused(db):
    with pytest.raises(ValidationError) as refusal:
        PublicationPageFactory(year=None, month=5)
    assert refusal.value.message_dict == {"year": ["A month needs its year."]}


def test_identifiers_are_stored_in_one_form(db):
    page = PublicationPageFactory(
        doi="https://doi.org/10.1108/IJCCSM-03-2017-0055", isbn="978-92-9068-249-3"
    )
    page.refresh_from_db()
    assert page.doi == "10.1108/ijccsm-03-2017-0055"
    assert page.isbn == "9789290682493"


def test_publications_without_a_year_come_last_in_both_orders(db):
    from repository.models import PublicationPage

    old = PublicationPageFactory(year=1999)
    new = PublicationPageFactory(year=2021)
    undated = PublicationPageFactory(year=None)
    assert list(PublicationPage.objects.newest_first()) == [new, old, undated]
    assert list(PublicationPage.objects.oldest_first()) == [old, new, undated]


@pytest.mark.parametrize("licence", Licence)
def test_creative_commons_licences_lead_to_their_pages(licence):
    if licence.value.startswith("CC"):
        assert licence.url.startswith("https://creativecommons.org/")
    else:
        assert licence.url == ""
