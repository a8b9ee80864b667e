"""Records that may be there already: the same DOI, the same file, nearly the same title.

Two titles are nearly the same when they have the same words in whatever order, accents, case and
small words aside, and at most one of three or more is written differently after its first letters:
a slip, a plural. Titles that differ in a number or in a country's name are different works. Each
publication keeps the keys that such titles share, so that a list of submissions is compared with
ten thousand records by a few queries.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pages.access import is_staff

from ..models import (
    DuplicateKey,
    FileDetails,
    PublicationFile,
    PublicationPage,
    Submission,
    SubmissionFile,
)
from ..words import words
from . import access

DOI, FILE, TITLE = "doi", "file", "title"
REASONS = {
    DOI: _("Same DOI"),
    FILE: _("Same file"),
    TITLE: _("Very similar title"),
}
#: Words that titles are written with or without.
SMALL = {
    *("a", "an", "and", "at", "by", "for", "in", "into", "of", "on", "or", "the", "to"),
    *("de", "del", "el", "en", "la", "las", "los", "por", "un", "una", "y"),
    *("des", "du", "et", "le", "les", "pour", "sur", "une"),
    *("der", "di", "het", "van", "voor"),
}
MOST_WORDS, FEWEST_WORDS, BEGINNING = 24, 3, 3
#: With how many others that share a key a record is compared, and how many records a filter
#: compares: a title that thousands have tells nothing.
MOST_ALIKE, MOST_COMPARED = 10, 5000


# Keys ---------------------------------------------------------------------------------


def title_keys(title: str) -> set[str]:
    kept = sorted(word for word in words(title) if word not in SMALL)[:MOST_WORDS]
    if not kept:
        return set()
    keys = {_key(kept)}
    if len(kept) >= FEWEST_WORDS:
        for place, word in enumerate(kept):
            if not word.isdigit():
                others = kept[:place] + kept[place + 1 :]
                keys.add(_key([*others, "~", word[:BEGINNING]]))
    return keys


def _key(kept: list[str]) -> str:
    return "title:" + hashlib.sha256(" ".join(kept).encode()).hexdigest()[:32]


def keys_of(title: str, doi: str) -> set[str]:
    keys = title_keys(title)
    if doi:
        keys.add("doi:" + doi.lower()[:110])
    return keys


def keep_keys(instance: PublicationPage, **kwargs: Any) -> None:
    """After a publication, or a draft of it, was saved."""
    fields = kwargs.get("update_fields")
    if kwargs.get("raw") or (fields is not None and "draft_title" not in fields):
        return
    wanted = keys_of(instance.title, instance.doi)
    kept = DuplicateKey.objects.filter(page=instance)
    known = set(kept.values_list("value", flat=True))
    if wanted == known:
        return
    kept.exclude(value__in=wanted).delete()
    DuplicateKey.objects.bulk_create(
        [
            DuplicateKey(page=instance, group=instance.translation_key, value=value)
            for value in sorted(wanted - known)
        ],
        ignore_conflicts=True,
    )


def connect() -> None:
    post_save.connect(keep_keys, sender=PublicationPage, dispatch_uid="repository.desk.duplicates")


# What is alike ------------------------------------------------------------------------


@dataclass
class Duplicate:
    """A record that is like a submission: where it is, and in what it is alike."""

    title: str
    url: str
    state: Any
    reasons: set[str] = field(default_factory=set)

    @property
    def labels(self) -> list[Any]:
        return [label for reason, label in REASONS.items() if reason in self.reasons]


def among(submissions: Iterable[Submission], user: Any) -> dict[int, list[Duplicate]]:
    """The duplicates of each of ``submissions`` that ``user`` may know of, by the submission's
    number; with a constant number of queries."""
    of_page = {one.page_id: one for one in submissions if one.page_id}
    if not of_page:
        return {}
    alike: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    pairs = chain(_same_keys(of_page, user), _same_files(of_page, user))
    for page, other, reason in pairs:
        if other not in (page, of_page[page].replaces_id):
            alike[page][other].add(reason)
    found = _known(user, {other for others in alike.values() for other in others})
    groups = {page: one.page.translation_key for page, one in of_page.items() if one.page}
    result: dict[int, list[Duplicate]] = {}
    for page, others in alike.items():
        result[of_page[page].pk] = [
            _described(found[other], reasons)
            for other, reasons in sorted(others.items())
            if other in found and found[other].translation_key != groups[page]
        ]
    return {pk: duplicates for pk, duplicates in result.items() if duplicates}


def _same_keys(of_page: dict[int, Submission], user: Any) -> Iterable[tuple[int, int, str]]:
    own: dict[str, set[int]] = defaultdict(set)
    kept = DuplicateKey.objects.filter(page__in=of_page)
    for page, value in kept.values_list("page", "value"):
        own[value].add(page)
    shared = DuplicateKey.objects.filter(value__in=kept.values("value"))
    if not is_staff(user):
        shared = shared.filter(page__in=access.visible_pages(user).order_by().values("pk"))
    for page, other, value in _pairs(own, shared.order_by("pk").values_list("page", "value")):
        yield page, other, value.partition(":")[0]


def _same_files(of_page: dict[int, Submission], user: Any) -> Iterable[tuple[int, int, str]]:
    own: dict[str, set[int]] = defaultdict(set)
    for page, digest in _digests(of_page):
        own[digest].add(page)
    known = access.visible_pages(user).order_by().values("pk")
    digests = {"document__details__sha256__in": own}
    held = PublicationFile.objects.filter(**digests)
    sent = SubmissionFile.objects.filter(**digests).exclude(submission__page=None)
    if not is_staff(user):
        held, sent = held.filter(page__in=known), sent.filter(submission__page__in=known)
    rows = chain(
        held.order_by("pk").values_list("page", "document__details__sha256"),
        sent.order_by("pk").values_list("submission__page", "document__details__sha256"),
    )
    for page, other, _digest in _pairs(own, rows):
        yield page, other, FILE


def _pairs(
    own: dict[str, set[int]], others: Iterable[tuple[int, str]]
) -> Iterable[tuple[int, int, str]]:
    """Each page with the first others that share a value with it."""
    met: dict[str, int] = defaultdict(int)
    for other, value in others:
        if met[value] <= MOST_ALIKE:
            met[value] += 1
            for page in own.get(value, ()):
                yield page, other, value


def _digests(of_page: dict[int, Submission]) -> Iterable[tuple[int, str]]:
    rows = SubmissionFile.objects.filter(submission__page__in=of_page)
    rows = rows.filter(document__details__sha256__gt="")
    return rows.values_list("submission__page", "document__details__sha256")


def _known(user: Any, pages: set[int]) -> dict[int, PublicationPage]:
    found = access.visible_pages(user).filter(pk__in=pages)
    return {page.pk: page for page in found.select_related("submission", "locale")}


def _described(page: PublicationPage, reasons: set[str]) -> Duplicate:
    submission = getattr(page, "submission", None)
    if submission and submission.state != Submission.State.DRAFT:
        url = reverse("desk_submission", kwargs={"key": submission.key})
        return Duplicate(page.draft_title, url, submission.get_state_display(), reasons)
    url = page.get_url() if page.live else reverse("wagtailadmin_pages:edit", args=[page.pk])
    state = Submission.State.PUBLISHED if page.live else Submission.State.DRAFT
    return Duplicate(page.draft_title, url or "", state.label, reasons)


def with_duplicates(submissions: QuerySet[Submission], user: Any) -> QuerySet[Submission]:
    """Those of ``submissions`` that have duplicates that ``user`` may know of; of very many, the
    first ``MOST_COMPARED`` that may have some."""
    keys = DuplicateKey.objects.values("value").annotate(groups=Count("group", distinct=True))
    shared = keys.filter(groups__gt=1).values("value")
    pages = DuplicateKey.objects.filter(value__in=shared).values("page")
    digests = FileDetails.objects.exclude(sha256="").values("sha256").annotate(files=Count("pk"))
    twins = digests.filter(files__gt=1).values("sha256")
    files = SubmissionFile.objects.filter(document__details__sha256__in=twins).order_by()
    alike = submissions.filter(Q(page__in=pages) | Q(pk__in=files.values("submission")))
    rows = alike.order_by("submitted_at", "pk").select_related(None).select_related("page")
    rows = rows.only("page", "replaces", "page__translation_key")[:MOST_COMPARED]
    return submissions.filter(pk__in=among(rows, user))
