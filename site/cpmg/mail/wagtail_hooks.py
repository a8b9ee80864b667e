"""What mail adds to the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from ..queued import QueuedPolicy
from .dashboard import MailInTrouble
from .models import OutgoingMail
from .viewsets import MailViewSet

register_permission_policy(OutgoingMail, QueuedPolicy(OutgoingMail))


@hooks.register("register_admin_viewset")
def mails() -> MailViewSet:
    return MailViewSet("mail")


@hooks.register("register_log_actions")
def actions(registry: LogActionRegistry) -> None:
    registry.register_action("mail.send_again", _("Send mail again"), _("Mail sent again"))
    registry.register_action("mail.give_up", _("Give mail up"), _("Mail given up"))


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(MailInTrouble())
