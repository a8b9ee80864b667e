"""What webhooks add to the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from ..queued import QueuedPolicy
from .models import Delivery
from .viewsets import DeliveryViewSet, EndpointViewSet

register_permission_policy(Delivery, QueuedPolicy(Delivery))


@hooks.register("register_admin_viewset")
def endpoints() -> EndpointViewSet:
    return EndpointViewSet("webhooks")


@hooks.register("register_admin_viewset")
def deliveries() -> DeliveryViewSet:
    return DeliveryViewSet("webhook_messages", url_prefix="webhook-messages")


@hooks.register("register_log_actions")
def actions(registry: LogActionRegistry) -> None:
    registry.register_action(
        "webhooks.rotate", _("Make a new secret"), _("New secret of a webhook made")
    )
    registry.register_action(
        "webhooks.replay", _("Send a webhook message again"), _("Webhook message sent again")
    )
