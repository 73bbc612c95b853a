"""``file``: what 1C uploads, appended chunk by chunk to private files.

1C says neither how large a file is nor which chunk is the last (protocol.md, section 8).  Each upload, from
``init`` on, has a folder of its own, so that a file sent again after a failure never grows onto the old one, and
what a running import reads is never touched.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.core.files import locks
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import UnreadablePostError
from django.utils import timezone

from ..conf import conf
from ..models import ExchangeSession, ImportSession, IncomingFile
from ..protocol.errors import (
    EmptyUpload,
    TornUpload,
    UnknownFile,
    UploadBusy,
    UploadFailed,
    UploadTooLarge,
)
from ..served import serving
from .history import retire

logger = logging.getLogger(__name__)

BLOCK_SIZE = 1 << 16  # bytes read and written at once
PATIENCE = 5  # seconds to wait for another request that has the same file
_PAUSE = 0.05  # seconds between two looks
_LINE_END = 8  # bytes: what may follow the root of a file


class Body(Protocol):
    """The body of a request, to be read once."""

    def read(self, size: int, /) -> bytes: ...


def upload_root() -> Path:
    """Return the folder of all uploads.  Raises UploadFailed when neither UPLOAD_ROOT nor BASE_DIR is set."""
    if conf.UPLOAD_ROOT:
        return Path(conf.UPLOAD_ROOT)
    base_dir = getattr(settings, "BASE_DIR", None)
    if not base_dir:
        logger.error(
            "neither ONEC_EXCHANGE_UPLOAD_ROOT nor BASE_DIR is set", extra={"event": "upload_root_missing"}
        )
        raise UploadFailed
    return Path(base_dir) / "var" / "1c_exchange" / "uploads"


def refuse_served_root() -> None:
    """Raise UploadFailed where the web server would serve the uploads."""
    served = serving(upload_root())
    if served:
        extra = {"event": "upload_root_served"}
        folders = ", ".join(served)
        logger.error("ONEC_EXCHANGE_UPLOAD_ROOT lies under %s, which the web server serves", folders, extra=extra)
        raise UploadFailed


def folder_of(upload: str) -> Path:
    """Return the folder of one upload."""
    return upload_root() / upload


def upload_of(file: IncomingFile) -> str:
    """Return the upload a file belongs to.  Raises UnknownFile when its content is gone."""
    if file.upload is None:
        raise UnknownFile(name=file.name)
    return file.upload


def path_of(file: IncomingFile) -> Path:
    """Return where an uploaded file lies.  Raises UnknownFile when its content is gone."""
    return folder_of(upload_of(file)) / file.name


def receive(session: ExchangeSession, type_: str, name: str, body: Body, length: int) -> IncomingFile:
    """Append the body of a request, of ``length`` bytes, to the file ``name`` of the session's upload.

    ``name`` is a safe relative one.  Raises EmptyUpload, TornUpload, UploadTooLarge, UploadBusy or UploadFailed;
    the file is then as it was before.
    """
    if length <= 0:
        raise EmptyUpload
    if length > conf.FILE_LIMIT:
        raise UploadTooLarge(limit=conf.FILE_LIMIT)
    refuse_served_root()
    upload = _open_upload(session)
    received = files_of(upload).aggregate(total=Sum("size"))["total"] or 0
    if received + length > conf.UPLOAD_LIMIT:
        raise UploadTooLarge(limit=conf.UPLOAD_LIMIT)
    same = {"upload": upload, "name": name}
    file, _created = IncomingFile.objects.get_or_create(**same, defaults={"session": session, "type": type_})
    try:
        path = folder_of(upload) / name
        make_folders(path)
        with locked(path, "ab", name) as target:
            file = IncomingFile.objects.get(**same)  # another request may have begun it anew
            if length <= _LINE_END and _is_imported(file):
                data = body.read(length)
                if not data.strip():  # the file was cut right behind its root, and is imported already
                    return file
                body = BytesIO(data)
            file = _begin_anew(file)
            _cut_torn_end(target, file.size)
            _append(target, body, length, file.size)
            if not files_of(upload).filter(pk=file.pk).update(size=file.size + length):
                raise TornUpload  # ``init`` came in between and forgot the file
    except (UnreadablePostError, IncomingFile.DoesNotExist) as error:
        raise TornUpload from error
    except OSError as error:
        extra = {"event": "upload_not_stored", "base": session.base.name, "session": session.pk}
        logger.exception("an upload could not be stored", extra=extra)
        raise UploadFailed from error
    file.size += length
    return file


def files_of(upload: str) -> QuerySet[IncomingFile]:
    """Return the files of one upload."""
    return IncomingFile.objects.filter(upload=upload)


def is_busy(upload: str) -> bool:
    """Tell whether an import is reading files of this upload."""
    return ImportSession.objects.filter(
        file__upload=upload, state=ImportSession.State.RUNNING, lease_until__gt=timezone.now()
    ).exists()


def _open_upload(session: ExchangeSession) -> str:
    """Return the folder of the session's upload, made if need be; a client may leave ``init`` out."""
    if not session.upload:
        new = f"{session.pk}-{secrets.token_hex(4)}"
        ExchangeSession.objects.filter(pk=session.pk, upload="").update(upload=new)
        session.refresh_from_db(fields=["upload"])  # another request may have been faster
    return session.upload


def _is_imported(file: IncomingFile) -> bool:
    return ImportSession.objects.filter(file=file).exists()


def _begin_anew(file: IncomingFile) -> IncomingFile:
    """Return the row to append to: a new one, once the file of this name was imported, for that is history.

    Raises UploadBusy while an import runs.
    """
    if not file.unpacked and not _is_imported(file):
        return file
    upload, base = upload_of(file), file.session.base
    with transaction.atomic():
        base.lock()  # so that no import begins in between
        if is_busy(upload):
            raise UploadBusy(name=file.name)
        retire(IncomingFile.objects.filter(pk=file.pk))
        return IncomingFile.objects.create(
            session=file.session,
            upload=upload,
            type=file.type,
            name=file.name,
            received_at=file.received_at,  # when the upload began counts for the end of a full catalogue
        )


def make_folders(path: Path) -> None:
    """Make the folders a file is to lie in, for the site's own user alone."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def locked(path: Path, mode: str, name: str) -> Iterator[IO[bytes]]:
    """Open an uploaded file for one request at a time; the lock of a process that dies is gone with it.

    Raises UploadBusy while another request has it, after some patience: its client may have hung up.
    """
    with open(path, mode, opener=_private) as file:  # Path.open knows no opener
        deadline = time.monotonic() + PATIENCE
        while not locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
            if time.monotonic() >= deadline:
                raise UploadBusy(name=name)
            time.sleep(_PAUSE)
        try:
            yield file
        finally:
            file.flush()
            locks.unlock(file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _cut_torn_end(target: IO[bytes], size: int) -> None:
    """Remove the beginning of a chunk that a process left when it died."""
    if os.fstat(target.fileno()).st_size < size:
        raise FileNotFoundError("a part of the upload is gone")
    target.truncate(size)


def _append(target: IO[bytes], body: Body, length: int, before: int) -> None:
    left = length
    try:
        while left and (block := body.read(min(BLOCK_SIZE, left))):
            target.write(block)
            left -= len(block)
        target.flush()
    except BaseException:
        target.truncate(before)
        raise
    if left:
        target.truncate(before)
        raise TornUpload
