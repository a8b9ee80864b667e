"""Publications: the first kind of submission, and the only one with files of its own."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from cpmg.users.models import User
from pages.models import Network

from .. import record
from ..files import blocked
from ..forms import Checked, check
from ..models import DocumentType, PublicationPage, PublicationTag, Submission
from ..models.shelves import MEMBERS, PUBLIC, network_of_shelf
from . import Kind


class PublicationKind(Kind):
    code = "publication"
    label = gettext_lazy("Publication")
    received = gettext_lazy("Your publication was submitted.")
    page_model = PublicationPage
    first_step = "submission_files"
    last_step = "submission_check"
    start_label = gettext_lazy("Submit a publication")
    start = "submission_new"
    has_versions = True
    has_files = True
    can_be_withdrawn = True
    recommended = [
        (gettext_lazy("abstract"), ("abstract",)),
        (gettext_lazy("authors"), ("contributors",)),
        (gettext_lazy("year"), ("year",)),
        (gettext_lazy("publisher or journal"), ("publisher", "container_title")),
        (gettext_lazy("themes"), ("themes",)),
        (gettext_lazy("countries"), ("countries",)),
        (gettext_lazy("licence"), ("licence",)),
        (gettext_lazy("identifier"), ("doi", "isbn", "issn")),
        (gettext_lazy("file"), ("files",)),
    ]

    def check(self, data: dict[str, Any], user: User | None) -> Checked:
        return check(data, user=user)

    def problems(self, submission: Submission) -> dict[str, list[str]]:
        errors = super().problems(submission)
        files = list(submission.files.select_related("document__details"))
        if not files and not submission.data.get("external_url"):
            errors.setdefault("files", []).append(
                _("Add a file, or the address at which the publication can be read.")
            )
        for file in files:
            if reason := blocked(file.document):
                errors.setdefault("files", []).append(f"{file.document.title}: {reason}")
        return errors

    def parent(self, cleaned: dict[str, Any]) -> Page | None:
        return record.shelf_for(cleaned["shelf"], cleaned["record_language"])

    def new_page(self, cleaned: dict[str, Any], submission: Submission) -> Page:
        return record.new_page(cleaned, submission)

    def fill(self, page: Any, cleaned: dict[str, Any], submission: Submission) -> None:
        record.fill(page, cleaned, submission)

    def data_of(self, page: Any, submission: Submission | None = None) -> dict[str, Any]:
        return record.data_of(page, submission)

    def as_page(self, submission: Submission) -> PublicationPage:
        checked = check(submission.data, user=submission.submitter, complete=False).cleaned
        page = record.new_page(checked | {"tags": []}, submission)
        # Looking makes no tags in the database: these are only shown.
        page.tagged_items = [
            PublicationTag(tag=PublicationTag.tag_model()(name=name, slug=slugify(name)))
            for name in checked["tags"]
        ]
        page.title = page.title or str(submission)
        return page

    def hindrance(self, page: Any) -> str:
        for file in page.files.all():
            if reason := blocked(file.document):
                return f"{file.document.title}: {reason}"
        return ""

    def shelf_of(self, data: dict[str, Any]) -> str:
        return str(data.get("shelf", ""))

    def shelf_label(self, code: str) -> str:
        if code in (PUBLIC, ""):
            return _("Repository")
        if code == MEMBERS:
            return _("Members’ library")
        network = network_of_shelf(code)
        return _("Network: %(network)s") % {"network": Network.labels().get(network, network)}

    def type_of(self, data: dict[str, Any]) -> str:
        return str(data.get("document_type", ""))

    def type_label(self, code: str) -> str:
        return DocumentType.labels().get(code, code)
