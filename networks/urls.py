"""Addresses of networks on the reader site beside their pages, in the language of the reader."""

from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from cpmg.users.urls import private

from .membership import views as membership
from .notices import feeds
from .notices import views as notices
from .workspace import views as workspace

# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
_of_one = [
    private("", membership.own_network, "own_network"),
    private(_("accept/"), membership.accept, "own_network_accept"),
    private(_("withdraw/"), membership.withdraw, "own_network_withdraw"),
    private(_("consent/"), membership.consent, "own_network_consent"),
    private(_("leave/"), membership.leave, "own_network_leave"),
]
_own: list[Any] = [
    private("", membership.own_networks, "own_networks"),
    path(
        _("invitation/"),
        include([private("<str:key>/", membership.invitation, "network_invitation")]),
    ),
    path("<slug:code>/", include(_of_one)),
]
_of_workspace = [
    private("", workspace.workspace, "workspace"),
    private(_("members/"), workspace.directory, "network_directory"),
]
_workspaces: list[Any] = [
    private("", workspace.own_workspaces, "workspaces"),
    path("<slug:code>/", include(_of_workspace)),
]
_notices: list[Any] = [
    private("", notices.notices, "notices"),
    private(_("read/"), notices.read_all, "notices_read_all"),
    private("<int:pk>/", notices.notice, "notice"),
]
_feeds: list[Any] = [
    private("", notices.own_feeds, "own_feeds"),
    private(_("new/"), notices.new_feed, "feed_new"),
    path("<int:pk>/", include([private(_("revoke/"), notices.revoke_feed, "feed_revoke")])),
]
in_language = [
    path(_("account/"), include([path(_("networks/"), include(_own))])),
    path(_("account/"), include([path(_("notices/"), include(_notices))])),
    path(_("account/"), include([path("feeds/", include(_feeds))])),
    path(_("workspace/"), include(_workspaces)),
]
# Translators: end of the parts of addresses.

#: Without a language: programs keep this address.
urlpatterns = [path("forum/feeds/<str:key>.atom", never_cache(feeds.feed), name="forum_feed")]
