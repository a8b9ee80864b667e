"""People in the admin, and those who ask to become members."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views.users import UserViewSet

from . import interests, membership
from .forms import DecisionForm, PersonCreationForm, PersonEditForm
from .models import MembershipRequest


class PersonViewSet(UserViewSet):
    def get_form_class(self, for_update: bool = False) -> Any:
        return PersonEditForm if for_update else PersonCreationForm


class DecisionPolicy(ModelPermissionPolicy):
    """Requests are decided; nobody makes, copies or removes one in the admin."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and super().user_has_permission(user, action)


class DecideView(InspectView):
    """What the person wrote, and the two answers."""

    any_permission_required = ["change"]
    template_name = "users/admin/decide.html"
    page_title = gettext_lazy("Membership request")
    fields = [
        *("email", "organisation", "country", "interests", "reason", "language", "asked_at"),
        *("state", "decided_by", "decided_at", "answer"),
    ]
    header_more_buttons: list[Any] = []

    def get_edit_url(self) -> None:
        return None

    def get_fields(self) -> list[str]:
        """Of a request that waits, only what the person said."""
        return self.fields[:7] if self._waits() else self.fields

    def get_object(self, queryset: Any = None) -> Any:
        if not hasattr(self, "_object"):
            self._object = super().get_object(queryset)
        return self._object

    def get_country_display_value(self) -> str:
        return self.object.country_name

    def get_interests_display_value(self) -> str:
        return ", ".join(interests.labels(self.object.interests))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", DecisionForm())
        return super().get_context_data(
            waits=self._waits(), may_invite=self._may_invite(), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "invite" in request.POST and self._may_invite():
            return self._done(lambda: membership.invite(self.object.person), _("Sent again."))
        decider: Any = request.user
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        if form.cleaned_data["decision"] == "approve":
            return self._done(
                lambda: membership.approve(self.object.pk, decider),
                _("%(name)s is a member now, and gets a message.") % {"name": self.object.name},
            )
        return self._done(
            lambda: membership.reject(self.object.pk, decider, form.cleaned_data["reason"]),
            _("The request was rejected, and %(name)s gets a message.")
            % {"name": self.object.name},
        )

    def _done(self, act: Any, words: str) -> HttpResponse:
        try:
            act()
        except membership.AlreadyDecided:
            messages.error(self.request, _("Somebody else decided this request meanwhile."))
        else:
            messages.success(self.request, words)
        return redirect(self.index_url_name)

    def _waits(self) -> bool:
        return self.get_object().state == MembershipRequest.State.PENDING

    def _may_invite(self) -> bool:
        """Again, while the person has not chosen a password."""
        person = self.get_object().person
        return bool(person and person.is_active and not person.has_usable_password())


class MembershipRequestViewSet(ModelViewSet):
    model = MembershipRequest
    icon = "group"
    menu_label = gettext_lazy("Membership requests")
    menu_name = "membership-requests"
    menu_order = 750
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    exclude_form_fields: list[str] = []
    list_display = [
        "name",
        "organisation",
        "country_name",
        "state",
        DateColumn("asked_at", label=gettext_lazy("Asked on"), sort_key="asked_at"),
    ]
    list_filter = ["state"]
    search_fields = ["first_name", "last_name", "email", "organisation"]
    search_backend_name = None

    @property
    def edit_view(self) -> Any:
        return self.construct_view(DecideView)
