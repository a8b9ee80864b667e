"""What a submitter says of a dataset, and its one validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pages.models import DatasetPage, FigureSet, Indicator, Licence, Source

from ..forms import CodeField, CodesField, StepForm, line, lines
from ..kinds import Checked

MOST_INDICATORS = 30


def _like_the_page(name: str, **kwargs: Any) -> forms.Field:
    if name == "source_url":
        kwargs["assume_scheme"] = "https"
    model_field: Any = DatasetPage._meta.get_field(name)
    return model_field.formfield(**{"required": False, **kwargs})


def _longer(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class IndicatorsForm(forms.Form):
    """Begins a dataset: what it is about."""

    indicators = CodesField(
        label=_("Indicators"),
        help_text=_("What the figures measure. The template is made for them."),
        choices=lambda: list(Indicator.labels().items()),
        error_messages={"required": _("Choose at least one indicator.")},
    )

    def clean_indicators(self) -> list[str]:
        codes = self.cleaned_data["indicators"]
        if len(codes) > MOST_INDICATORS:
            raise forms.ValidationError(
                _("A dataset has at most %(most)d indicators."), params={"most": MOST_INDICATORS}
            )
        return codes

    optional: set[str] = set()


class TableForm(forms.Form):
    table = forms.FileField(
        label=_("Table of figures"),
        help_text=_("CSV or XLSX, in the columns of the template."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": _("Choose the table to upload."),
            "empty": _("This file is empty."),
        },
    )
    optional: set[str] = set()


class DescriptionForm(StepForm):
    title = _like_the_page("title", label=_("Title"), max_length=255, help_text="")
    record_language = CodeField(
        label=_("Language of the title and the texts"),
        choices=[("", "–"), *settings.LANGUAGES],
        required=False,
    )
    summary = _like_the_page("summary", widget=_longer(4))
    creator = _like_the_page("creator", label=_("Made by"))
    source = CodeField(
        label=_("Source"),
        help_text=_("Of figures whose row names no other."),
        choices=lambda: [("", _("Another source, named below")), *Source.labels().items()],
        required=False,
    )
    source_name = _like_the_page("source_name", label=_("Another source"))
    source_url = _like_the_page("source_url", label=_("Address of the source"))
    licence = CodeField(
        label=_("Licence"),
        choices=[("", "–"), *Licence.choices],
        help_text=_("What others may do with the figures."),
        required=False,
    )
    note = _like_the_page(
        "note",
        label=_("What is new in this version"),
        help_text=_("For a first version: what readers should know of it."),
        widget=_longer(4),
    )
    citation = _like_the_page("citation", label=_("Suggested citation"), widget=_longer(3))

    needed = {
        "title": _("Enter the title."),
        "record_language": _("Choose the language of the title and the texts."),
        "creator": _("Enter the body that answers for the figures."),
        "licence": _("Choose the licence."),
    }
    one_of = {"source", "source_name"}

    def typed(self) -> dict[str, Any]:
        return tidy({name: self.data.get(name) or "" for name in self.fields})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        source, other = cleaned.get("source"), cleaned.get("source_name")
        if source and other:
            message = _("Choose a source from the list or name another, one of both.")
            self.add_error("source_name", message)
        elif self.complete and "source" not in self.errors and not source and not other:
            self.add_error("source_name", _("Choose a source from the list or name another."))
        return cleaned


NAMES = tuple(DescriptionForm.base_fields)
_LONG = {"summary", "note", "citation"}


def tidy(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, without characters that are no text or hide others."""
    return {
        name: (lines if name in _LONG else line)(data.get(name)) for name in NAMES if name in data
    }


def check(data: Mapping[str, Any], *, complete: bool = True) -> Checked:
    """Validates what is kept of a dataset; ``digest`` is empty where its figures are gone."""
    form = DescriptionForm(tidy(data), complete=complete)
    form.full_clean()
    checked = Checked()
    for name in NAMES:
        if name in form.errors:
            checked.errors[name] = [str(text) for text in form.errors[name]]
        checked.cleaned[name] = form.cleaned_data.get(name, "")
    known = Indicator.labels()
    checked.cleaned["indicators"] = [code for code in data.get("indicators") or [] if code in known]
    kept = FigureSet.objects.filter(digest=str(data.get("digest") or "")).first()
    checked.cleaned["digest"] = kept.digest if kept else ""
    checked.cleaned["number"] = kept.number if kept else 0
    return checked
