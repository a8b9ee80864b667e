"""Saving a search: what of an address is kept, and under which name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property

from pages.filters import Choice

from ..filters import SearchFilter
from ..words import MAX_CHARACTERS
from .matching import Sought
from .models import SavedSearch


class Asked:
    """What the parameters of a search page ask for; what is unknown there is left out."""

    def __init__(self, given: QueryDict) -> None:
        self.words = given.get("q", "").replace("\0", " ").strip()[:MAX_CHARACTERS]
        cleaned = given.copy()
        cleaned["q"] = self.words
        self.filter = SearchFilter(cleaned)

    @cached_property
    def query(self) -> str:
        """The parameters as an address, always in the same order."""
        kept = QueryDict(mutable=True)
        if self.words:
            kept["q"] = self.words
        for parameter in self.filter.parameters:
            if codes := self.filter.values.get(parameter.name):
                kept.setlist(parameter.name, sorted(codes))
        if self.filter.order != "relevance":
            kept["order"] = self.filter.order
        return kept.urlencode()

    @property
    def described(self) -> str:
        """The words and the choices by name, in the active language."""
        return " · ".join([*([self.words] if self.words else []), *self.choices])

    @property
    def choices(self) -> list[str]:
        chosen = []
        for parameter in self.filter.parameters:
            codes = self.filter.values.get(parameter.name, [])
            labels = parameter.options() if isinstance(parameter, Choice) else {}
            chosen += [
                str(labels.get(code) or f"{parameter.label} {code}") for code in sorted(codes)
            ]
        return chosen

    @property
    def sought(self) -> Sought:
        return Sought.by(self.filter)


class SavedSearchForm(forms.ModelForm):
    """The name of a saved search, and how often its person wants a letter."""

    class Meta:
        model = SavedSearch
        fields = ["name", "frequency"]
        widgets = {"frequency": forms.Select()}

    def save(self, commit: bool = True) -> SavedSearch:
        search: SavedSearch = self.instance
        if search.pk:
            search.save(update_fields=["name"])
        if "frequency" in self.changed_data or not search.pk:
            if not search.pk:
                search.save()
            search.set_frequency(self.cleaned_data["frequency"])
        return search


def saved_by(person: Any) -> list[dict[str, Any]]:
    """The saved searches of a person, for the export of their data."""
    return list(person.saved_searches.values("name", "query", "frequency", "created_at"))
