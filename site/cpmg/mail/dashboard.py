"""Mail on the first page of the admin: only when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from wagtail.admin.ui.components import Component

from .models import OutgoingMail


class MailInTrouble(Component):
    name = "mail_in_trouble"
    template_name = "mail/admin/mail_in_trouble.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        if not parent_context["request"].user.has_perm("mail.change_outgoingmail"):
            return {"failed": 0, "uncertain": 0}
        state = OutgoingMail.State
        return OutgoingMail.objects.filter(state__in=[state.FAILED, state.UNCERTAIN]).aggregate(
            failed=Count("pk", filter=Q(state=state.FAILED)),
            uncertain=Count("pk", filter=Q(state=state.UNCERTAIN)),
        )
