"""What is done with a publication after it was decided: withdrawing it, publishing it again, and
the answer to its submitter who asked to withdraw it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .. import withdrawals
from ..models import PublicationPage
from ..review import Refused
from .access import find
from .forms import KeepForm, ReasonForm
from .queue import asked_to_withdraw


class ConfirmView(WagtailAdminTemplateMixin, View):
    """Asks, does it, and says what came of it. A refusal keeps what was typed."""

    template_name = "repository/desk/confirm.html"
    header_icon = "doc-empty-inverse"
    form_class: type[forms.Form] = forms.Form
    question: Any = ""
    button: Any = ""
    done: Any = ""
    refusal = ""
    #: What it is about.
    title = ""

    def act(self, typed: dict[str, Any]) -> None:
        raise NotImplementedError

    def back(self) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form_class()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        try:
            self.act(form.cleaned_data)
        except Refused as refusal:
            self.refusal = str(refusal)
            return self.render_to_response(self.get_context_data(form=form), status=403)
        messages.success(request, self.done % {"title": self.title})
        return redirect(self.back())

    def get_page_subtitle(self) -> str:
        return self.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.title}
        return [*self.breadcrumbs_items, {"url": self.back(), "label": self.title}, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            question=self.question,
            button=self.button,
            back=self.back(),
            refusal=self.refusal,
            **kwargs,
        )


class PublicationView(ConfirmView):
    """About a publication, for those who publish it; for others it is not there."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.page = get_object_or_404(PublicationPage, pk=kwargs["pk"])
        if not self.page.permissions_for_user(request.user).can_publish():
            raise Http404
        self.title = self.page.title
        return super().dispatch(request, *args, **kwargs)

    def back(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])


class WithdrawView(PublicationView):
    form_class = ReasonForm
    page_title = gettext_lazy("Withdraw")
    question = gettext_lazy(
        "The publication and its translations go offline. Their addresses say that they were"
        " withdrawn, and why."
    )
    button = gettext_lazy("Withdraw the publication")
    done = gettext_lazy("Withdrawn: “%(title)s”.")

    def act(self, typed: dict[str, Any]) -> None:
        user: Any = self.request.user
        withdrawals.withdraw_publication(self.page, user, typed["reason"])


class RestoreView(PublicationView):
    page_title = gettext_lazy("Publish again")
    question = gettext_lazy("The publication is published again as its last version says.")
    button = gettext_lazy("Publish again")
    done = gettext_lazy("Published again: “%(title)s”.")

    def act(self, typed: dict[str, Any]) -> None:
        user: Any = self.request.user
        withdrawals.restore(self.page, user)


class WithdrawMenuItem(ActionMenuItem):
    """Among the actions of the page editor."""

    name = "action-withdraw"
    label = gettext_lazy("Withdraw with a reason")
    icon_name = "download"

    def is_shown(self, context: Any) -> bool:
        page = context.get("page")
        return (
            context["view"] == "edit"
            and isinstance(page, PublicationPage)
            and page.live
            and self.get_user_page_permissions_tester(context).can_unpublish()
        )

    def get_url(self, context: Any) -> str:
        return reverse("desk_withdraw", args=[context["page"].pk])


class RestoreMenuItem(ActionMenuItem):
    name = "action-restore"
    label = gettext_lazy("Publish again")
    icon_name = "upload"

    def is_shown(self, context: Any) -> bool:
        page = context.get("page")
        return (
            context["view"] == "edit"
            and isinstance(page, PublicationPage)
            and withdrawals.of(page) is not None
            and self.get_user_page_permissions_tester(context).can_publish()
        )

    def get_url(self, context: Any) -> str:
        return reverse("desk_restore", args=[context["page"].pk])


class KeepView(ConfirmView):
    """The answer to a submitter who asked to withdraw a publication that stays published."""

    form_class = KeepForm
    page_title = gettext_lazy("Keep it published")
    question = gettext_lazy("Its submitter asked to withdraw it. Write why it stays published.")
    button = gettext_lazy("Keep it published")
    done = gettext_lazy("Answered: “%(title)s” stays published.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.submission = find(request.user, kwargs["key"])
        page = self.submission.page
        if (
            page is None
            or not page.permissions_for_user(request.user).can_unpublish()
            or self.submission.pk not in asked_to_withdraw()
        ):
            raise Http404
        self.title = str(self.submission)
        return super().dispatch(request, *args, **kwargs)

    def act(self, typed: dict[str, Any]) -> None:
        from .. import submissions

        user: Any = self.request.user
        submissions.decline_withdrawal(self.submission, user, typed["answer"])

    def back(self) -> str:
        return reverse("desk_submission", kwargs={"key": self.submission.key})
