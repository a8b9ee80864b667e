"""A package as it was sent: a table or a list of references, alone or in a zip with the files.

What is in a zip is never unpacked into folders: members are read one by one, and only as far as
they said they would unfold. A package lies among the uploads of the person until it is used; those
that nobody uses expire (``repository.files.receiving``).
"""

from __future__ import annotations

import re
import stat
import tempfile
import unicodedata
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from ..files import kinds, receiving
from ..models.files import Upload
from ..references import Unreadable

RECORDS = ("csv", "bib", "ris", "json", "txt")
MOST_MEMBERS = 2_000
#: Bytes into which a package may unfold, and by how much once that is a lot.
UNFOLDED, RATIO, A_LOT = 300 * 1024 * 1024, 100, 10 * 1024 * 1024
MOST_RECORD_BYTES = 20 * 1024 * 1024
#: What systems add to a zip without being asked.
CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")


class Package:
    """The records, and the files beside them by their names. ``file`` stays open as long."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.kind = kinds.extension(name)
        self.members: dict[str, zipfile.ZipInfo] = {}
        file.seek(0)
        if file.read(4) == b"PK\x03\x04":
            self._open_zip(file)
        elif self.kind in RECORDS:
            file.seek(0)
            self.records = file.read(MOST_RECORD_BYTES + 1)
        else:
            raise Unreadable(
                _(
                    "Send a table (CSV), a list of references (BIB, RIS, JSON), or a zip with one"
                    " of them and the files."
                )
            )
        if len(self.records) > MOST_RECORD_BYTES:
            raise Unreadable(_("This table is too large. Send it in several parts."))

    def _open_zip(self, file: BinaryIO) -> None:
        if not kinds.has_short_table(file):
            raise Unreadable(_("This zip is damaged, or holds too many files."))
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise Unreadable(_("This zip is damaged, or holds too many files.")) from None
        members = [
            (name, info)
            for info in self.zip.infolist()
            if not CLUTTER.search(name := name_of(info)) and not info.is_dir()
        ]
        if len(members) > MOST_MEMBERS:
            raise Unreadable(_("A zip holds at most %(most)d files.") % {"most": MOST_MEMBERS})
        for name, info in members:
            _refuse(name, info)
        _refuse_twice([name for name, _info in members])
        self.members = dict(members)
        if sum(info.file_size for info in self.members.values()) > UNFOLDED:
            raise Unreadable(
                _("This zip unfolds into more than %(most)s. Send it in several parts.")
                % {"most": filesizeformat(UNFOLDED)}
            )
        name = self._records_name()
        self.kind = kinds.extension(name)
        with self.opened(name) as records:
            self.records = records.read(MOST_RECORD_BYTES + 1)
        del self.members[name]

    def _records_name(self) -> str:
        """The one table or list in the uppermost folder; of several, the one called "records"."""
        depth = min((name.count("/") for name in self.members), default=0)
        candidates = [
            name
            for name in self.members
            if kinds.extension(name) in RECORDS[:-1] and name.count("/") == depth
        ]
        if len(candidates) > 1:
            named = re.compile(r"(^|/)records\.\w+$", re.I)
            candidates = [name for name in candidates if named.search(name)] or candidates
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            raise Unreadable(
                _(
                    "This zip holds no table (CSV) and no list of references (BIB, RIS, JSON)"
                    " beside the files."
                )
            )
        raise Unreadable(
            _("This zip holds several tables or lists: %(names)s. Call the right one “records”.")
            % {"names": ", ".join(name[:80] for name in candidates[:5])}
        )

    def find(self, wanted: str) -> list[str]:
        """The members that ``wanted`` names, with or without their folder."""
        wanted = _folded(wanted.replace("\\", "/").removeprefix("./"))
        exact = [name for name in self.members if _folded(name) == wanted]
        return exact or [name for name in self.members if _folded(name).endswith(f"/{wanted}")]

    @contextmanager
    def opened(self, name: str) -> Iterator[File]:
        """A member as a file that can be read anywhere. Raises ``Unreadable`` when it is not what
        the zip says."""
        info = self.members[name]
        with tempfile.SpooledTemporaryFile(max_size=receiving.PIECE) as copy:
            try:
                with self.zip.open(info) as member:
                    while piece := member.read(1024 * 1024):
                        copy.write(piece)
            except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError):
                raise Unreadable(_("“%(name)s” in the zip is damaged.") % {"name": name}) from None
            except NotImplementedError:
                raise _compressed(name) from None
            copy.seek(0)
            file = File(copy, name=name.rpartition("/")[2])
            file.size = info.file_size
            yield file


def name_of(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: programs that don't say so write UTF-8 as well."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _refuse(name: str, info: zipfile.ZipInfo) -> None:
    """Raises when a member is nothing that an honest zip of publications holds."""
    shown = {"name": re.sub(r"[^\w ./-]", "?", name)[:80]}
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or "\\" in name or re.match(r"\w:", name):
        raise Unreadable(
            _("“%(name)s” in the zip leads out of it. Make the zip again, with plain names.")
            % shown
        )
    if any(unicodedata.category(character)[0] == "C" for character in name):
        raise Unreadable(
            _("The name “%(name)s” in the zip holds hidden characters. Rename the file.") % shown
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unreadable(_("“%(name)s” in the zip is a link. Put the file itself there.") % shown)
    if info.flag_bits & 0x41:
        raise Unreadable(_("“%(name)s” in the zip is locked with a password.") % shown)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _compressed(name)
    if kinds.extension(name) in ("zip", "7z", "rar", "gz", "tar", "bz2", "xz"):
        raise Unreadable(
            _("“%(name)s” is an archive in the zip. Put its files into the zip itself.") % shown
        )
    swollen = info.file_size > A_LOT and info.file_size > RATIO * max(info.compress_size, 1)
    if swollen:
        raise Unreadable(_("“%(name)s” unfolds into more than can be read.") % shown)


def _compressed(name: str) -> Unreadable:
    return Unreadable(
        _("“%(name)s” is compressed in an unusual way. Make the zip again.") % {"name": name[:80]}
    )


def _refuse_twice(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if _folded(name) in seen:
            raise Unreadable(
                _("The zip holds “%(name)s” twice. Give each file its own name.")
                % {"name": name[:80]}
            )
        seen.add(_folded(name))


# Between the two steps ----------------------------------------------------------------


def keep(user: Any, file: File, name: str) -> Upload:
    """Keeps a package for its person. Raises ``Unreadable`` when it can't be taken."""
    ending = kinds.extension(name)
    if ending not in (*RECORDS, "zip"):
        raise Unreadable(
            _(
                "Send a table (CSV), a list of references (BIB, RIS, JSON), or a zip with one"
                " of them and the files."
            )
        )
    name = kinds.clean_name(name)
    try:
        kinds.check_size(file.size)
        upload = receiving.begin(user, "package.zip", file.size)
    except (ValidationError, receiving.TooMany) as refusal:
        raise Unreadable(" ".join(getattr(refusal, "messages", [str(refusal)]))) from None
    Upload.objects.filter(pk=upload.pk).update(name=name)
    upload.name = name
    file.seek(0)
    receiving.receive(upload, 0, file.read, file.size)
    return upload


def kept(user: Any, key: uuid.UUID) -> Upload | None:
    """The package with this key, for the person whose it is and nobody else."""
    upload = receiving.of(user, key)
    if upload is None or upload.document_id or upload.offset != upload.length:
        return None
    if upload.expires_at < timezone.now():
        return None
    return upload if kinds.extension(upload.name) in (*RECORDS, "zip") else None


def was_used(user: Any, key: uuid.UUID) -> bool:
    """Whether submissions were made of the package a moment ago."""
    return Upload.objects.filter(pk=key, user=user, document=None, offset=0).exists()


def discard(upload: Upload) -> None:
    receiving.cancel(upload)


@contextmanager
def opened(upload: Upload) -> Iterator[Package]:
    with tempfile.SpooledTemporaryFile(max_size=2 * receiving.PIECE) as whole:
        for name in upload.pieces:
            with default_storage.open(name, "rb") as piece:
                whole.write(piece.read())
        whole.seek(0)
        yield Package(whole, upload.name)  # type: ignore[arg-type]
