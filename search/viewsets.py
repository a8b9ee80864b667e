"""The synonyms in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from .models import SynonymSet


class OthersColumn(Column):
    """The terms after the first, which leads to the form."""

    def get_value(self, synonyms: Any) -> str:
        return " · ".join(synonyms.lines[1:])


class SynonymSetViewSet(ModelViewSet):
    model = SynonymSet
    name = "synonyms"
    url_prefix = "search/synonyms"
    icon = "list-ul"
    add_to_admin_menu = False
    copy_view_enabled = False
    inspect_view_enabled = False
    list_per_page = 50
    search_fields = ["terms"]
    list_filter = ["language", "kind"]
    list_display = ["__str__", OthersColumn("others", label=_("Other terms")), "language", "kind"]
    ordering = ["terms"]
    menu_label = _("Synonyms")
    panels = SynonymSet.panels
