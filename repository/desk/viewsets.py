"""The reply texts in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from ..models import ReplyText


class ReplyTextViewSet(SnippetViewSet):
    model = ReplyText
    icon = "comment"
    menu_label = _("Reply texts")
    menu_name = "reply-texts"
    menu_order = 700
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["title", Column("get_kind_display", label=_("For"), sort_key="kind")]
    list_filter = ["kind"]
    search_fields = ["title", "text_en"]
    search_backend_name = None
