"""The vocabularies and the statistics in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, NumberFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.models import Locale
from wagtail.snippets.views.snippets import (
    CreateView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)
from wagtail_localize.fields import TranslatableField

from .models import Country, Footnote, GlossaryTerm, Indicator, Observation, Sex, Source, Term
from .models.vocabularies import VOCABULARIES

#: Cited by figures, so they stand beside them in the menu.
OF_STATISTICS: list[type[Term]] = [Indicator, Source, Footnote]


class TermForm(WagtailAdminModelForm):
    """Keeps the rows of a term alike: only text differs between languages.

    The code is chosen once: addresses, downloads and translations hold on to it. Facts are
    edited in the source language, and are copied to the translations.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = {
            field.field_name
            for field in self.instance.override_translatable_fields
            if isinstance(field, TranslatableField)
        }
        self.facts = [name for name in self.fields if name not in text]
        if self.instance.pk and "code" in self.fields:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _(
                "A code stays as it is: addresses, downloads and translations refer to it."
            )
        if not self.is_source:
            for name in self.facts:
                if name != "code":
                    del self.fields[name]

    @property
    def is_source(self) -> bool:
        locale_id = self.instance.locale_id
        return locale_id is None or locale_id == Locale.get_default().pk

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        model = type(self.instance)
        if not self.instance.pk:
            if not self.is_source:
                raise ValidationError(
                    _("Add a term in English first, then its names in the other languages.")
                )
            code = cleaned.get("code")
            if code and model._base_manager.filter(code__iexact=code).exists():
                self.add_error("code", _("There is already a term with this code."))
        return cleaned


class NameColumn(Column):
    """The name in one language, which leads to its form; or the way to add it."""

    def __init__(self, language: str, label: Any, viewset: TermViewSet) -> None:
        super().__init__(f"name_{language}", label=label, sort_key=f"name_{language}")
        self.language = language
        self.viewset = viewset

    def get_value(self, term: Any) -> str:
        key = getattr(term, f"pk_{self.language}")
        if key is None:
            meta = term._meta
            address = reverse(
                "wagtail_localize:submit_snippet_translation",
                args=[meta.app_label, meta.model_name, quote(term.pk)],
            )
            return format_html('<a href="{}">{}</a>', address, _("Add"))
        address = reverse(self.viewset.get_url_name("edit"), args=[quote(key)])
        return format_html(
            '<a href="{}" lang="{}">{}</a>',
            address,
            self.language,
            getattr(term, f"name_{self.language}"),
        )


class TermIndexView(IndexView):
    """One line for each term, with its names in all languages."""

    @cached_property
    def filterset_class(self) -> type[WagtailFilterSet] | None:
        # Not Wagtail's own: it would add a choice of language to a list that shows them all.
        if not self.list_filter:
            return None
        meta = type("Meta", (), {"model": self.model, "fields": self.list_filter})
        return type(
            "TermFilterSet",
            (WagtailFilterSet,),
            {"Meta": meta, "_add_locale_filter": lambda self: None},
        )

    def get_list_buttons(self, instance: Any) -> list:
        # The columns lead to the translations; asking wagtail-localize costs queries a line.
        return generic.IndexView.get_list_buttons(self, instance)


class TermCreateView(CreateView):
    """A term begins in the source language."""

    def get_locale(self) -> Locale:
        return Locale.get_default()

    def get_translations(self) -> list:
        return []


class TermViewSet(SnippetViewSet):
    """A vocabulary: one row for each term, a column for each language."""

    index_view_class = TermIndexView
    add_view_class = TermCreateView
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False
    ordering = ["name"]
    search_backend_name = None

    def __init__(self, model: type[Term], **kwargs: Any) -> None:
        self.model = model
        self.icon = model.icon
        self.search_fields = ["code", *[f"name_{code}" for code, _name in settings.LANGUAGES]]
        self.list_display = [
            "name",
            "code",
            *[
                NameColumn(language, label, self)
                for language, label in settings.LANGUAGES
                if language != settings.LANGUAGE_CODE
            ],
        ]
        super().__init__(**kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.filter(
            locale__language_code=settings.LANGUAGE_CODE
        ).select_related("locale")
        for language, _label in settings.LANGUAGES:
            row = self.model._base_manager.filter(
                translation_key=OuterRef("translation_key"),
                locale__language_code=language,
            )
            rows = rows.annotate(
                **{
                    f"pk_{language}": Subquery(row.values("pk")[:1]),
                    f"name_{language}": Subquery(row.values("name")[:1]),
                }
            )
        return rows

    def get_edit_handler(self) -> ObjectList:
        handler = ObjectList(self.model.panels, base_form_class=TermForm)
        return handler.bind_to_model(self.model)


class IndicatorViewSet(TermViewSet):
    list_filter = ["unit", "heading"]


class CountryViewSet(TermViewSet):
    list_filter = ["status", "caricom", "oecs", "acs"]


#: What a vocabulary has beyond the others.
SPECIAL: dict[type[Term], type[TermViewSet]] = {
    Country: CountryViewSet,
    Indicator: IndicatorViewSet,
}


def viewset(model: type[Term]) -> TermViewSet:
    return SPECIAL.get(model, TermViewSet)(model)


def labelled(model: type[Term]) -> Any:
    """Choices of a filter, asked for at each request: names in the editor's language."""
    return lambda: list(model.labels().items())


class ObservationFilterSet(WagtailFilterSet):
    """By names of terms, with no query for each choice."""

    indicator = ChoiceFilter(
        field_name="indicator__code",
        choices=labelled(Indicator),
        label=gettext_lazy("Indicator"),
        widget=forms.Select,
    )
    country = ChoiceFilter(
        field_name="country__code",
        choices=labelled(Country),
        label=gettext_lazy("Country"),
        widget=forms.Select,
    )
    period = NumberFilter(label=gettext_lazy("Year"))
    sex = ChoiceFilter(choices=Sex.choices, label=gettext_lazy("Sex"), widget=forms.Select)
    source = ChoiceFilter(
        field_name="source__code",
        choices=labelled(Source),
        label=gettext_lazy("Source"),
        widget=forms.Select,
    )

    class Meta:
        model = Observation
        fields = ["indicator", "country", "period", "sex", "source"]


class LabelColumn(Column):
    """A term by its name in the editor's language."""

    def get_value(self, observation: Any) -> str:
        term = getattr(observation, self.name)
        return term.label if term else ""


class ValueColumn(Column):
    """The figure with the decimals and the unit of its indicator."""

    def get_value(self, observation: Any) -> str:
        indicator = observation.indicator
        number = number_format(observation.value, decimal_pos=indicator.decimals)
        return f"{number} {indicator.get_unit_display()}"


class ObservationIndexView(IndexView):
    def _get_title_column(self, *args: Any, **kwargs: Any) -> Column:
        column = super()._get_title_column(*args, **kwargs)
        column.accessor = lambda observation: observation.indicator.label
        return column


class ObservationViewSet(SnippetViewSet):
    """The figures."""

    index_view_class = ObservationIndexView

    model = Observation
    icon = "table"
    list_per_page = 50
    copy_view_enabled = True
    inspect_view_enabled = False
    search_backend_name = None
    search_fields = ["indicator__name", "indicator__code", "country__name", "counterpart__name"]
    ordering = ["indicator__name", "country__name", "-period", "sex"]
    filterset_class = ObservationFilterSet
    list_display = [
        "indicator",
        LabelColumn("country", label=gettext_lazy("Country"), sort_key="country__name"),
        "period",
        "sex",
        LabelColumn(
            "counterpart",
            label=gettext_lazy("Origin or destination"),
            sort_key="counterpart__name",
        ),
        ValueColumn("value", label=gettext_lazy("Value"), sort_key="value"),
        LabelColumn("source", label=gettext_lazy("Source"), sort_key="source__name"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Observation.objects.current().select_related(
            "indicator", "country", "counterpart", "source"
        )


class VocabularyGroup(SnippetViewSetGroup):
    """All vocabularies that pages refer to."""

    menu_label = gettext_lazy("Vocabularies")
    menu_name = "vocabularies"
    menu_icon = "list-ul"
    menu_order = 250

    def __init__(self) -> None:
        self.items = [viewset(model) for model in VOCABULARIES if model not in OF_STATISTICS]
        super().__init__()


class StatisticsGroup(SnippetViewSetGroup):
    """Figures, and what they cite."""

    menu_label = gettext_lazy("Statistics")
    menu_name = "statistics"
    menu_icon = "table"
    menu_order = 260

    def __init__(self) -> None:
        self.items = [ObservationViewSet(), *[viewset(model) for model in OF_STATISTICS]]
        super().__init__()


class GlossaryViewSet(SnippetViewSet):
    """The terms of the field in four languages."""

    model = GlossaryTerm
    icon = "openquote"
    menu_label = gettext_lazy("Glossary")
    menu_name = "glossary"
    menu_order = 245
    add_to_admin_menu = True
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False
    search_backend_name = None
    search_fields = ["code", "en", "es", "fr", "nl"]
    list_filter = ["theme"]
    list_display = ["en", "es", "fr", "nl", "theme"]
    ordering = ["en"]
