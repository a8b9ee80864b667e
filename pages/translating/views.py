"""The board and the desk in the admin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Locale, Page, WorkflowState

from .. import translations
from . import exchange, machines, work
from .coverage import Board, Chosen, State, may_see, visible_to, write_csv
from .glossary import Glossary
from .passages import label, passages
from .people import may_translate
from .records import MACHINE, MISSING, OUTDATED, compared, recalled, record_of

#: Rows of the board on one screen.
ROWS = 50


class BoardView(WagtailAdminTemplateMixin, TemplateView):
    """Pages by languages."""

    template_name = "pages/admin/translations.html"
    page_title = gettext_lazy("Translations")
    header_icon = "globe"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def chosen(self) -> Chosen:
        names = ("section", "language", "state", "type")
        return Chosen(**{name: self.request.GET.get(name, "") for name in names})

    @cached_property
    def board(self) -> Board:
        return Board(self.request.user, self.chosen)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "csv":
            response = HttpResponse(content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = 'attachment; filename="translations.csv"'
            write_csv(self.board.rows, response)
            return response
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.copy()
        query.pop("p", None)
        names = dict(settings.LANGUAGES)
        board = self.board
        return super().get_context_data(**kwargs) | {
            "board": board,
            "chosen": self.chosen,
            "columns": [(code, names[code]) for code in board.languages],
            "rows": Paginator(board.rows, ROWS).get_page(self.request.GET.get("p")),
            "totals": board.totals(),
            "states": State.choices,
            "languages": settings.LANGUAGES,
            "types": sorted(board.types.items(), key=lambda item: item[1]),
            "sections": sorted(board.sections.items()),
            "query": query.urlencode(),
            "mine": [(code, names[code]) for code in names if code in board.may],
        }


def _source_and_locale(request: HttpRequest, source_id: int, language: str) -> tuple[Page, Locale]:
    source = get_object_or_404(Page.objects.select_related("locale"), pk=source_id, depth__gt=1)
    locale = get_object_or_404(Locale, language_code=language)
    first = translations.source_of(source)
    if first is not None or locale.pk == source.locale_id:
        raise Http404
    if not may_translate(request.user, source, locale):
        raise PermissionDenied
    return source.specific, locale


def _typed(request: HttpRequest) -> dict[str, str]:
    """The passages of the form by their keys; each is one line."""
    return {
        name.removeprefix("text:"): " ".join(str(text).split("\r\n")).strip()
        for name, text in request.POST.items()
        if name.startswith("text:")
    }


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """One page, passage by passage: the source, its translation, the terms."""

    template_name = "pages/admin/translation.html"
    header_icon = "globe"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.source, self.locale = _source_and_locale(
            request, kwargs["source_id"], kwargs["language"]
        )
        self.translation = work.translation_of(self.source, self.locale)
        self.typed: dict[str, str] = {}
        self.problems: dict[str, str] = {}
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Translate into %(language)s") % {
            "language": dict(settings.LANGUAGES)[self.locale.language_code]
        }

    def get_page_subtitle(self) -> str:
        return self.source.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        board = {"url": reverse("translating_board"), "label": _("Translations")}
        return [*self.breadcrumbs_items, board, {"url": "", "label": self.get_header_title()}]

    @property
    def here(self) -> str:
        return reverse("translating_desk", args=[self.source.pk, self.locale.language_code])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self._act(request, request.POST.get("action", "save"))
        except work.RefusedError as error:
            messages.error(request, str(error))
            self.problems = error.problems
            self.typed = _typed(request)
            self.translation = work.translation_of(self.source, self.locale)
            return self.get(request, *args, **kwargs)
        return redirect(self.here)

    def _act(self, request: HttpRequest, action: str) -> None:
        user: Any = request.user
        if self.translation is None:
            self.translation = work.begin(self.source, self.locale, user)
            messages.success(request, _("The draft of the translation was made."))
            return
        if action == "import":
            self._bring_in(request, user)
            return
        saved = self._save(request, user)
        if action == "machine":
            count = machines.translate(self.source, self._fresh(), user)
            text = ngettext(
                "The machine has translated %(count)s passage. Check it.",
                "The machine has translated %(count)s passages. Check them.",
                count,
            )
            messages.success(request, text % {"count": count})
        elif action == "submit":
            work.submit(self.source, self._fresh(), user)
            messages.success(request, _("The translation was submitted. Moderators review it."))
        elif saved:
            messages.success(request, _("The translation was saved as a draft."))
        else:
            messages.info(request, _("Nothing has changed."))

    def _fresh(self) -> Page:
        return Page.objects.get(pk=self.translation.pk)  # type: ignore[union-attr]

    def _save(self, request: HttpRequest, user: Any) -> int:
        revision = request.POST.get("revision", "")[:18]
        return work.write(
            self.source,
            self._fresh(),
            _typed(request),
            user=user,
            confirmed=set(request.POST.getlist("right")),
            revision=int(revision) if revision.isascii() and revision.isdigit() else -1,
        )

    def _bring_in(self, request: HttpRequest, user: Any) -> None:
        outcome = _from_file(request, self.locale, user, only=self.source)
        _report(request, outcome)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "source": self.source,
            "locale": self.locale,
            "translation": self.translation,
            "own_name": dict(settings.LANGUAGES)[self.locale.language_code],
            "machine": machines.available(),
            "formats": list(exchange.FORMATS),
        }
        if self.translation is None:
            return context | {"rows": []}
        specific = self.translation.specific
        record = record_of(self.source, specific)
        texts = passages(self.source)
        glossary = Glossary(self.source.locale.language_code, self.locale.language_code)
        memory = recalled(
            self.source.locale.language_code,
            self.locale.language_code,
            [text for there in texts.values() for text in there],
        )
        rows = []
        labels: dict[str, str] = {}
        for passage in compared(record.working, texts):
            path = passage.path
            if path not in labels:
                labels[path] = label(self.source, path)
            suggestion = memory.get(passage.source, "")
            rows.append(
                {
                    "passage": passage,
                    "label": labels[path],
                    "text": self.typed.get(passage.key, passage.text),
                    "problem": self.problems.get(passage.key, ""),
                    "terms": glossary.found(passage.source, passage.text),
                    "memory": suggestion if suggestion != passage.text else "",
                    "stored": passage.text if passage.key in self.typed else "",
                    "to_confirm": passage.state in (MISSING, OUTDATED, MACHINE),
                }
            )
        state = specific.current_workflow_state
        in_review = bool(state and state.status == WorkflowState.STATUS_IN_PROGRESS)
        comment = ""
        if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
            comment = state.current_task_state.comment or _("Changes were asked for.")
        permissions = specific.permissions_for_user(self.request.user)
        return context | {
            "rows": rows,
            "record": record,
            "locked": work.locked(self.translation, self.request.user),
            "in_review": in_review,
            "comment": comment,
            "may_edit": permissions.can_edit(),
            "revision": self.translation.latest_revision_id or 0,
        }


# Files ----------------------------------------------------------------------------------


def _from_file(
    request: HttpRequest, locale: Locale, user: Any, *, only: Page | None = None
) -> exchange.Outcome:
    upload = request.FILES.get("file")
    if upload is None:
        raise work.RefusedError(_("Choose a file."))
    if (upload.size or 0) > exchange.MAX_SIZE:
        raise work.RefusedError(_("The file is larger than 10 MB."))
    entries = exchange.read(upload.read(), locale)
    return exchange.bring_in(entries, locale, user, only=only)


def _report(request: HttpRequest, outcome: exchange.Outcome) -> None:
    text = ngettext(
        "%(count)s passage of the file was saved as a draft.",
        "%(count)s passages of the file were saved as drafts.",
        outcome.passages,
    )
    messages.success(request, text % {"count": outcome.passages})
    if outcome.stale:
        text = ngettext(
            "%(count)s passage was left out: its source has changed since.",
            "%(count)s passages were left out: their source has changed since.",
            len(outcome.stale),
        )
        messages.warning(request, text % {"count": len(outcome.stale)})


def export(request: HttpRequest) -> HttpResponse:
    """A PO or XLIFF file of a page, a section or a language."""
    kind = request.GET.get("format", "")
    if kind not in exchange.FORMATS:
        raise Http404
    locale = get_object_or_404(Locale, language_code=request.GET.get("language", ""))
    sources = visible_to(request.user).select_related("locale").order_by("path")
    if page_id := request.GET.get("page"):
        if not page_id.isascii() or not page_id.isdigit():
            raise Http404
        source, locale = _source_and_locale(request, int(page_id[:9]), locale.language_code)
        chosen = [source]
        name = source.slug
    else:
        board = Board(
            request.user,
            Chosen(
                section=request.GET.get("section", ""),
                language=locale.language_code,
                type=request.GET.get("type", ""),
            ),
        )
        if locale.language_code not in board.may:
            raise PermissionDenied
        wanted = [row.source for row in board.rows]
        chosen = [page.specific for page in sources.filter(pk__in=wanted)]
        name = "translations"
    data = exchange.export(chosen, locale, kind)
    response = HttpResponse(data, content_type=exchange.FORMATS[kind])
    filename = f"{name}-{locale.language_code}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes back a file of several pages."""
    if not may_see(request.user):
        raise PermissionDenied
    if request.method == "POST":
        locale = get_object_or_404(Locale, language_code=request.POST.get("language", ""))
        try:
            _report(request, _from_file(request, locale, request.user))
        except work.RefusedError as error:
            messages.error(request, str(error))
            for place, problem in error.problems.items():
                messages.error(request, f"{place}: {problem}")
    return redirect("translating_board")
