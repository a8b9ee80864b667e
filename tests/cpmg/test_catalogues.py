import pytest

from cpmg import catalogues


@pytest.mark.parametrize("language", ["es", "fr", "nl"])
def test_every_string_of_the_interface_is_translated(language):
    assert catalogues.problems(language) == []


def test_strings_come_from_code_and_from_templates():
    places = {place for message in catalogues.extracted() for place, _line in message.locations}
    assert "pages/models/countries.py" in places
    assert any(place.startswith("site/templates/") for place in places)
