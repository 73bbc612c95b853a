"""The end of an upload: ``init`` begins anew, ended sessions leave theirs behind, and killed processes more."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..conf import conf
from ..models import ExchangeSession, IncomingFile, InfoBase
from ..protocol.errors import UploadFailed
from .history import retire
from .uploads import files_of, folder_of, is_busy, upload_root

_AT_ONCE = 100  # uploads of ended sessions that one ``init`` removes
_FOLDER = re.compile(r"\.?(\d+-[0-9a-f]{8})(-.*)?")  # of an upload, or of an archive that is being unpacked


def start_over(session: ExchangeSession) -> None:
    """Answer ``init``: forget what the session uploaded, and what ended sessions left."""
    ended = ended_uploads().filter(session__base=session.base)[:_AT_ONCE]
    for upload in {name for name, _ in ended} | {session.upload} - {""}:
        forget(session.base, upload)
    if session.upload:
        session.upload = ""
        session.save(update_fields=["upload"])


def ended_uploads() -> QuerySet[IncomingFile, tuple[str, int]]:
    """Return the uploads that nobody can go on with, each with the key of its base, by name."""
    ended = IncomingFile.objects.filter(upload__isnull=False, session__last_seen_at__lt=_oldest())
    return ended.order_by("upload").values_list("upload", "session__base").distinct()  # type: ignore[return-value]


def forget(base: InfoBase, upload: str) -> bool:
    """Remove an upload; return whether it is gone, which it is not while an import reads it.

    The files go first, for their rows tell where they lie.
    """
    with transaction.atomic():
        base.lock()
        if is_busy(upload):
            return False  # it is removed by a later ``init``
        retire(files_of(upload).filter(import_session__isnull=False))
    for folder in (folder_of(upload), *upload_root().glob(f".{upload}-*")):  # these a process left that died
        shutil.rmtree(folder, ignore_errors=True)
    files = files_of(upload)
    while keys := list(files.values_list("pk", flat=True)[: conf.CHUNK_SIZE]):
        files.filter(pk__in=keys).delete()
    return True


def leftover_folders() -> Iterator[Path]:
    """Yield folders of uploads that no row tells of, and nobody has touched since a session may last."""
    try:
        root = upload_root()
    except UploadFailed:  # no folder is known
        return
    for folder in root.iterdir() if root.is_dir() else ():
        match = _FOLDER.fullmatch(folder.name)
        if match and folder.is_dir() and _is_old(folder) and not files_of(match[1]).exists():
            yield folder


def _is_old(folder: Path) -> bool:
    try:
        return folder.stat().st_mtime < _oldest().timestamp()
    except FileNotFoundError:  # somebody else removed it
        return False


def _oldest() -> datetime:
    return timezone.now() - timedelta(seconds=conf.SESSION_LIFETIME)
