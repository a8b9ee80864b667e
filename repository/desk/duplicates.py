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
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
    for page, other, reason in (*_same_keys(of_page), *_same_files(of_page)):
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


def _same_keys(of_page: dict[int, Submission]) -> Iterable[tuple[int, int, str]]:
    own: dict[str, set[int]] = defaultdict(set)
    for page, value in DuplicateKey.objects.filter(page__in=of_page).values_list("page", "value"):
        own[value].add(page)
    shared = DuplicateKey.objects.filter(value__in=own).values_list("page", "value")
    for other, value in shared:
        for page in own[value]:
            yield page, other, value.partition(":")[0]


def _same_files(of_page: dict[int, Submission]) -> Iterable[tuple[int, int, str]]:
    own: dict[str, set[int]] = defaultdict(set)
    for page, digest in _digests(of_page):
        own[digest].add(page)
    digests = {"document__details__sha256__in": own}
    held = PublicationFile.objects.filter(**digests)
    sent = SubmissionFile.objects.filter(**digests).exclude(submission__page=None)
    for other, digest in (
        *held.values_list("page", "document__details__sha256"),
        *sent.values_list("submission__page", "document__details__sha256"),
    ):
        for page in own[digest]:
            yield page, other, FILE


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
    """Those of ``submissions`` that have duplicates that ``user`` may know of."""
    known = access.visible_pages(user).order_by().values("pk")
    replaced = Coalesce(OuterRef(OuterRef("replaces")), Value(0))
    keys = DuplicateKey.objects.filter(
        Exists(
            DuplicateKey.objects.filter(value=OuterRef("value"), page__in=known)
            .exclude(group=OuterRef("group"))
            .exclude(page=replaced)
        ),
        page=OuterRef("page"),
    )
    digest = OuterRef("document__details__sha256")
    elsewhere = FileDetails.objects.filter(sha256=digest).exclude(pk=OuterRef("document"))
    holders = Q(document__in=_held_elsewhere(known)) | Q(document__in=_sent_by_others(known))
    files = SubmissionFile.objects.filter(
        Exists(elsewhere.filter(holders)),
        submission=OuterRef("pk"),
        document__details__sha256__gt="",
    )
    return submissions.filter(Exists(keys) | Exists(files))


def _held_elsewhere(known: Any) -> Any:
    """Documents of other publications; asked three levels below the submission."""
    outer: Any = OuterRef(OuterRef(OuterRef("page")))
    replaced = Coalesce(OuterRef(OuterRef(OuterRef("replaces"))), Value(0))
    held = PublicationFile.objects.filter(page__in=known)
    return held.exclude(page=outer).exclude(page=replaced).values("document")


def _sent_by_others(known: Any) -> Any:
    sent = SubmissionFile.objects.filter(submission__page__in=known)
    return sent.exclude(submission=OuterRef(OuterRef(OuterRef("pk")))).values("document")
