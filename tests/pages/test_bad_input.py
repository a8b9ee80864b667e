"""What editors may get wrong is refused with a clear message at the right field."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cpmg.countries import is_country_code
from pages import factories as make
from pages.models import EventOrganisation, EventPage


def errors(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    return refusal.value.message_dict


def test_title_of_300_characters_is_refused_when_saving(db):
    with pytest.raises(ValidationError) as refusal:
        make.ContentPageFactory(title="x" * 300, slug="x")
    assert "255" in refusal.value.message_dict["title"][0]


def test_title_of_255_characters_is_kept(db):
    assert len(make.ContentPageFactory(title="x" * 255, slug="x").title) == 255


# Events ---------------------------------------------------------------------------------


def test_event_that_ends_before_it_begins_is_refused(db):
    event = make.EventPageFactory()
    event.start_date = datetime.date(2031, 5, 8)
    event.end_date = datetime.date(2031, 5, 6)
    assert errors(event) == {
        "end_date": ["The last day lies before the first day. Give the same or a later day."]
    }


def test_database_refuses_wrong_order_of_dates_too(db):
    event = make.EventPageFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        EventPage.objects.filter(pk=event.pk).update(end_date=datetime.date(1999, 1, 1))


def test_event_without_last_day_lasts_one_day(db):
    event = make.EventPageFactory(start_date=datetime.date(2031, 5, 6), end_date=None)
    assert event.end_date == datetime.date(2031, 5, 6)


def test_hours_in_the_wrong_order_on_one_day_are_refused(db):
    event = make.EventPageFactory()
    event.time_zone = "America/Jamaica"
    event.start_time, event.end_time = datetime.time(15), datetime.time(9)
    assert errors(event) == {"end_time": ["The event ends before it begins. Give a later time."]}


def test_contradictions_of_an_event_are_refused_at_their_fields(db):
    event = make.EventPageFactory(start_date=datetime.date(2031, 5, 6))
    for field, message, values in (
        ("time_zone", "is not the name of a time zone", {"time_zone": "America/Kingstown"}),
        ("start_time", "Say when the event begins, too.", {"end_time": datetime.time(9)}),
        ("longitude", "needs both latitude and longitude", {"latitude": 18.0}),
        ("latitude", "90", {"latitude": 91.0, "longitude": 1.0}),
        ("attendance", "is online", {"online_url": "https://example.org/"}),
        ("previous_start_date", "is the first day itself", {"previous_start_date": "2031-05-06"}),
    ):
        wrong = EventPage.objects.get(pk=event.pk)
        wrong.time_zone = "UTC"
        for name, value in values.items():
            setattr(wrong, name, value)
        assert message in errors(wrong)[field][0], field


def test_hours_without_time_zone_are_refused(db):
    event = make.EventPageFactory()
    event.start_time = datetime.time(9)
    assert list(errors(event)) == ["time_zone"]


@pytest.mark.parametrize("fields", [{}, {"both": True}])
def test_organisation_of_an_event_is_from_the_list_or_another_never_both(db, fields):
    organisation = make.OrganisationFactory() if fields else None
    part = EventOrganisation(
        page=make.EventPageFactory(),
        organisation=organisation,
        other_name="Another" if fields else "",
    )
    with pytest.raises(ValidationError, match="one of both"):
        part.clean()


# Countries ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["QQ", "JAM", "jm", "ZZ", "EU", "XK"])
def test_unknown_country_code_is_refused(db, code):
    country = make.CountryFactory()
    country.code = code
    assert errors(country)["code"] == [f"“{code}” is not a country code of ISO 3166-1, such as JM."]


def test_all_249_country_codes_are_known():
    letters = [chr(number) for number in range(ord("A"), ord("Z") + 1)]
    assert sum(is_country_code(a + b) for a in letters for b in letters) == 249


def test_code_with_spaces_or_accents_is_refused(db):
    theme = make.ThemeFactory()
    theme.code = "santé publique"
    assert "letters without accents" in errors(theme)["code"][0]


def test_second_term_with_a_code_in_a_language_is_refused(db):
    first, second = make.ThemeFactory(), make.ThemeFactory()
    second.code = first.code
    assert errors(second)["__all__"] == ["This language already has a term with this code."]


def test_second_page_of_a_country_in_a_language_is_refused(db):
    page = make.CountryPageFactory()
    with pytest.raises(ValidationError) as refusal:
        make.CountryPageFactory(country=page.country, slug="another")
    assert refusal.value.message_dict == {
        "country": ["There is already a page of this country in this language."]
    }


def test_fact_without_text_and_date_is_refused(db):
    fact = make.CountryFactFactory.build(text="")
    with pytest.raises(ValidationError, match="Give a text or a date"):
        fact.clean()


# Figures --------------------------------------------------------------------------------


def test_figure_of_the_future_is_refused(db):
    figure = make.ObservationFactory()
    figure.period = 2099
    assert errors(figure) == {"period": ["The year lies in the future."]}


def test_figure_without_value_is_refused_and_zero_is_a_value(db):
    figure = make.ObservationFactory()
    figure.value = None
    assert list(errors(figure)) == ["value"]
    figure.value = 0
    figure.full_clean()


@pytest.mark.parametrize("with_counterpart", [False, True])
def test_same_figure_twice_is_refused(db, with_counterpart):
    counterpart = make.PlaceFactory(code="US", name="United States") if with_counterpart else None
    figure = make.ObservationFactory(counterpart=counterpart)
    figure.pk = None
    assert errors(figure) == {"__all__": ["This figure is already recorded."]}
