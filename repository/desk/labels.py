"""Codes of a submission in the words of the reader."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.models import Network

from ..models import DocumentType, Submission
from ..record import MEMBERS, OF_NETWORK, PUBLIC


def shelf(code: str) -> str:
    if code == PUBLIC:
        return _("Repository")
    if code == MEMBERS:
        return _("Members’ library")
    network = code.removeprefix(OF_NETWORK)
    return _("Network: %(network)s") % {"network": Network.labels().get(network, network)}


def shelves() -> list[tuple[str, str]]:
    codes = [PUBLIC, MEMBERS, *(f"{OF_NETWORK}{code}" for code in Network.labels())]
    return [(code, shelf(code)) for code in codes]


def document_type(code: str) -> str:
    return DocumentType.labels().get(code, code)


def submitter(submission: Submission) -> str:
    return str(submission.submitter) if submission.submitter else _("deleted account")


#: The steps that the platform ships with; others are called as they were named in the admin.
STEPS = {
    "Editorial review": gettext_lazy("Editorial review"),
    "Focal point's approval": gettext_lazy("Focal point’s approval"),
}


def step(name: str) -> str:
    return str(STEPS.get(name, name))
