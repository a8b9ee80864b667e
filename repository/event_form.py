"""What a member says of an event that they propose: one form, and ``check``, its validation.

As with publications, a proposal is kept as it was typed, valid or not, and the limits are those of
the page that it becomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pages.models import Country, EventPage, EventType, Language, Network, Place, Theme
from pages.models.events import time_zones

from .forms import CodeField, CodesField, Data, StepForm, line, lines, terms
from .kinds import Checked

LISTS = ("themes", "networks", "countries", "languages")
#: Texts of several lines.
TEXTS = ("summary", "description", "organisers", "funders", "partners")
_WRONG_DAY = _("Give year, month and day, such as 2026-03-08.")
_WRONG_TIME = _("Give hours and minutes, such as 09:30.")


class ZoneField(CodeField):
    def invalid_choice(self, value: str) -> ValidationError:
        field = EventPage._meta.get_field("time_zone")
        message = field.error_messages["invalid_choice"]
        return ValidationError(message, code="invalid_choice", params={"value": value[:80]})


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _WRONG_DAY},
        **kwargs,
    )


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _WRONG_TIME},
    )


def _like_the_page(name: str, **kwargs: Any) -> forms.Field:
    """A field of the event as a field of the form: its label, help and limits."""
    model_field = EventPage._meta.get_field(name)
    if name in ("online_url", "link"):
        kwargs |= {"assume_scheme": "https"}
        wrong = _("Enter an address such as https://example.org/meeting.")
        kwargs |= {"error_messages": {"invalid": wrong}}
    return model_field.formfield(**{"required": False, **kwargs})


class NamesField(forms.CharField):
    """Names of organisations, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:
        names = [name for name in map(line, (value or "").split("\n")) if name]
        for name in names:
            if len(name) > 255:
                raise ValidationError(_("A name has at most 255 characters."))
        if len(names) > 50:
            raise ValidationError(_("At most 50 names."))
        return names


class EventForm(StepForm):
    title = _like_the_page("title", label=_("Title"), help_text="")
    record_language = CodeField(
        label=_("Language of the title and the description"),
        choices=[("", "–"), *settings.LANGUAGES],
        required=False,
    )
    event_type = CodeField(
        label=_("Type of event"),
        choices=lambda: [("", "–"), *EventType.labels().items()],
        required=False,
    )
    summary = _like_the_page(
        "summary",
        help_text=_("One or two sentences."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    start_date = _day(_("First day"))
    end_date = _day(_("Last day"), help_text=_("Leave empty for an event of one day."))
    start_time = _time(_("Begins at"))
    end_time = _time(_("Ends at"))
    time_zone = ZoneField(
        label=_("Time zone"),
        help_text=_("Needed when you give a time."),
        choices=lambda: [("", "–"), *time_zones()],
        required=False,
    )
    attendance = CodeField(
        label=_("Attendance"),
        choices=[("", "–"), *EventPage.Attendance.choices],
        required=False,
    )
    city = _like_the_page("city")
    country = CodeField(
        label=_("Country"),
        choices=lambda: [("", "–"), *Place.labels().items()],
        required=False,
    )
    venue = _like_the_page("venue")
    online_url = _like_the_page("online_url")
    link = _like_the_page("link")
    description = forms.CharField(
        label=_("Description"),
        help_text=_("In plain text. An empty line begins a new paragraph."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )
    organisers = NamesField(label=_("Organisers"), help_text=_("One on each line."), required=False)
    funders = NamesField(label=_("Funders"), help_text=_("One on each line."), required=False)
    partners = NamesField(label=_("Partners"), help_text=_("One on each line."), required=False)
    languages = CodesField(
        label=_("Languages of the meeting"), choices=terms(Language), required=False
    )
    countries = CodesField(label=_("Countries"), choices=terms(Country), required=False)
    themes = CodesField(label=_("Themes"), choices=terms(Theme), required=False)
    networks = CodesField(label=_("Thematic networks"), choices=terms(Network), required=False)

    needed = {
        "title": _("Enter the title."),
        "record_language": _("Choose the language of the title and the description."),
        "event_type": _("Choose the type of event."),
        "start_date": _("Enter the first day."),
        "attendance": _("Say how one takes part."),
    }

    def typed(self) -> Data:
        return tidy(
            {
                name: form_field.widget.value_from_datadict(self.data, {}, name)
                for name, form_field in self.fields.items()
            }
        )

    def clean(self) -> Data:
        """What an event page refuses is refused here, in the same words."""
        cleaned = super().clean() or {}
        names = ("start_date", "start_time", "end_time", "time_zone", "attendance", "online_url")
        event = EventPage(
            **{name: cleaned.get(name) for name in names},
            end_date=cleaned.get("end_date") or cleaned.get("start_date"),
        )
        for name, message in event.contradictions().items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, message)
        return cleaned


def tidy(data: Mapping[str, Any]) -> Data:
    """The parts of ``data`` that a proposal knows, each in its shape."""
    known: Data = {}
    for name, value in data.items():
        if name in LISTS:
            values = value if isinstance(value, (list, tuple)) else []
            known[name] = list(dict.fromkeys(filter(None, map(line, values))))
        elif name in TEXTS:
            known[name] = lines(value)
        elif name in EventForm.base_fields:
            known[name] = line(value)
    return known


def check(data: Mapping[str, Any], *, complete: bool = True) -> Checked:
    """Validates ``data``. Fields with errors are as if nothing was typed."""
    form = EventForm(tidy(data), complete=complete)
    form.full_clean()
    checked = Checked()
    for name in form.fields:
        if name in form.errors:
            checked.errors[name] = [str(text) for text in form.errors[name]]
        many = name in LISTS or isinstance(form.fields[name], NamesField)
        checked.cleaned[name] = form.cleaned_data.get(name) or ([] if many else "")
    return checked
