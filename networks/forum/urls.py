"""Addresses of the forum on the reader site, in the language of the reader."""

from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from cpmg.users.urls import private

from .views import moderating, reading, writing

# Translators: the words up to the next comment are parts of addresses: lower case, without
# accents and spaces, with the slash at the end.
_topic: list[Any] = [
    private("", reading.topic, "forum_topic"),
    private(_("reply/"), writing.reply, "forum_reply"),
    private(_("follow/"), reading.follow_topic, "forum_follow_topic"),
    private(_("mark/"), moderating.mark, "forum_mark"),
    private(_("move/"), moderating.move, "forum_move"),
    private(_("split/"), moderating.split, "forum_split"),
    private(_("remove/"), moderating.remove, "forum_remove"),
]
_post: list[Any] = [
    private("", reading.post, "forum_post"),
    private(_("edit/"), writing.edit, "forum_edit"),
    private(_("history/"), writing.history, "forum_history"),
    private(_("delete/"), writing.delete, "forum_delete"),
    private(_("report/"), writing.report, "forum_report"),
]
_forum: list[Any] = [
    private("", reading.one_forum, "forum"),
    private(_("new/"), writing.new_topic, "forum_new"),
    private(_("read/"), reading.read_all, "forum_read_all"),
    private(_("follow/"), reading.follow_forum, "forum_follow"),
]
_all: list[Any] = [
    private("", reading.all_forums, "forums"),
    private(_("drafts/"), reading.drafts, "forum_drafts"),
    path(_("topic/"), include([path("<uuid:key>/", include(_topic))])),
    path(_("post/"), include([path("<uuid:key>/", include(_post))])),
    path("<slug:code>/", include(_forum)),
]
in_language = [path(_("forum/"), include(_all))]
# Translators: end of the parts of addresses.
