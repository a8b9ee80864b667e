"""Uploaded files are what their names say."""

from __future__ import annotations

import os
import zipfile
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm

#: A member that each kind of zipped office file holds; none for a plain archive.
ZIPPED = {
    "docx": "word/",
    "xlsx": "xl/",
    "pptx": "ppt/",
    "odt": "mimetype",
    "zip": "",
}
TEXT = {"csv", "html", "txt"}


def agrees_with_name(file: Any) -> bool:
    """Whether the content of ``file`` is of the kind that the ending of its name says.

    Endings that are not known here agree: Wagtail has its list of those it allows.
    """
    extension = os.path.splitext(file.name)[1].lstrip(".").lower()
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if extension == "pdf":
        return b"%PDF-" in head[:1024]
    if extension in TEXT:
        return b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if extension in ZIPPED:
        try:
            with zipfile.ZipFile(file) as archive:
                return any(name.startswith(ZIPPED[extension]) for name in archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError):
            return False
        finally:
            file.seek(0)
    return True


class DocumentForm(BaseDocumentForm):
    """Refuses a file whose content is not what its name says."""

    def clean_file(self) -> Any:
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data and not agrees_with_name(file):
            extension = os.path.splitext(file.name)[1].lstrip(".").upper()
            raise ValidationError(
                _(
                    "The content of this file is not %(kind)s, although its name says so. Save it"
                    " again in the right format, or correct the ending of its name."
                )
                % {"kind": extension}
            )
        return file
