"""The look at a file after it came in: what it is, whether it is infected, what it says.

A scanner looks first, where one is configured; until it has, nobody gets the file. Then its text
is read, in a process of its own.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model

from ..models.files import FileDetails, thumbnail_gone
from . import extraction, kinds, scanning

State, Problem = FileDetails.State, FileDetails.Problem
#: Where infected files lie, in the storage; no address leads there.
QUARANTINE = "quarantine"
STEP = 1024 * 1024


# What it means ------------------------------------------------------------------------


def details_of(document: Any) -> FileDetails | None:
    try:
        found: FileDetails = document.details
    except ObjectDoesNotExist:
        return None
    return found


def reason_against(document: Any) -> str | None:
    details = details_of(document)
    state = details.state if details else State.WAITING
    if state == State.INFECTED:
        return _("A virus was found in this file. Nobody can open it. Delete it.")
    if state == State.HELD:
        return _(
            "This file could not be checked for viruses yet. It is held back until that is done."
        )
    if state == State.WAITING and scanning.is_configured():
        return _("This file is being checked for viruses. Try again in a minute.")
    return None


def problem_with(document: Any) -> str | None:
    details = details_of(document)
    return details.get_problem_display() if details and details.problem else None


# The look -----------------------------------------------------------------------------


def enter(document: Any) -> None:
    """Enters a new document, or one whose file was replaced, for a look at its file."""
    former = FileDetails.objects.filter(pk=document.pk).first()
    if former:
        thumbnail_gone(former)
    FileDetails(pk=document.pk).save(force_insert=not former, force_update=bool(former))


def look(pk: int) -> dict[str, Any]:
    """What is found about the document with this number. What lets readers have the file, or
    not, is written at once; the rest is given back.

    Raises ``scanning.Unavailable`` when the scanner gave no answer.
    """
    document = get_document_model().objects.filter(pk=pk).first()
    details = FileDetails.objects.filter(pk=pk).first()
    if document is None or details is None:
        return {}
    if details.state == State.INFECTED:
        isolate(document)
        return {}
    try:
        with local_copy(document.file) as file:
            found = describe(file, document.filename)
            if scanning.is_configured() and details.scanned_at is None:
                virus = scanning.virus_in(file)
                if virus:
                    found |= {"state": State.INFECTED, "virus": virus[:200]}
                    FileDetails.objects.filter(pk=pk).update(**found)
                    isolate(document)
                    return found
                found |= {"scanned_at": timezone.now(), "attempts": 1}
            if found.get("problem"):
                return found | {"state": State.UNREADABLE}
            FileDetails.objects.filter(pk=pk).update(**found, state=State.CLEAN)
            read = extraction.read(file, found["kind"])
    except FileNotFoundError:
        return {"state": State.UNREADABLE, "problem": Problem.MISSING}
    found |= {
        "state": State.UNREADABLE if read.problem else State.CLEAN,
        "problem": read.problem,
        "page_count": read.page_count,
        "language": read.language,
        "text": read.text,
        "properties": read.properties,
    }
    if read.thumbnail:
        name = f"{FileDetails.thumbnail.field.upload_to}/{uuid.uuid4()}.webp"
        found["thumbnail"] = default_storage.save(name, ContentFile(read.thumbnail))
    return found


def describe(file: BinaryIO, name: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while step := file.read(STEP):
        digest.update(step)
        size += len(step)
    said = kinds.extension(name)
    wrong = said not in kinds.MEDIA_TYPES or not kinds.agrees(kinds.kind_of(file), said)
    return {
        "sha256": digest.hexdigest(),
        "size": size,
        "kind": "" if wrong else said,
        "problem": Problem.OTHER_KIND if wrong else "",
    }


@contextmanager
def local_copy(field: Any) -> Iterator[BinaryIO]:
    """The file of a document as a file of this machine, wherever the storage is."""
    with default_storage.open(field.name, "rb") as stored:
        try:
            default_storage.path(field.name)
        except NotImplementedError:
            with tempfile.TemporaryFile() as copy:
                for step in stored.chunks(STEP):
                    copy.write(step)
                copy.seek(0)
                yield copy
        else:
            yield cast(BinaryIO, stored.file)


def isolate(document: Any) -> None:
    """Moves an infected file to where nothing looks for files. May be done again."""
    former = document.file.name
    if former.startswith(f"{QUARANTINE}/"):
        return
    name = f"{QUARANTINE}/{document.pk}/{document.filename}"
    if default_storage.exists(former):
        default_storage.delete(name)
        with default_storage.open(former, "rb") as file:
            name = default_storage.save(name, File(file), max_length=100)
    type(document).objects.filter(pk=document.pk, file=former).update(file=name)
    default_storage.delete(former)
