"""How files come in: as a document from a form, or in pieces that may be resumed.

Each piece is an object of its own in the storage, whatever the storage is; the row of the upload
names them in order. When all have come they are put together and become a document. An upload
that nobody finishes, and a document that nothing holds some days after it came in, are removed.
"""

from __future__ import annotations

import logging
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.models import ReferenceIndex

from ..models.files import FileDetails, Upload
from . import kinds

logger = logging.getLogger(__name__)

#: Where pieces lie, in the storage; no address leads there.
FOLDER = "uploads"
#: Bytes of a piece, at most: it is held in memory.
PIECE = 4 * 1024 * 1024
#: How long an upload may rest, and how long a document may stay that nothing holds.
LIFETIME = timedelta(days=2)
#: What one person may have on the way.
OPEN_UPLOADS, OPEN_BYTES = 50, 1024**3
#: Seconds between two looks for what has expired, and between two through the storage.
TIDYING, SWEEPING = 600, 24 * 3600


class TooMany(Exception):
    """The person has too much on the way; says so in words."""


class Moved(Exception):
    """The upload is not where the sender thinks it is: another request was faster."""


# Documents ----------------------------------------------------------------------------


def make_document(user: Any, file: Any, name: str) -> Any:
    """The document made of ``file``, which ``user`` uploaded under ``name``: in the collection
    of what is not published, and waiting to be checked.

    Raises ``ValidationError`` with what is wrong with the file, in words. What nothing holds
    after some days is removed; see ``tidy``.
    """
    document = _stored(user, file, name)
    with _or_delete(document), transaction.atomic():
        document.save()
        Upload.objects.create(
            user=user,
            name=document.title,
            length=document.file_size,
            offset=document.file_size,
            document=document,
            expires_at=timezone.now() + LIFETIME,
        )
    return document


def _stored(user: Any, file: Any, name: str) -> Any:
    """A document whose file is in the storage and whose row is not in the database yet."""
    from ..shelves import unpublished

    name = kinds.clean_name(name)
    kinds.check(file, name)
    document = get_document_model()(
        title=kinds.title_of(name), collection=unpublished(), uploaded_by_user=user
    )
    document.file = File(file, name=name)
    document._set_document_file_metadata()
    document.file.save(name, document.file.file, save=False)
    return document


@contextmanager
def _or_delete(document: Any) -> Iterator[None]:
    """Deletes the file when the row could not be written."""
    try:
        yield
    except BaseException:
        default_storage.delete(document.file.name)
        raise


# Pieces -------------------------------------------------------------------------------


def begin(user: Any, name: str, length: int) -> Upload:
    """A new upload. Raises ``ValidationError`` when the file can't be taken, ``TooMany`` when
    the person has too much on the way."""
    name = kinds.clean_name(name)
    kinds.check_name(name)
    kinds.check_size(length)
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=user.pk)
        mine = Upload.objects.filter(user=user, document=None)
        sums = mine.aggregate(bytes=Sum("length"))
        if mine.count() >= OPEN_UPLOADS or (sums["bytes"] or 0) + length > OPEN_BYTES:
            raise TooMany(
                _("You have too many uploads on the way. Finish or cancel some of them first.")
            )
        return Upload.objects.create(
            user=user, name=name, length=length, expires_at=timezone.now() + LIFETIME
        )


def of(user: Any, key: uuid.UUID) -> Upload | None:
    """The upload with this key, for the person whose it is and nobody else."""
    if not user.is_authenticated or not user.is_active:
        return None
    upload = Upload.objects.filter(pk=key, user=user)
    return upload.exclude(document=None, expires_at__lt=timezone.now()).first()


def receive(upload: Upload, offset: int, read: Callable[[int], bytes], length: int) -> None:
    """Keeps the next ``length`` bytes that ``read`` gives, piece by piece, so that what came
    before a cut stays. Raises ``Moved`` when they don't belong where the upload ends."""
    if offset != upload.offset:
        raise Moved
    left = min(length, upload.length - offset)
    while left > 0:
        piece, cut = _piece(read, min(PIECE, left))
        if piece:
            _keep(upload, piece)
            left -= len(piece)
        if cut:
            return


def _piece(read: Callable[[int], bytes], size: int) -> tuple[bytes, bool]:
    """The next bytes, and whether the sender was cut off."""
    piece = bytearray()
    while len(piece) < size:
        try:
            step = read(min(65536, size - len(piece)))
        except OSError:
            step = b""
        if not step:
            return bytes(piece), True
        piece += step
    return bytes(piece), False


def _keep(upload: Upload, piece: bytes) -> None:
    name = default_storage.save(
        f"{FOLDER}/{upload.pk}/{upload.offset:012}-{uuid.uuid4().hex[:8]}", ContentFile(piece)
    )
    moved = Upload.objects.filter(pk=upload.pk, offset=upload.offset, document=None).update(
        offset=F("offset") + len(piece),
        pieces=[*upload.pieces, name],
        expires_at=timezone.now() + LIFETIME,
    )
    if not moved:
        default_storage.delete(name)
        raise Moved
    upload.offset += len(piece)
    upload.pieces = [*upload.pieces, name]


def finish(upload: Upload) -> Any:
    """The document made of an upload that has come completely; the same one, however often it is
    asked for. An upload that proves to be nothing we take is gone after the ``ValidationError``
    that says why."""
    if upload.document is not None:
        return upload.document
    with tempfile.TemporaryFile() as whole:
        for name in upload.pieces:
            try:
                with default_storage.open(name, "rb") as piece:
                    whole.write(piece.read())
            except FileNotFoundError:
                raise Moved from None
        whole.flush()
        try:
            document = _stored(upload.user, File(whole, name=upload.name), upload.name)
        except ValidationError:
            cancel(upload)
            raise
    with _or_delete(document), transaction.atomic():
        document.save()
        open_still = Upload.objects.filter(pk=upload.pk, document=None)
        if not open_still.update(
            document=document, pieces=[], expires_at=timezone.now() + LIFETIME
        ):
            raise Moved
    _delete(upload.pieces)
    return document


def cancel(upload: Upload) -> None:
    """Ends an upload. A document that came of it stays."""
    Upload.objects.filter(pk=upload.pk, document=None).delete()
    _delete(upload.pieces)


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


# What is left over --------------------------------------------------------------------


def tidy(now: datetime | None = None) -> int:
    """Removes what has expired: uploads that nobody finished, and documents that nothing holds.
    It looks once in a while, however often it is asked; at any rate with ``now``."""
    if now is None and not cache.add("files:tidied", True, TIDYING):
        return 0
    removed = 0
    for upload in Upload.objects.filter(expires_at__lt=now or timezone.now()).order_by("pk")[:500]:
        if upload.document_id is None:
            cancel(upload)
        else:
            with transaction.atomic():
                documents = get_document_model().objects.select_for_update()
                document = documents.get(pk=upload.document_id)
                if not is_held(document):
                    document.delete()
                Upload.objects.filter(pk=upload.pk).delete()
        removed += 1
    return removed


def sweep(now: datetime | None = None) -> int:
    """Removes from the storage what no row names: a process was killed after it had stored a
    file, and before it had written the row. Once in a day, or with ``now``."""
    if now is None and not cache.add("files:swept", True, SWEEPING):
        return 0
    old = (now or timezone.now()) - LIFETIME
    files = [f"documents/{name}" for name in _listed("documents")[1]]
    known = set(get_document_model().objects.values_list("file", flat=True))
    for key in _listed(FOLDER)[0]:
        pieces = [f"{FOLDER}/{key}/{name}" for name in _listed(f"{FOLDER}/{key}")[1]]
        files += pieces
        if _is_upload(key):
            known.update(pieces)
    loose = [name for name in files if name not in known]
    gone = [name for name in loose if default_storage.get_modified_time(name) < old]
    _delete(gone)
    return len(gone)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files


def _is_upload(key: str) -> bool:
    try:
        return Upload.objects.filter(pk=uuid.UUID(key)).exists()
    except ValueError:
        return False


def is_held(document: Any) -> bool:
    """Whether anything refers to ``document``: a row of any kind, or text that links to it."""
    own = {FileDetails, Upload}
    for relation in document._meta.related_objects:
        if relation.related_model in own or relation.many_to_many:
            continue
        column = relation.field.name
        if relation.related_model._base_manager.filter(**{column: document}).exists():
            return True
    return bool(ReferenceIndex.get_references_to(document).exists())
