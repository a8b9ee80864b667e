"""One submission at the desk: all that a decision needs on one page, and the decision."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page

from .. import kinds, submissions
from ..models import ReplyText, Submission
from ..review import Changed, Refused, edition_of, is_own_work
from . import access, attachments, completeness, contents, differences, duplicates, labels
from .forms import AnswerForm
from .queue import asked_to_withdraw

State = Submission.State
DECISIONS = {
    "approve": submissions.approve,
    "changes": submissions.request_changes,
    "reject": submissions.reject,
}
DONE = {
    "approve": gettext_lazy("Approved: “%(title)s”."),
    "changes": gettext_lazy("Changes requested: “%(title)s”."),
    "reject": gettext_lazy("Rejected: “%(title)s”."),
}


def decide(decision: str, submission: Submission, user: Any, *, edition: str, comment: str) -> None:
    """One decision, in its own transaction. Raises ``Refused`` with words for ``user``."""
    if not edition:
        raise Changed(_("Open the record first: a decision is about what you have seen."))
    try:
        DECISIONS[decision](submission, user, edition=edition, comment=comment)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


class OneView(WagtailAdminTemplateMixin, View):
    """Shows a submission; takes the decision. What is refused keeps what was typed."""

    template_name = "repository/desk/one.html"
    header_icon = "clipboard-list"
    refusal = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.submission = access.find(request.user, kwargs["key"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        typed = form.cleaned_data
        decision = request.POST.get("decision", "")
        if decision not in DECISIONS:  # the button beside the reply texts
            form = self._with_reply(typed)
            return self.render_to_response(self.get_context_data(form=form))
        try:
            decide(
                decision,
                self.submission,
                request.user,
                edition=typed["edition"],
                comment=typed["comment"],
            )
        except Refused as refusal:
            return self._refused(request, refusal, typed)
        messages.success(request, DONE[decision] % {"title": self.submission})
        return redirect("desk")

    def _with_reply(self, typed: dict[str, Any]) -> AnswerForm:
        """The form with the chosen text below what was typed."""
        reply = ReplyText.objects.filter(pk=typed["reply"] or 0).first()
        parts = [typed["comment"], reply.for_person(self.submission.submitter) if reply else ""]
        comment = "\n\n".join(part for part in parts if part)
        return AnswerForm(initial={"comment": comment, "edition": self.edition})

    def _refused(
        self, request: HttpRequest, refusal: Refused, typed: dict[str, Any]
    ) -> HttpResponse:
        self.submission = access.find(request.user, self.submission.key)
        self.__dict__.pop("draft", None)
        self.refusal = str(refusal)
        form = AnswerForm(initial={"comment": typed["comment"], "edition": self.edition})
        status = 409 if isinstance(refusal, Changed) else 403
        return self.render_to_response(self.get_context_data(form=form), status=status)

    @property
    def edition(self) -> str:
        page = self.submission.page
        return edition_of(page.latest_revision) if page else ""

    @cached_property
    def draft(self) -> Page | None:
        """The page as it is to be decided about."""
        page = self.submission.page
        return page.get_latest_revision_as_object() if page else None

    def get_page_title(self) -> str:
        return str(self.submission)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        desk = {"url": reverse("desk"), "label": _("Desk")}
        return [*self.breadcrumbs_items, desk, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        submission, user = self.submission, self.request.user
        kwargs.setdefault("form", AnswerForm(initial={"edition": self.edition}))
        language = submission.submitter.language if submission.submitter else "en"
        return super().get_context_data(
            submission=submission,
            page=self.draft,
            type=labels.of_type(submission),
            shelf=labels.shelf(submission),
            who=labels.submitter(submission),
            step=labels.step(submission.task.name) if submission.task else "",
            language=get_language_info(language)["name_translated"],
            completeness=completeness.of(submission),
            duplicates=duplicates.among([submission], user).get(submission.pk, []),
            files=attachments.of(submission, self.draft),
            contents=contents.of(submission, self.draft),
            events=submissions.history(submission),
            refusal=self.refusal,
            **self._decision(),
            **self._differences(),
            **self._after(),
            **kwargs,
        )

    def _decision(self) -> dict[str, Any]:
        """Whether this person decides now, and if not, why."""
        submission = self.submission
        user: Any = self.request.user
        if submission.state != State.IN_REVIEW:
            return {"may_decide": False, "may_approve": False, "why_not": ""}
        may_decide = access.waiting(user).filter(pk=submission.pk).exists()
        own = bool(submission.page and is_own_work(submission.page, user))
        why_not = ""
        if submission.submitter_id == user.pk:
            why_not = _("You submitted this: somebody else decides about it.")
        elif not may_decide:
            why_not = _("At this step others decide.")
        elif own:
            why_not = _(
                "You edited this record last, so somebody else has to approve it. You can request"
                " changes or reject it."
            )
        return {
            "may_decide": may_decide,
            "may_approve": may_decide and not own,
            "why_not": why_not,
        }

    def _differences(self) -> dict[str, Any]:
        if self.draft is None:
            return {"formers": []}
        formers = differences.formers(self.submission, self.request.user)
        asked_for = self.request.GET.get("against", "")
        chosen = next((one for one in formers if one.name == asked_for), next(iter(formers), None))
        return {
            "formers": formers,
            "former": chosen,
            "differences": differences.between(chosen.page, self.draft, self.request)
            if chosen
            else [],
        }

    def _after(self) -> dict[str, Any]:
        """What can be done with what was published."""
        submission, page = self.submission, self.submission.page
        if page is None:
            return {}
        may = page.permissions_for_user(self.request.user)
        withdrawable = kinds.of(submission).can_be_withdrawn
        published = submission.state == State.PUBLISHED and withdrawable
        return {
            "edit_url": reverse("wagtailadmin_pages:edit", args=[page.pk])
            if may.can_edit()
            else "",
            "withdraw_url": reverse("desk_withdraw", args=[page.pk])
            if published and may.can_unpublish()
            else "",
            "restore_url": reverse("desk_restore", args=[page.pk])
            if withdrawable
            and submission.state == State.WITHDRAWN
            and submission.published_at
            and may.can_publish()
            else "",
            "asked": published and submission.pk in asked_to_withdraw(),
        }
