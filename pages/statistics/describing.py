"""What goes with figures: definition, unit, source, licence, and what the columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ..models import Indicator, ObservationStatus, Sex, Source, Unit
from ..models.base import active_language
from .selection import Selection
from .tables import COLUMNS


@dataclass(frozen=True)
class Description:
    """About one selection, in one language."""

    language: str
    publisher: str
    title: str
    chosen: list[tuple[str, str]]
    indicators: list[dict[str, str]]
    sources: list[dict[str, str]]

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "title": self.title,
            "publisher": self.publisher,
            "language": self.language,
            "selection": [{"name": name, "value": value} for name, value in self.chosen],
            "indicators": self.indicators,
            "sources": self.sources,
        }

    def lines(self) -> list[tuple[str, str]]:
        """Label and text, for a sheet and for the README."""
        lines = [(_("Title"), self.title), (_("Publisher"), self.publisher)]
        lines += self.chosen
        for one in self.indicators:
            lines += [
                (_("Indicator"), f"{one['name']} ({one['code']})"),
                (_("Definition"), one["definition"]),
                (_("Unit"), one["unit"]),
            ]
        for source in self.sources:
            lines += [
                (_("Source"), f"{source['name']} ({source['code']})"),
                (_("Citation"), source["citation"]),
                (_("Licence"), source["licence"]),
                (_("Address"), source["url"]),
                (_("Note"), source["note"]),
            ]
        lines += [(f"{_('Column')} {column}", text) for column, text in columns().items()]
        lines += [(f"sex {code}", str(label)) for code, label in Sex.choices]
        lines += [(f"status {code}", str(label)) for code, label in ObservationStatus.choices]
        return [(label, text) for label, text in lines if text]

    def readme(self) -> str:
        text = "".join(
            _("%(label)s:") % {"label": label} + f" {line}\n" for label, line in self.lines()
        )
        return text.replace("\n", "\r\n")


def columns() -> dict[str, str]:
    """What each column holds."""
    texts = {
        "indicator": _("Code of the indicator"),
        "indicator_name": _("Name of the indicator"),
        "country": _("ISO 3166-1 alpha-2 code of the country or territory"),
        "country_name": _("Name of the country or territory"),
        "counterpart": _("Code of the country of origin or destination; empty for totals"),
        "counterpart_name": _("Name of the country of origin or destination"),
        "period": _("Year"),
        "sex": _("Sex, by the SDMX code list CL_SEX"),
        "age": _("Age group, by the SDMX code list CL_AGE; _T for all ages"),
        "value": _("Value, with a decimal point; empty means missing, never zero"),
        "unit": _("Code of the unit"),
        "status": _("Status, by the SDMX code list CL_OBS_STATUS"),
        "source": _("Code of the source"),
        "source_name": _("Name of the source"),
        "source_date": _("When the source published the figure"),
        "note": _("Footnote and note"),
        "dataset": _("Dataset and version that the figure belongs to; empty for none"),
    }
    return {column: texts[column] for column in COLUMNS}


def describe(selection: Selection) -> Description:
    """About ``selection``, in the active language; six queries."""
    language = active_language()
    rows = selection.rows().order_by()
    codes = set(rows.values_list("indicator__code", flat=True).distinct())
    codes |= {selection.indicator.code} if selection.indicator else set()
    source_codes = set(rows.values_list("source__code", flat=True).distinct())
    name = selection.indicator.label if selection.indicator else _("Statistics")
    return Description(
        language=language,
        publisher=str(settings.WAGTAIL_SITE_NAME),
        title=f"{name} – {settings.WAGTAIL_SITE_NAME}",
        chosen=[
            (str(parameter.label), ", ".join(labels))
            for parameter, labels in chosen_labels(selection)
        ],
        indicators=_indicators(codes, language),
        sources=_sources(source_codes, language),
    )


def chosen_labels(selection: Selection) -> list[tuple[Any, list[str]]]:
    """The parameters in force, each with the names of what was chosen."""
    chosen = []
    for parameter in selection.filter.parameters:
        if codes := selection.filter.values.get(parameter.name):
            labels = parameter.options() if hasattr(parameter, "options") else {}
            chosen.append((parameter, [str(labels.get(code, code)) for code in codes]))
    return chosen


def _texts(model: Any, field: str, language: str) -> dict[str, str]:
    rows = model._base_manager.filter(locale__language_code=language)
    return {code: text for code, text in rows.values_list("code", field) if text}


def _indicators(codes: set[str], language: str) -> list[dict[str, str]]:
    texts = _texts(Indicator, "definition", language)
    rows = Indicator.objects.filter(code__in=codes, locale__language_code=settings.LANGUAGE_CODE)
    return [
        {
            "code": row.code,
            "name": row.label,
            "definition": texts.get(row.code, row.definition),
            "unit": str(Unit(row.unit).label),
        }
        for row in rows.order_by("code")
    ]


def _sources(codes: set[str], language: str) -> list[dict[str, str]]:
    texts = _texts(Source, "note", language)
    rows = Source.objects.filter(code__in=codes, locale__language_code=settings.LANGUAGE_CODE)
    return [
        {
            "code": row.code,
            "name": row.label,
            "citation": citation(row),
            "licence": " ".join(part for part in (row.licence, row.licence_url) if part),
            "url": row.url,
            "note": texts.get(row.code, row.note),
        }
        for row in rows.order_by("code")
    ]


def citation(source: Source) -> str:
    """As one would cite it."""
    parts = (source.publisher, source.label, source.edition, source.date)
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
