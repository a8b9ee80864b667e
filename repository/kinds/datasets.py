"""Datasets: figures that members submit. The figures themselves are kept by their fingerprint
(``pages.datasets.figures``), which is part of what is approved."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page

from cpmg.users.models import User
from pages.datasets import changes, figures, publishing
from pages.models import DatasetIndexPage, DatasetPage, Indicator, Source
from pages.models.base import active_language

from ..datasets import checking
from ..datasets.forms import NAMES, check
from ..models import Submission
from . import Checked, Kind


class DatasetKind(Kind):
    code = "dataset"
    label = gettext_lazy("Dataset")
    received = gettext_lazy("Your dataset was submitted.")
    page_model = DatasetPage
    start = "dataset_new"
    start_label = gettext_lazy("Submit a dataset")
    first_step = "dataset_figures"
    last_step = "dataset_check"
    has_versions = True
    recommended = [
        (gettext_lazy("summary"), ("summary",)),
        (gettext_lazy("made by"), ("creator",)),
        (gettext_lazy("source"), ("source", "source_name")),
        (gettext_lazy("licence"), ("licence",)),
        (gettext_lazy("figures"), ("digest",)),
    ]

    def check(self, data: dict[str, Any], user: User | None) -> Checked:
        return check(data)

    def problems(self, submission: Submission) -> dict[str, list[str]]:
        cleaned, errors = check(submission.data)
        found = dict(errors)
        if not cleaned["indicators"]:
            found["indicators"] = [_("Choose at least one indicator.")]
        if not cleaned["digest"]:
            found.setdefault("figures", []).append(_("Upload the table of figures."))
        elif taken := checking.published_elsewhere(
            list(figures.read(cleaned["digest"])), cleaned["source"], series_of(submission)
        ):
            found.setdefault("source", []).append(taken_elsewhere(taken))
        return found

    def parent(self, cleaned: dict[str, Any]) -> Page | None:
        return DatasetIndexPage.objects.filter(
            locale__language_code=cleaned["record_language"], live=True
        ).first()

    def new_page(self, cleaned: dict[str, Any], submission: Submission) -> DatasetPage:
        page = DatasetPage(live=False, series=series_of(submission) or uuid.uuid4())
        last = DatasetPage.objects.filter(series=page.series).aggregate(last=Max("version"))["last"]
        page.version = (last or 0) + 1
        if submission.replaces_id:
            page.replaces_id = submission.replaces_id
        language = cleaned["record_language"] or active_language()
        page.locale = Locale.objects.get(language_code=language)
        self.fill(page, cleaned, submission)
        parent = self.parent(cleaned | {"record_language": language})
        wanted = f"{slugify(page.title)[:60].strip('-') or 'dataset'}-v{page.version}"
        page.slug = find_available_slug(parent, wanted) if parent else wanted
        return page

    def fill(self, page: Any, cleaned: dict[str, Any], submission: Submission) -> None:
        for name in ("title", "summary", "creator", "source_name", "source_url", "note"):
            setattr(page, name, cleaned[name])
        page.draft_title = page.title
        page.citation, page.licence = cleaned["citation"], cleaned["licence"]
        page.source = _terms(Source, [cleaned["source"]]).first()
        page.indicators = list(_terms(Indicator, cleaned["indicators"]))
        page.digest, page.number = cleaned["digest"], cleaned["number"]

    def data_of(self, page: Any, submission: Submission | None = None) -> dict[str, Any]:
        """Without a ``submission`` for a new version, whose figures are still to come."""
        data = {name: getattr(page, name, "") for name in NAMES if hasattr(page, name)}
        data |= {
            "record_language": page.language,
            "source": page.source.code if page.source else "",
            "indicators": [indicator.code for indicator in page.indicators.all()],
        }
        if page.source:
            data |= {"source_name": "", "source_url": ""}
        if submission is None:
            return data | {"note": "", "citation": ""}
        return data | {
            "digest": page.digest,
            "number": page.number,
            "file": submission.data.get("file", ""),
        }

    def to_replace(self, page: Any) -> DatasetPage:
        """A new version follows the newest one."""
        return newest(page.series) or page

    def as_page(self, submission: Submission) -> DatasetPage:
        page = self.new_page(check(submission.data, complete=False).cleaned, submission)
        page.title = page.title or str(submission)
        return page

    def hindrance(self, page: Any) -> str:
        newer = DatasetPage.objects.filter(series=page.series, version__gt=page.version, live=True)
        if newer.exists():
            return _(
                "A newer version was published meanwhile. Ask the submitter to make a new version"
                " of that one."
            )
        try:
            publishing.observations(page, page.source or publishing.own_source(page))
        except ValidationError as error:
            return " ".join(error.messages)
        source = page.source.code if page.source else ""
        taken = checking.published_elsewhere(list(figures.read(page.digest)), source, page.series)
        return taken_elsewhere(taken) if taken else ""

    def type_of(self, data: dict[str, Any]) -> str:
        return next(iter(data.get("indicators") or []), "")

    def type_label(self, code: str) -> str:
        return Indicator.labels().get(code, code)


def _terms(vocabulary: Any, codes: list[str]) -> Any:
    return vocabulary.objects.filter(locale__language_code=settings.LANGUAGE_CODE, code__in=codes)


def series_of(submission: Submission) -> uuid.UUID | None:
    """Of the dataset of which it is a new version, or of its own page."""
    page = submission.page or submission.replaces
    return page.specific.series if page else None


def newest(series: uuid.UUID | None) -> DatasetPage | None:
    """The newest published version of a series."""
    if series is None:
        return None
    versions = DatasetPage.objects.live().filter(series=series).select_related("locale", "source")
    return versions.order_by("-version").first()


def compared(submission: Submission) -> dict[str, Any]:
    """What the kept figures change against those that are published."""
    digest = str(submission.data.get("digest") or "")
    former = newest(series_of(submission))
    if not digest or former is None:
        return {"former": former}
    source = former.source.code if former.source else ""
    found = changes.between(changes.published(former), figures.read(digest), source=source)
    return {"former": former, "changes": found}


def taken_elsewhere(taken: list[figures.Figure]) -> str:
    first = taken[0]
    return _(
        "Another dataset has published figures from the same source, %(number)s in all; the first:"
        " %(figure)s. Make a new version of that dataset, or name another source."
    ) % {"number": len(taken), "figure": f"{first.indicator}, {first.country}, {first.period}"}
