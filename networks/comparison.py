"""Networks side by side, in the structure of the inter-State consultation mechanisms.

Two to four are chosen in the address: ``?network=diaspora&network=data``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FEWEST, MOST = 2, 4
PARAMETER = "network"

#: What is compared: texts of the profile by field.
TEXTS = {
    "focus": gettext_lazy("Focus"),
    "evolution": gettext_lazy("Evolution"),
    "contribution_national": gettext_lazy("Contribution at national level"),
    "contribution_regional": gettext_lazy("Contribution at regional level"),
    "contribution_global": gettext_lazy("Contribution at global level"),
    "examples": gettext_lazy("Examples of contributions"),
    "structures": gettext_lazy("Structures"),
    "added_value": gettext_lazy("Added value of membership"),
    "how_to_join": gettext_lazy("How to join"),
}


@dataclass
class Row:
    """One heading, and what each network says under it."""

    code: str
    label: Any
    cells: list[Any]
    is_list: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


@dataclass
class Comparison:
    """What the address asks for: the chosen pages, or what is wrong with the choice."""

    networks: list[Any]
    chosen: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def asked(cls, query: QueryDict, networks: list[Any]) -> Comparison:
        """``networks`` are the pages that the reader may see."""
        codes = list(dict.fromkeys(code for code in query.getlist(PARAMETER) if code))
        by_code = {page.network.code: page for page in networks}
        comparison = cls(networks, [by_code[code] for code in codes if code in by_code])
        if unknown := [code[:40] for code in codes if code not in by_code]:
            comparison.errors.append(
                _("These networks are not known: %(codes)s.") % {"codes": ", ".join(unknown[:5])}
            )
        if codes and not FEWEST <= len(codes) <= MOST:
            comparison.errors.append(_("Choose two to four networks to compare."))
        return comparison

    @property
    def is_shown(self) -> bool:
        return not self.errors and len(self.chosen) >= FEWEST

    def rows(self) -> list[Row]:
        """Without the headings under which nobody says anything; a constant number of queries."""
        texts = [
            Row(name, label, [getattr(page, name) for page in self.chosen])
            for name, label in TEXTS.items()
        ]
        lists = [
            Row("countries", _("Participating countries"), self._terms("countries"), True),
            Row("partners", _("Partners"), self._terms("partners"), True),
        ]
        at = next(i for i, row in enumerate(texts) if row.code == "added_value")
        return [row for row in [*texts[:at], *lists, *texts[at:]] if not row.is_empty]

    def _terms(self, name: str) -> list[list[str]]:
        from pages.models.vocabularies import collation_key

        return [
            sorted((term.label for term in getattr(page, name).all()), key=collation_key)
            for page in self.chosen
        ]
