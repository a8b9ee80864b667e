"""The lists of the desk: what waits for me, all in review, everything, and who asks to withdraw."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views.generic import BaseListingView
from wagtail.models import ModelLogEntry

from ..models import Submission
from ..review import edition_of
from ..submissions import PREFIX
from . import access, completeness, duplicates, figures, labels
from .filters import AllFilterSet, DeskFilterSet

State = Submission.State
ON_A_PAGE = 25

#: The lists by name: what they are called.
LISTS = {
    "desk": _("Waits for me"),
    "desk_review": _("All in review"),
    "desk_all": _("All submissions"),
    "desk_asked": _("Asked to be withdrawn"),
}
ASKED, ANSWERED = f"{PREFIX}withdrawal_asked", f"{PREFIX}withdrawal_declined"


def asked_to_withdraw() -> list[int]:
    """The submissions whose submitter asks to withdraw what was published, and got no answer."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Submission), action__in=(ASKED, ANSWERED)
    )
    last: dict[str, str] = {}
    for pk, action in entries.order_by("timestamp", "pk").values_list("object_id", "action"):
        last[pk] = action
    return [int(pk) for pk, action in last.items() if action == ASKED]


def listed(name: str, user: Any) -> QuerySet[Submission]:
    """The submissions of one of ``LISTS`` for ``user``."""
    if name == "desk":
        return access.waiting(user)
    before = access.laid_before(user)
    if name == "desk_review":
        return before.filter(state=State.IN_REVIEW)
    if name == "desk_asked":
        return before.filter(state=State.PUBLISHED, pk__in=asked_to_withdraw())
    return before


class AtTheDesk:
    """Views for those who decide. For others there is no desk."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not access.may_enter(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class TickColumn(BaseColumn):
    """Ticks a row, with the edition that is in the list."""

    header_template_name = "repository/desk/tick_header.html"
    cell_template_name = "repository/desk/tick.html"


class TemplateColumn(Column):
    """A column whose cells have a template of their own."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.cell_template_name = f"repository/desk/{name}.html"


class QueueView(AtTheDesk, BaseListingView):
    """One of ``LISTS``."""

    list_name = "desk"
    model = Submission
    template_name = "repository/desk/queue.html"
    results_template_name = "repository/desk/queue_results.html"
    page_title = _("Desk")
    header_icon = "clipboard-list"
    paginate_by = ON_A_PAGE
    default_ordering = "submitted_at"
    is_searchable = True
    search_fields = ["title"]
    search_backend_name = None
    columns = [
        TickColumn("tick"),
        TemplateColumn("title", label=_("Title"), sort_key="title"),
        Column("type", label=_("Type"), sort_key="type_code"),
        Column("shelf", label=_("Shelf"), sort_key="shelf_code"),
        TemplateColumn("submitter", label=_("Submitted by")),
        TemplateColumn("waits", label=_("Waits"), sort_key="submitted_at"),
        TemplateColumn("complete", label=_("Complete")),
    ]

    @property
    def index_url_name(self) -> str:
        return self.list_name

    @property
    def index_results_url_name(self) -> str:
        return f"{self.list_name}_results"

    @property
    def filterset_class(self) -> type[DeskFilterSet]:
        return AllFilterSet if self.list_name == "desk_all" else DeskFilterSet

    def get_page_subtitle(self) -> Any:
        return LISTS[self.list_name]

    def get_base_queryset(self) -> QuerySet[Submission]:
        found = listed(self.list_name, self.request.user)
        return found.select_related("submitter", "task", "page__latest_revision", "replaces")

    def order_queryset(self, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Newest first where it is no queue; rows that are alike keep their order."""
        order = self.ordering
        if self.list_name == "desk_all" and not self.is_explicitly_ordered:
            order = "-submitted_at"
        return queryset.order_by(order, "pk")

    def get_table(self, object_list: Any) -> Any:
        rows = described(object_list, self.request.user)
        self.may_tick = any(row.is_mine for row in rows)
        return super().get_table(rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not self.results_only:
            context["figures"] = figures.of(self.request.user)
        return context | {"lists": self.lists, "may_tick": self.may_tick}

    @cached_property
    def lists(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse(name), "label": label, "is_here": name == self.list_name}
            for name, label in LISTS.items()
        ]


def described(object_list: Any, user: Any) -> list[Any]:
    """Rows with what the list says of each; a constant number of queries."""
    rows: list[Any] = list(object_list)
    mine = set(
        access.waiting(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    alike = duplicates.among(rows, user)
    for row in rows:
        row.type = labels.of_type(row)
        row.shelf = labels.shelf(row)
        row.who = labels.submitter(row)
        row.step = labels.step(row.task.name) if row.task else ""
        row.days = (timezone.now() - row.submitted_at).days if row.submitted_at else None
        row.is_mine = row.pk in mine
        row.edition = edition_of(row.page.latest_revision) if row.page else ""
        row.completeness = completeness.of(row)
        row.duplicates = alike.get(row.pk, [])
    return rows
