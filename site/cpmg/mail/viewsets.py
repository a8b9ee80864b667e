"""The list of mails in the admin: what was sent, and what needs somebody to look."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.log_actions import log

from ..queued import LookView, QueuedViewSet
from . import categories, outgoing
from .models import OutgoingMail

State = OutgoingMail.State
#: What somebody should look at comes first.
FIRST = [State.FAILED, State.UNCERTAIN, State.WAITING, State.SENDING]


class MailIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[OutgoingMail]:
        order = [When(state=state, then=Value(place)) for place, state in enumerate(FIRST)]
        rank = Case(*order, default=Value(len(FIRST)), output_field=IntegerField())
        return super().get_base_queryset().defer("text", "html").annotate(rank=rank)


class MailLookView(LookView):
    """One mail without its text, which is for the recipient alone, and what can be done."""

    template_name = "mail/admin/look.html"
    page_title = gettext_lazy("Mail")
    fields = [
        *("subject", "address", "language", "category", "state", "reason", "attempts"),
        *("created_at", "available_at", "give_up_at", "sent_at", "message_id"),
    ]
    of_waiting = ("available_at", "give_up_at")

    def get_field_label(self, field_name: str, field: Any) -> str:
        return _("Error") if field_name == "reason" else super().get_field_label(field_name, field)

    def waits(self) -> bool:
        return self.get_object().state in (State.WAITING, State.SENDING)

    def get_category_display_value(self) -> str:
        kind = categories.CATEGORIES.get(self.object.category)
        return str(kind.label) if kind else self.object.category

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        state = self.get_object().state
        return super().get_context_data(
            may_send=state in (State.FAILED, State.UNCERTAIN),
            may_give_up=state in (State.FAILED, State.UNCERTAIN, State.WAITING),
            is_uncertain=state == State.UNCERTAIN,
            **kwargs,
        )

    def act(self, request: HttpRequest) -> tuple[bool, str]:
        mail = self.get_object()
        if "again" in request.POST:
            done, action = outgoing.send_again(mail), "mail.send_again"
            words = _("The message is sent again.")
        else:
            done, action = outgoing.give_up(mail), "mail.give_up"
            words = _("The message is not sent any more.")
        if not done:
            return False, _("The message has left, or somebody else saw to it.")
        log(mail, action, user=request.user)
        return True, words


class MailViewSet(QueuedViewSet):
    model = OutgoingMail
    look_view_class = MailLookView
    icon = "mail"
    menu_label = gettext_lazy("Mail")
    menu_name = "mail"
    menu_order = 1100
    index_view_class = MailIndexView
    list_display = [
        "subject",
        Column("address", label=gettext_lazy("E-mail address"), sort_key="address"),
        Column("get_state_display", label=gettext_lazy("State"), sort_key="state"),
        Column("reason", label=gettext_lazy("Error")),
        Column("attempts", label=gettext_lazy("Attempts"), sort_key="attempts"),
        DateColumn("created_at", label=gettext_lazy("Queued"), sort_key="created_at"),
    ]
    list_filter = ["state"]
    ordering = ["rank", "-created_at", "-pk"]
    search_fields = ["subject", "address"]
