"""One decision about several submissions: each is decided by itself, or not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..models import ReplyText, Submission
from ..review import Refused
from . import access, labels
from .forms import BulkForm
from .one import DECISIONS, decide
from .queue import AtTheDesk

MOST = 100


@dataclass(frozen=True)
class Outcome:
    submission: Submission
    #: Why it was not decided; empty when it was.
    refusal: str = ""


class BulkView(AtTheDesk, WagtailAdminTemplateMixin, View):
    """First what was ticked and the question, then what became of each."""

    http_method_names = ["post", "options"]
    template_name = "repository/desk/bulk.html"
    header_icon = "clipboard-list"
    page_title = gettext_lazy("Decide about several")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        keys = list(dict.fromkeys(request.POST.getlist("key")))
        if not keys:
            messages.error(request, _("Tick at least one submission."))
            return redirect("desk")
        if len(keys) > MOST:
            messages.error(request, _("At most %(most)d at a time.") % {"most": MOST})
            return redirect("desk")
        ticked = self._ticked(keys)
        decision = request.POST.get("decision", "")
        form = BulkForm(request.POST if decision else None)
        if (
            decision in ("changes", "reject")
            and form.is_valid()
            and not any(form.cleaned_data.values())
        ):
            form.add_error("comment", _("Choose a reply text, or write why."))
        if decision not in DECISIONS or not form.is_valid():
            status = 400 if decision else 200
            context = self.get_context_data(form=form, ticked=ticked)
            return self.render_to_response(context, status=status)
        outcomes = [self._one(decision, one, form.cleaned_data) for one, _edition in ticked]
        context = self.get_context_data(
            done=[outcome for outcome in outcomes if not outcome.refusal],
            not_done=[outcome for outcome in outcomes if outcome.refusal],
        )
        return self.render_to_response(context)

    def _ticked(self, keys: list[str]) -> list[tuple[Submission, str]]:
        """The submissions with the editions that were in the list; what does not lie before this
        person is not there."""
        valid = []
        for key in keys:
            try:
                valid.append(UUID(key))
            except ValueError:
                continue
        found = access.laid_before(self.request.user).filter(key__in=valid)
        rows = found.select_related("submitter", "page").order_by("submitted_at", "pk")
        post = self.request.POST
        ticked = [(row, post.get(f"edition-{row.key}", "")) for row in rows]
        for row, _edition in ticked:
            row.who = labels.submitter(row)  # type: ignore[attr-defined]
            row.shelf = labels.shelf(row)  # type: ignore[attr-defined]
        return ticked

    def _one(self, decision: str, submission: Submission, typed: dict[str, Any]) -> Outcome:
        reply = self._replies().get(typed["reply"])
        text = reply.for_person(submission.submitter) if reply else ""
        comment = "\n\n".join(part for part in (text, typed["comment"]) if part)
        edition = self.request.POST.get(f"edition-{submission.key}", "")
        try:
            decide(decision, submission, self.request.user, edition=edition, comment=comment)
        except Refused as refusal:
            return Outcome(submission, str(refusal))
        return Outcome(submission)

    def _replies(self) -> dict[str, ReplyText]:
        if not hasattr(self, "_texts"):
            self._texts = {str(reply.pk): reply for reply in ReplyText.objects.all()}
        return self._texts

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        desk = {"url": reverse("desk"), "label": _("Desk")}
        return [*self.breadcrumbs_items, desk, {"url": "", "label": self.get_page_title()}]
