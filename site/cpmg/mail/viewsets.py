"""The list of mails in the admin: what was sent, and what needs somebody to look."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy

from . import categories, outgoing
from .models import OutgoingMail

State = OutgoingMail.State
#: What somebody should look at comes first.
FIRST = [State.FAILED, State.UNCERTAIN, State.WAITING, State.SENDING]


class MailPolicy(ModelPermissionPolicy):
    """Mails are looked at, sent again or given up; nobody writes or removes one in the admin."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and super().user_has_permission(user, action)


class MailIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[OutgoingMail]:
        order = [When(state=state, then=Value(place)) for place, state in enumerate(FIRST)]
        rank = Case(*order, default=Value(len(FIRST)), output_field=IntegerField())
        return super().get_base_queryset().defer("text", "html").annotate(rank=rank)


class LookView(InspectView):
    """One mail without its text, which is for the recipient alone, and what can be done."""

    any_permission_required = ["change"]
    template_name = "mail/admin/look.html"
    page_title = gettext_lazy("Mail")
    fields = [
        *("subject", "address", "language", "category", "state", "reason", "attempts"),
        *("created_at", "available_at", "give_up_at", "sent_at", "message_id"),
    ]
    header_more_buttons: list[Any] = []

    def get_edit_url(self) -> None:
        return None

    def get_object(self, queryset: Any = None) -> Any:
        if not hasattr(self, "_object"):
            self._object = super().get_object(queryset)
        return self._object

    def get_field_label(self, field_name: str, field: Any) -> str:
        return _("Error") if field_name == "reason" else super().get_field_label(field_name, field)

    def get_fields(self) -> list[str]:
        """Leaves out what says nothing about this mail."""
        mail = self.get_object()
        empty = [name for name in self.fields if not getattr(mail, name) and name != "attempts"]
        over = mail.state not in (State.WAITING, State.SENDING)
        hidden = {*empty, *(("available_at", "give_up_at") if over else ())}
        return [name for name in self.fields if name not in hidden]

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

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mail = self.get_object()
        if "again" in request.POST:
            done, action = outgoing.send_again(mail), "mail.send_again"
            words = _("The message is sent again.")
        else:
            done, action = outgoing.give_up(mail), "mail.give_up"
            words = _("The message is not sent any more.")
        if done:
            log(mail, action, user=request.user)
            messages.success(request, words)
        else:
            messages.error(request, _("The message has left, or somebody else saw to it."))
        return redirect(self.index_url_name)


class MailViewSet(ModelViewSet):
    model = OutgoingMail
    icon = "mail"
    menu_label = gettext_lazy("Mail")
    menu_name = "mail"
    menu_order = 1100
    menu_hook = "register_reports_menu_item"
    add_to_admin_menu = False
    add_to_reference_index = False
    copy_view_enabled = False
    exclude_form_fields: list[str] = []
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
    search_backend_name = None
    list_per_page = 50

    @property
    def edit_view(self) -> Any:
        return self.construct_view(LookView)
