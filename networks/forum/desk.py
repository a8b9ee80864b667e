"""The moderation desk in the admin: reports, what waits, new posts, removals, members, figures.

Focal points see their networks only, the editorial team all forums. Everything done here goes
through ``discussing``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cpmg.users.models import User

from . import attachments, discussing
from .access import Standing, readers_of, standing_of
from .discussing import Refused
from .models import Forum, Post, Report, Restriction, Topic
from .views.entering import standing

ON_A_PAGE = 25

#: The lists by name: what they are called.
LISTS = {
    "forum_desk": gettext_lazy("Reports"),
    "forum_desk_waiting": gettext_lazy("Waiting for approval"),
    "forum_desk_posts": gettext_lazy("New posts"),
    "forum_desk_removed": gettext_lazy("Removed"),
    "forum_desk_members": gettext_lazy("Restricted members"),
    "forum_desk_forums": gettext_lazy("Forums"),
}


def may_enter(user: Any) -> bool:
    return standing_of(user).moderates_any


# What lies on it ----------------------------------------------------------------------


def reports(stands: Standing) -> QuerySet[Report]:
    """Open reports, the oldest first."""
    rows = Report.objects.filter(stands.moderated_forums("post__topic__forum__"))
    return rows.filter(state=Report.State.OPEN).order_by("at", "pk")


def waiting(stands: Standing) -> QuerySet[Post]:
    """Posts that wait for approval, the oldest first."""
    rows = Post.objects.filter(stands.moderated_forums("topic__forum__"))
    rows = rows.filter(state=Post.State.WAITING).exclude(topic__state=Topic.State.REMOVED)
    return rows.order_by("created_at", "pk")


def new_posts(stands: Standing) -> QuerySet[Post]:
    rows = Post.objects.filter(stands.moderated_forums("topic__forum__"))
    rows = rows.filter(state=Post.State.VISIBLE, topic__state=Topic.State.OPEN)
    return rows.order_by("-posted_at", "-pk")


def removed_posts(stands: Standing) -> QuerySet[Post]:
    rows = Post.objects.filter(stands.moderated_forums("topic__forum__"))
    return rows.filter(state=Post.State.REMOVED).order_by("-removed_at", "-pk")


def removed_topics(stands: Standing) -> QuerySet[Topic]:
    rows = Topic.objects.filter(stands.moderated_forums("forum__"))
    return rows.filter(state=Topic.State.REMOVED).order_by("-last_post_at", "-pk")


def restrictions(stands: Standing) -> QuerySet[Restriction]:
    """In force; those of all forums are for the editorial team."""
    rows = Restriction.objects.in_force().filter(stands.moderated_forums("forum__"))
    return rows.order_by("-at", "-pk")


def figures(stands: Standing) -> list[tuple[str, int]]:
    """What the moderator has before them, and what happened in 30 days."""
    since = timezone.now() - timedelta(days=30)
    posts = Post.objects.filter(stands.moderated_forums("topic__forum__"))
    topics = Topic.objects.filter(stands.moderated_forums("forum__"), created_at__gt=since)
    recent = posts.filter(posted_at__gt=since)
    return [
        (_("Open reports"), reports(stands).count()),
        (_("Waiting for approval"), waiting(stands).count()),
        (_("Topics in 30 days"), topics.count()),
        (_("Posts in 30 days"), recent.count()),
        (_("People who wrote"), recent.order_by().values("author").distinct().count()),
        (_("Removed in 30 days"), posts.filter(removed_at__gt=since).count()),
        (_("Restricted members"), restrictions(stands).count()),
    ]


# Views --------------------------------------------------------------------------------


class AtTheForumDesk:
    """Views for moderators. For others there is no such desk."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.standing = standing(request)
        if not self.standing.moderates_any:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def _way_here(label: Any) -> list[dict[str, Any]]:
    return [{"url": reverse("forum_desk"), "label": _("Forum")}, {"url": "", "label": label}]


class DeskView(AtTheForumDesk, WagtailAdminTemplateMixin, TemplateView):
    """One of ``LISTS``."""

    list_name = "forum_desk"
    page_title = gettext_lazy("Forum")
    header_icon = "comment"

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return f"networks/forum/desk/{self.list_name.removeprefix('forum_').strip('_')}.html"

    def get_page_subtitle(self) -> Any:
        return LISTS[self.list_name]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *_way_here(LISTS[self.list_name])]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "lists": [
                {"url": reverse(name), "label": label, "is_here": name == self.list_name}
                for name, label in LISTS.items()
            ],
            "figures": figures(self.standing),
            **self._rows(),
        }

    def _rows(self) -> dict[str, Any]:
        match self.list_name:
            case "forum_desk":
                return {"rows": self._reports()}
            case "forum_desk_waiting":
                return {"rows": self._posts(waiting(self.standing))}
            case "forum_desk_posts":
                return {"rows": self._posts(new_posts(self.standing))}
            case "forum_desk_removed":
                topics = removed_topics(self.standing).select_related("forum__network", "author")
                return {
                    "rows": self._posts(removed_posts(self.standing)),
                    "topics": topics[:ON_A_PAGE],
                }
            case "forum_desk_members":
                rows = restrictions(self.standing)
                rows = rows.select_related("person", "forum__network", "by")
                return {"rows": self._page(rows), "form": RestrictForm(standing=self.standing)}
        return {"forums": self._forums(), "approvals": Forum.Approval.choices}

    def _page(self, rows: Any) -> Any:
        return Paginator(rows, ON_A_PAGE).get_page(self.request.GET.get("p"))

    def _posts(self, rows: QuerySet[Post]) -> Any:
        related = ("author", "removed_by", "topic__forum__network")
        page = self._page(rows.select_related(*related))
        _with_files(list(page))
        return page

    def _reports(self) -> Any:
        related = ("reporter", "post__author", "post__topic__forum__network")
        page = self._page(reports(self.standing).select_related(*related))
        _with_files([row.post for row in page])
        return page

    def _forums(self) -> list[Forum]:
        found = Forum.objects.filter(self.standing.moderated_forums())
        return sorted(found.select_related("network"), key=lambda forum: (forum.code, forum.pk))


def _with_files(posts: list[Any]) -> None:
    files = attachments.of(posts)
    for post in posts:
        post.files = files.get(post.key, [])


def find_member(given: str, forum: Forum | None, stands: Standing) -> User | None:
    """The person with this address or handle among the readers of ``forum``; without a forum only
    the editorial team finds anybody."""
    given = given.replace("\0", "").strip()
    match = Q(email__iexact=given)
    if given.startswith("@"):
        match = Q(forum_handle__name=given[1:].lower())
    people = User.objects.filter(match, is_active=True)
    if forum is not None:
        people = people.filter(pk__in=readers_of(forum).values("pk"))
    elif not stands.is_staff:
        return None
    return people.first()


class RestrictForm(forms.Form):
    """Who may not write, where, until when, and why."""

    person = forms.CharField(
        label=gettext_lazy("E-mail address or @name of the member"), max_length=254
    )
    forum = forms.ModelChoiceField(
        label=gettext_lazy("Forum"),
        queryset=Forum.objects.none(),
        required=False,
        empty_label=gettext_lazy("All forums"),
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("Empty: until it is lifted."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("The member reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["forum"]
        field.queryset = Forum.objects.filter(standing.moderated_forums()).select_related("network")
        if not standing.is_staff:
            field.required, field.empty_label = True, None
        self.standing = standing

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if given := data.get("person", ""):
            data["member"] = find_member(given, data.get("forum"), self.standing)
            if data["member"] is None:
                self.add_error("person", _("No member of this forum has this address or name."))
        return data


class RestrictView(AtTheForumDesk, WagtailAdminTemplateMixin, TemplateView):
    template_name = "networks/forum/desk/restrict.html"
    page_title = gettext_lazy("Restrict a member")
    header_icon = "comment"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *_way_here(self.page_title)]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RestrictForm(standing=self.standing, initial=request.GET.dict())
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RestrictForm(request.POST, standing=self.standing)
        if form.is_valid():
            data = form.cleaned_data
            until = None
            if data["days"]:
                day = timezone.localdate() + timedelta(days=data["days"])
                until = timezone.make_aware(datetime.combine(day, time.max))
            try:
                discussing.restrict(
                    request.user,  # type: ignore[arg-type]
                    data["member"],
                    data["forum"],
                    reason=data["reason"],
                    until=until,
                )
            except Refused as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                messages.success(request, _("The member may read and not write."))
                return redirect("forum_desk_members")
        return self.render_to_response(self.get_context_data(form=form), status=400)


class ActView(AtTheForumDesk, View):
    """One decision about one thing, then back to the list."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, what: str, key: Any, do: str) -> HttpResponse:
        user: Any = request.user
        reason = request.POST.get("reason", "")
        act = self._act(user, what, key, do, reason)
        if act is None:
            raise Http404
        try:
            act()
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        back = request.POST.get("list", "")
        return redirect(back if back in LISTS else "forum_desk")

    def _act(
        self, user: Any, what: str, key: Any, do: str, reason: str
    ) -> Callable[[], Any] | None:
        stands = self.standing
        if what == "post":
            rows = Post.objects.filter(stands.moderated_forums("topic__forum__"))
            post = get_object_or_404(rows.select_related("topic__forum__network"), key=key)
            return {
                "approve": lambda: discussing.approve(user, post),
                "reject": lambda: discussing.reject(user, post, reason),
                "remove": lambda: discussing.delete(user, post, reason),
                "restore": lambda: discussing.restore(user, post),
            }.get(do)
        if what == "report":
            found = get_object_or_404(
                Report.objects.filter(
                    stands.moderated_forums("post__topic__forum__")
                ).select_related("post__topic__forum__network"),
                key=key,
            )
            return {
                "remove": lambda: self._uphold(user, found, reason),
                "uphold": lambda: discussing.resolve(user, found, upheld=True),
                "dismiss": lambda: discussing.resolve(user, found, upheld=False),
            }.get(do)
        if what == "topic":
            topics = Topic.objects.filter(stands.moderated_forums("forum__"))
            topic = get_object_or_404(topics.select_related("forum__network"), key=key)
            return {"restore": lambda: discussing.unhide(user, topic)}.get(do)
        if what == "restriction":
            held = Restriction.objects.filter(stands.moderated_forums("forum__"))
            restriction = get_object_or_404(held.select_related("forum__network"), key=key)
            return {"lift": lambda: discussing.lift(user, restriction)}.get(do)
        return None

    @staticmethod
    def _uphold(user: Any, found: Report, reason: str) -> None:
        """Removes the post; that settles all reports of it."""
        if not found.post.is_removed:
            discussing.delete(user, found.post, reason)
        for report in Report.objects.filter(post=found.post, state=Report.State.OPEN):
            discussing.resolve(user, report, upheld=True)


class ApprovalView(AtTheForumDesk, View):
    """Whose posts wait for approval in a forum."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        forum = get_object_or_404(Forum.objects.filter(self.standing.moderated_forums()), pk=pk)
        try:
            discussing.set_approval(request.user, forum, request.POST.get("approval", ""))  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect("forum_desk_forums")


def _list(route: str, name: str) -> Any:
    view = never_cache(DeskView.as_view(list_name=name))
    return path(f"forum/{route}", view, name=name)


urlpatterns = [
    _list("", "forum_desk"),
    _list("waiting/", "forum_desk_waiting"),
    _list("posts/", "forum_desk_posts"),
    _list("removed/", "forum_desk_removed"),
    _list("members/", "forum_desk_members"),
    _list("forums/", "forum_desk_forums"),
    path("forum/restrict/", never_cache(RestrictView.as_view()), name="forum_desk_restrict"),
    path("forum/forums/<int:pk>/", ApprovalView.as_view(), name="forum_desk_approval"),
    path("forum/<slug:what>/<uuid:key>/<slug:do>/", ActView.as_view(), name="forum_desk_act"),
]


# In the menu --------------------------------------------------------------------------


class ForumMenuItem(MenuItem):
    """Leads to the desk, with the number of reports and posts that wait there."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Forum"),
            reverse("forum_desk"),
            name="forum-desk",
            icon_name="comment",
            order=155,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return standing(request).moderates_any

    def render_component(self, request: HttpRequest) -> Any:
        stands = standing(request)
        number = reports(stands).count() + waiting(stands).count()
        label = format_lazy("{} ({})", self.label, number) if number else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name)
