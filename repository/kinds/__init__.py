"""The kinds of what members submit: what a record of each says, and the page that it becomes.

``Submission.kind`` names one of them. The steps of a submission and of its review are the same for
all (``repository.submissions``, ``repository.review``); here is what differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wagtail.models import Page

if TYPE_CHECKING:
    from cpmg.users.models import User

    from ..models import Submission


@dataclass(frozen=True)
class Checked:
    """What a page is built from, and what is wrong, by the names of the fields."""

    cleaned: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Any]:
        return iter((self.cleaned, self.errors))


class Kind:
    """One kind of submission. What is not said here is as for publications."""

    code: str
    #: "Publication", "Event": with a capital.
    label: Any
    #: What its submitter reads when it was submitted.
    received: Any
    page_model: type[Page]
    #: The name of the address at which one is begun, and what the link there says.
    start: str
    start_label: Any
    #: The names of the addresses at which it is filled in, checked and submitted.
    first_step: str
    last_step: str
    #: Whether its submitter may propose a new version of what was published.
    has_versions = False
    #: Whether files are attached to it.
    has_files = False
    #: Whether a notice takes the place of what was published and is withdrawn.
    can_be_withdrawn = False
    #: What a complete record says: labels, and the names that a revision and ``data`` share.
    recommended: list[tuple[Any, tuple[str, ...]]] = []

    def check(self, data: dict[str, Any], user: User | None) -> Checked:
        """Validates ``data``, a record as it was typed by ``user``."""
        raise NotImplementedError

    def problems(self, submission: Submission) -> dict[str, list[str]]:
        """What still prevents submitting: messages by field."""
        return dict(self.check(submission.data, submission.submitter).errors)

    def parent(self, cleaned: dict[str, Any]) -> Page | None:
        """The page below which the new page goes; none where there is none in its language."""
        raise NotImplementedError

    def new_page(self, cleaned: dict[str, Any], submission: Submission) -> Page:
        """A page that is nowhere yet."""
        raise NotImplementedError

    def fill(self, page: Page, cleaned: dict[str, Any], submission: Submission) -> None:
        """Writes a checked record into ``page``, which is not saved."""
        raise NotImplementedError

    def data_of(self, page: Page, submission: Submission | None = None) -> dict[str, Any]:
        """The record of ``page`` as a person would have typed it."""
        raise NotImplementedError

    def to_replace(self, page: Page) -> Page:
        """The published page that a new version of ``page`` takes the place of."""
        return page

    def as_page(self, submission: Submission) -> Page:
        """The page as it will look, from what is typed; nothing is saved."""
        raise NotImplementedError

    def hindrance(self, page: Page) -> str:
        """Why ``page``, a draft with its children, can't be approved now; else empty."""
        return ""

    def shelf_of(self, data: dict[str, Any]) -> str:
        """The code of the place where it is to go; the desk shows and filters by it."""
        return ""

    def shelf_label(self, code: str) -> str:
        return ""

    def type_of(self, data: dict[str, Any]) -> str:
        """The code of its type: document type, event type, indicator."""
        return ""

    def type_label(self, code: str) -> str:
        """The name of a type in the reader's language; called for each row of a list."""
        return ""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.code] = kind


def all_kinds() -> list[Kind]:
    return list(_kinds.values())


def of_code(code: str) -> Kind:
    return _kinds[code]


def of(submission: Submission) -> Kind:
    return of_code(submission.kind)


def of_page(page: Page) -> Kind | None:
    """The kind that ``page``, a specific one, is the page of."""
    return next((kind for kind in all_kinds() if isinstance(page, kind.page_model)), None)
