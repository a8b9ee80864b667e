"""Pages of networks."""

import pytest
from django.core.exceptions import ValidationError

from networks.factories import NetworkPageFactory


def test_second_page_of_a_network_in_a_language_is_refused(db):
    page = NetworkPageFactory()
    with pytest.raises(ValidationError) as refusal:
        NetworkPageFactory(network=page.network, slug="another")
    assert refusal.value.message_dict == {
        "network": ["There is already a page of this network in this language."]
    }


def test_network_may_have_a_page_in_each_language(db):
    page = NetworkPageFactory()
    spanish = NetworkPageFactory(
        network=page.network, locale="es", translation_key=page.translation_key
    )
    assert spanish.get_translations().get() == page
