"""What an uploaded file is, told from its content, and what it may be called."""

from __future__ import annotations

import os
import struct
import unicodedata
import zipfile
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

#: Media types of the kinds of file that we take.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "html": "text/html",
    "txt": "text/plain",
    "csv": "text/csv",
    "zip": "application/zip",
}
#: Content can't tell these from each other: any of them is text, and the name says which.
TEXTS = frozenset({"csv", "html", "txt"})
#: The member that each kind of zipped office file has.
ZIPPED = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
ODT = b"application/vnd.oasis.opendocument.text"
#: How office files begin that are of an old format, or locked with a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

HEAD = 4096
#: The most that the table of contents of an archive may take: it is read into memory.
LONGEST_TABLE = 2 * 1024 * 1024
#: The longest name, in characters and in bytes as a file system counts them.
LONGEST_NAME, LONGEST_NAME_BYTES = 120, 200


# Kinds ----------------------------------------------------------------------------------


def check(file: Any, name: str) -> str:
    """The kind of ``file``; raises what is wrong with it when it is not what ``name`` says, or
    larger than we take."""
    said = check_name(name)
    check_size(file.size)
    if agrees(kind_of(file), said):
        return said
    file.seek(0)
    if file.read(len(OLD_OFFICE)) == OLD_OFFICE:
        raise ValidationError(
            _(
                "This file is locked with a password, or of an old format. Save it as %(kind)s"
                " without a password."
            )
            % {"kind": said.upper()},
            code="locked",
        )
    raise ValidationError(
        _(
            "The content of this file is not %(kind)s, although its name says so. Save it"
            " again in the right format, or correct the ending of its name."
        )
        % {"kind": said.upper()},
        code="content",
    )


def check_name(name: str) -> str:
    """The kind that ``name`` says; raises when we take none such."""
    said = extension(name)
    if said not in MEDIA_TYPES:
        raise ValidationError(
            _("Files of this kind are not taken. These are: %(kinds)s.")
            % {"kinds": ", ".join(kind.upper() for kind in MEDIA_TYPES)},
            code="kind",
        )
    return said


def check_size(size: int) -> None:
    largest = settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
    if not size:
        raise ValidationError(_("This file is empty."), code="empty")
    if size > largest:
        raise ValidationError(
            _("This file is too large: %(size)s. The largest that is taken is %(largest)s.")
            % {"size": filesizeformat(size), "largest": filesizeformat(largest)},
            code="size",
        )


def agrees(kind: str | None, said: str) -> bool:
    """Whether a file of this kind may have a name that says ``said``."""
    return said in TEXTS if kind == "text" else kind == said


def kind_of(file: BinaryIO) -> str | None:
    """One of ``MEDIA_TYPES``, or "text" for what is text of any kind; None for all else."""
    file.seek(0)
    head = file.read(HEAD)
    try:
        if b"%PDF-" in head[:1024]:
            return "pdf"
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _kind_of_archive(file)
        return "text" if is_text(head) else None
    finally:
        file.seek(0)


def is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(head) and not any(byte < 32 and byte not in b"\t\n\v\f\r\x1a\x1b" for byte in head)


def _kind_of_archive(file: BinaryIO) -> str | None:
    if not has_short_table(file):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.NameToInfo
            for member, kind in ZIPPED.items():
                if member in names:
                    return kind
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as said:
                    return "odt" if said.read(100).strip() == ODT else "zip"
            return "zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None


def has_short_table(file: BinaryIO) -> bool:
    """Whether an archive's table of contents is there and short enough to be read."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 66_000)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22 or tail[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        return False  # none, or of the form for archives beyond 4 GB
    (length,) = struct.unpack_from("<L", tail, end + 12)
    return bool(length <= LONGEST_TABLE)


# Names ----------------------------------------------------------------------------------


def extension(name: str) -> str:
    return os.path.splitext(name)[1].lstrip(".").lower()


def clean_name(name: str) -> str:
    """``name`` as people should see it: accents stay; folders, and characters that are not seen
    but do something (among them those that turn the direction of writing), go."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        " " if unicodedata.category(char)[0] == "Z" else char
        for char in name
        if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*'
    )
    stem, ending = os.path.splitext(" ".join(kept.split()).strip(". "))
    ending = ending[:20]
    stem = stem[: LONGEST_NAME - len(ending)]
    while len((stem + ending).encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return (stem.strip(". ") or _("File")) + ending


def title_of(name: str) -> str:
    """What a file is called before anybody gives it a title."""
    return os.path.splitext(clean_name(name))[0]
