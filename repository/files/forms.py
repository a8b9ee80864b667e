"""The form with which files are uploaded in the admin, and through the API."""

from __future__ import annotations

from typing import Any

from wagtail.documents.forms import BaseDocumentForm

from . import kinds


class DocumentForm(BaseDocumentForm):
    """Refuses a file whose content is not what its name says, and cleans its name."""

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            file.name = kinds.clean_name(file.name)
            kinds.check(file, file.name)
        return file
