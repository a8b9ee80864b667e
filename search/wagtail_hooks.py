"""What the search adds to the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup

from .viewsets import StateViewSet, SynonymSetViewSet


class SearchGroup(ViewSetGroup):
    """What editors keep for the search."""

    menu_label = _("Search")
    menu_name = "search-tools"
    menu_icon = "search"
    menu_order = 270
    items = (SynonymSetViewSet(), StateViewSet())


@hooks.register("register_admin_viewset")
def search_group() -> Any:
    return SearchGroup()
