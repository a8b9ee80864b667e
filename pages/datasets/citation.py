"""How a version of a dataset is cited."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .. import dates
from ..models.datasets import DatasetPage


def citation(dataset: DatasetPage) -> str:
    """Body, year, title, version and day, platform, address: in the language of the dataset."""
    day = timezone.localdate(dataset.first_published_at or timezone.now())
    with translation.override(dataset.language):
        return _(
            "%(creator)s (%(year)s). %(title)s. Dataset, version %(version)s, %(day)s. Caribbean"
            " Platform for Migration Governance. %(url)s"
        ) % {
            "creator": dataset.creator.rstrip("."),
            "year": day.year,
            "title": dataset.title.rstrip("."),
            "version": dataset.version,
            "day": dates.day(day),
            "url": urljoin(settings.WAGTAILADMIN_BASE_URL, dataset.url) if dataset.url else "",
        }
