"""Addresses of the search, of feeds and of saved searches on the reader site."""

from typing import Any

from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _

from cpmg.users.urls import private

from . import feeds, records, views
from .alerts import views as alerts
from .forum.views import search_page as search_posts

# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
_saved: list[Any] = [
    private("", alerts.own_list, "saved_searches"),
    private(_("new/"), alerts.new, "saved_search_new"),
    private("<int:pk>/", alerts.change, "saved_search_change"),
    path("<int:pk>/", include([private(_("delete/"), alerts.delete, "saved_search_delete")])),
]
in_language = [
    path(
        _("search/"),
        include(
            [
                path("", views.search_page, name="search"),
                path("suggest/", views.suggest_words, name="search_suggest"),
                path("feed.atom", feeds.feed, name="search_feed"),
                re_path(
                    r"^records\.(?P<suffix>[a-z.]+)$",
                    records.records_of_search,
                    name="search_records",
                ),
                path("opensearch.xml", views.description, name="opensearch"),
            ]
        ),
    ),
    path(_("forum/"), include([private(_("search/"), search_posts, "forum_search")])),
    path(_("account/"), include([path(_("searches/"), include(_saved))])),
]
# Translators: end of the parts of addresses.

#: Without a language: the address lies in letters, and its page is in the person's language.
urlpatterns = [
    path("search/stop/<str:token>/", alerts.stop, name="saved_search_stop"),
]
