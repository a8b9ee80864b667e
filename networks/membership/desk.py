"""The room of the admin in which memberships are decided: for focal points and the editorial
team."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View
from django_filters import ChoiceFilter
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from pages.access import is_staff

from . import audit, decides_about, joining, networks_in_focus_of
from .forms import AnswerForm, InvitationForm, RoleForm
from .models import Membership

State = Membership.State
PREFIX = "network_members"


def may_enter(user: Any) -> bool:
    return user.is_active and (is_staff(user) or bool(networks_in_focus_of(user)))


def laid_before(user: Any) -> QuerySet[Membership]:
    found = Membership.objects.filter(network__in=decides_about(user))
    return found.select_related("person", "network", "decided_by")


def waiting(user: Any) -> QuerySet[Membership]:
    return laid_before(user).filter(state=State.REQUESTED).exclude(person=user)


class AtTheDesk:
    """Views for those who decide. For others there is nothing here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_enter(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def _networks(request: HttpRequest) -> list[tuple[str, str]]:
    return sorted(
        ((network.code, network.label) for network in decides_about(request.user)),
        key=lambda choice: choice[1],
    )


class MembersFilterSet(WagtailFilterSet):
    network = ChoiceFilter(
        label=gettext_lazy("Thematic network"), field_name="network__code", choices=_networks
    )
    state = ChoiceFilter(label=gettext_lazy("State"), choices=State.choices)
    role = ChoiceFilter(label=gettext_lazy("Role"), choices=Membership.Role.choices)

    class Meta:
        model = Membership
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["network"].extra["choices"] = _networks(self.request)


class MembersView(AtTheDesk, BaseListingView):
    """Requests first, the oldest on top."""

    model = Membership
    template_name = "networks/admin/members.html"
    page_title = gettext_lazy("Members of networks")
    header_icon = "group"
    paginate_by = 50
    index_url_name = PREFIX
    index_results_url_name = f"{PREFIX}_results"
    filterset_class = MembersFilterSet
    is_searchable = True
    search_fields = ["person__first_name", "person__last_name", "person__email", "email"]
    search_backend_name = None
    default_ordering = "-asked_at"
    columns = [
        TitleColumn("name", label=gettext_lazy("Person"), url_name=f"{PREFIX}_one"),
        Column("network", accessor="network.label", label=gettext_lazy("Thematic network")),
        Column("role", accessor="get_role_display", label=gettext_lazy("Role")),
        Column("state", accessor="state_in_words", label=gettext_lazy("State")),
        DateColumn("asked_at", label=gettext_lazy("Asked on"), sort_key="asked_at"),
        Column("until", label=gettext_lazy("Term of office until"), sort_key="until"),
    ]

    def get_base_queryset(self) -> QuerySet[Membership]:
        return laid_before(self.request.user)

    @cached_property
    def header_buttons(self) -> list[Any]:
        from wagtail.admin.widgets.button import HeaderButton

        return [HeaderButton(_("Invite"), url=reverse(f"{PREFIX}_invite"), icon_name="plus")]


class PageOfTheDesk(AtTheDesk, WagtailAdminTemplateMixin, View):
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        room = {"url": reverse(PREFIX), "label": _("Members of networks")}
        return [*self.breadcrumbs_items, room, {"url": "", "label": self.get_page_title()}]


class OneView(PageOfTheDesk):
    """One membership: what the person wrote, what happened, and what can be decided."""

    template_name = "networks/admin/member.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_enter(request.user):
            self.membership = get_object_or_404(laid_before(request.user), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.membership.name

    def get_page_subtitle(self) -> str:
        return self.membership.network.label

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        decision = request.POST.get("decision", "")
        user: Any = request.user
        role, answer = RoleForm(request.POST, by=user), AnswerForm(request.POST)
        form = {
            "approve": role,
            "change": role,
            "decline": answer,
            "remove": answer,
            "withdraw": None,
        }.get(decision, answer)
        if form is not None and not form.is_valid():
            name = "role_form" if form is role else "answer_form"
            return self.render_to_response(self.get_context_data(**{name: form}), status=400)
        typed = form.cleaned_data if form else {}
        pk = self.membership.pk
        acts = {
            "approve": lambda: joining.approve(pk, user, **typed),
            "change": lambda: joining.change(pk, user, **typed),
            "decline": lambda: joining.decline(pk, user, typed["answer"]),
            "remove": lambda: joining.remove(pk, user, typed["answer"]),
            "withdraw": lambda: joining.withdraw(self.membership, user),
        }
        if decision not in acts:
            return self.render_to_response(self.get_context_data(), status=400)
        try:
            acts[decision]()
        except joining.Refused as refusal:
            self.membership = get_object_or_404(laid_before(user), pk=pk)
            status = 409 if isinstance(refusal, joining.Changed) else 403
            context = self.get_context_data(refusal=str(refusal))
            return self.render_to_response(context, status=status)
        messages.success(request, _("Done: %(name)s.") % {"name": self.membership.name})
        return redirect(PREFIX)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        membership = self.membership
        user: Any = self.request.user
        initial = {"role": membership.role, "until": membership.until}
        kwargs.setdefault("role_form", RoleForm(by=user, initial=initial))
        kwargs.setdefault("answer_form", AnswerForm())
        return super().get_context_data(
            membership=membership,
            may_decide=joining.may_decide(user, membership),
            history=audit.history(membership),
            **kwargs,
        )


class InviteView(PageOfTheDesk):
    template_name = "networks/admin/invite.html"
    page_title = gettext_lazy("Invite to a network")

    def form(self, request: HttpRequest) -> InvitationForm:
        typed = request.POST if request.method == "POST" else None
        user: Any = request.user
        networks = sorted(decides_about(request.user), key=lambda network: network.label)
        return InvitationForm(typed, by=user, networks=networks)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form(request)))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form, user = self.form(request), request.user
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        typed: dict[str, Any] = form.cleaned_data
        network = decides_about(user).get(code=typed.pop("network"))
        try:
            joining.invite(network, by=user, **typed)  # type: ignore[arg-type]
        except joining.Refused as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(request, _("Invited: %(name)s.") % {"name": typed["email"]})
        return redirect(PREFIX)


class MembersMenuItem(MenuItem):
    """Leads to the room, with the number of requests that wait for this person."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Members of networks"),
            reverse(PREFIX),
            name="network-members",
            icon_name="group",
            order=160,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return may_enter(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        number = waiting(request.user).count()
        label = format_lazy("{} ({})", self.label, number) if number else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)


urlpatterns = [
    path("network-members/", MembersView.as_view(), name=PREFIX),
    path(
        "network-members/results/",
        MembersView.as_view(results_only=True),
        name=f"{PREFIX}_results",
    ),
    path("network-members/invite/", InviteView.as_view(), name=f"{PREFIX}_invite"),
    path("network-members/<int:pk>/", never_cache(OneView.as_view()), name=f"{PREFIX}_one"),
]
