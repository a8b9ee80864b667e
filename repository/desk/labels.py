"""Codes of a submission in the words of the reader."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.models import Network

from .. import kinds
from ..kinds.publications import PublicationKind
from ..models import Submission
from ..models.shelves import MEMBERS, PUBLIC, shelf_of_network


def kinds_of_submissions() -> list[tuple[str, str]]:
    return [(kind.code, str(kind.label)) for kind in kinds.all_kinds()]


def shelf(submission: Submission) -> str:
    return kinds.of(submission).shelf_label(submission.shelf_code)


def shelves() -> list[tuple[str, str]]:
    codes = [PUBLIC, MEMBERS, *map(shelf_of_network, Network.labels())]
    label = PublicationKind().shelf_label
    return [(code, label(code)) for code in codes]


def of_type(submission: Submission) -> str:
    """The kind of a submission, or its type: "Report", "Event: workshop"."""
    kind = kinds.of(submission)
    name = kind.type_label(submission.type_code)
    if isinstance(kind, PublicationKind):
        return name
    return _("%(label)s: %(value)s") % {"label": kind.label, "value": name} if name else kind.label


def submitter(submission: Submission) -> str:
    return str(submission.submitter) if submission.submitter else _("deleted account")


#: The steps that the platform ships with; others are called as they were named in the admin.
STEPS = {
    "Editorial review": gettext_lazy("Editorial review"),
    "Focal point's approval": gettext_lazy("Focal point’s approval"),
}


def step(name: str) -> str:
    return str(STEPS.get(name, name))
