"""What accounts add to the admin."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from .models import MembershipRequest
from .viewsets import DecisionPolicy, MembershipRequestViewSet

register_permission_policy(MembershipRequest, DecisionPolicy(MembershipRequest))


@hooks.register("register_admin_viewset")
def requests() -> MembershipRequestViewSet:
    return MembershipRequestViewSet("membership_requests")


@hooks.register("register_log_actions")
def actions(registry: LogActionRegistry) -> None:
    registry.register_action(
        "users.approve_membership", _("Approve membership"), _("Membership approved")
    )
    registry.register_action(
        "users.reject_membership", _("Reject membership"), _("Membership rejected")
    )


@hooks.register("register_account_menu_item")
def account(request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("account"),
        "label": str(_("Password and sign-in")),
        "help_text": str(_("Password, e-mail address, authenticator app and your data.")),
    }
