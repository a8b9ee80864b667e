"""The form of a webhook in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import get_page_models

from .models import Endpoint, Event

#: What the apps above know: the codes and names of the thematic networks.
_networks: list[Any] = []


def offer_networks(labels: Any) -> None:
    _networks[:] = [labels]


def page_types() -> list[tuple[str, str]]:
    models = [model for model in get_page_models() if model is not model.base_page_model]
    found = [(model._meta.label, str(model._meta.verbose_name).capitalize()) for model in models]
    return sorted(found, key=lambda choice: choice[1])


class EndpointForm(WagtailAdminModelForm):
    class Meta:
        model = Endpoint
        fields = ["name", "url", "events", "types", "locales", "networks", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_all = _("Choose none to be told of all.")
        choices: dict[str, tuple[Any, list[Any], Any]] = {
            "events": (_("Events"), list(Event.choices), ""),
            "types": (_("Page types"), page_types(), of_all),
            "locales": (_("Languages"), list(settings.LANGUAGES), of_all),
            "networks": (
                _("Thematic networks"),
                [item for labels in _networks for item in labels().items()],
                of_all,
            ),
        }
        for name, (label, offered, help_text) in choices.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=offered,
                required=name == "events",
                help_text=help_text,
                widget=forms.CheckboxSelectMultiple,
            )
