"""Private copies of what went out.  They hold personal data: they never lie where the web server serves them."""

from __future__ import annotations

import errno
import logging
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import (
    FileSystemStorage,
    InMemoryStorage,
    InvalidStorageError,
    Storage,
    storages,
)
from django.utils.translation import gettext as _

from .conf import conf
from .log import of_batch
from .models import IncomingFile, OrderBatch
from .protocol.errors import AuditFailed
from .served import serving

logger = logging.getLogger(__name__)

STORAGE_ALIAS = "onec_exchange"
ENTRY = "orders.xml"  # what an archive of orders holds


class ServedFolder(ImproperlyConfigured):
    """The web server would serve the copies."""

    def __init__(self, served: Sequence[str]) -> None:
        self.served = ", ".join(served)  # names of Django's settings
        super().__init__(f"ONEC_EXCHANGE_AUDIT_ROOT or its storage lies under {self.served}")


def get_storage() -> Storage:
    """Return ``STORAGES["onec_exchange"]``, else a folder that only the site's own user can read.

    Raises OSError when no folder is known.
    """
    try:
        return storages[STORAGE_ALIAS]
    except InvalidStorageError:
        if STORAGE_ALIAS in settings.STORAGES:
            raise
    return FileSystemStorage(
        location=audit_root(), base_url="", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def audit_root() -> Path:
    """Return the folder of the copies.  Raises OSError when neither AUDIT_ROOT nor BASE_DIR is set."""
    if conf.AUDIT_ROOT:
        return Path(conf.AUDIT_ROOT)
    base_dir = getattr(settings, "BASE_DIR", None)
    if not base_dir:
        raise FileNotFoundError("neither ONEC_EXCHANGE_AUDIT_ROOT nor BASE_DIR is set")
    return Path(base_dir) / "var" / "1c_exchange" / "logs"


def local_folder(storage: Storage) -> str | None:
    """Return the folder in which a storage keeps its files; None for one that keeps them elsewhere."""
    if isinstance(storage, InMemoryStorage):
        return None  # though it names a path
    try:
        return storage.path(".")
    except NotImplementedError:
        return None


def private_storage() -> Storage:
    """Return the storage to write to.  Raises ServedFolder, and whatever ``get_storage`` does."""
    storage = get_storage()
    folder = local_folder(storage)
    served = serving(folder) if folder is not None else ()
    if served:
        raise ServedFolder(served)
    return storage


def why_no_copies() -> str:
    """Return a sentence if no copy can be saved, whatever it holds; "" otherwise.  Touches no file."""
    try:
        private_storage()
    except Exception as error:  # a storage's class may raise anything
        return _reason(error)
    return ""


def keep_copy(batch: OrderBatch, file: IO[bytes]) -> None:
    """Copy the file of ``batch``, chunk by chunk, and note its name on the batch (not saved here).

    The name holds the batch's number.  A failure is logged and noted; with ``AUDIT_REQUIRED`` it raises
    AuditFailed.
    """
    extension = "zip" if batch.zipped else "xml"
    name = f"{batch.base.name}/{batch.created_at:%Y/%m/%d}/orders-{batch.pk:08d}.{extension}"
    file.seek(0)
    try:
        batch.audit_file = private_storage().save(name, File(file, name))
    except Exception as error:
        extra = {"event": "audit_copy_failed", **of_batch(batch)}
        logger.exception("audit copy of batch %s was not saved", batch.pk, extra=extra)
        if conf.AUDIT_REQUIRED:
            raise AuditFailed from error
        batch.audit_error = _reason(error)


def _reason(error: Exception) -> str:
    """Return a sentence for people; paths are for the log alone."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, ServedFolder):
        sentence = _("The folder of the audit copies lies where the web server serves files (%(settings)s).")
        return sentence % {"settings": error.served}
    if number in (errno.ENOSPC, errno.EDQUOT):
        return _("There is no room left on the disk of the audit copies.")
    if isinstance(error, PermissionError) or number == errno.EROFS:
        return _("The site may not write to the folder of the audit copies.")
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return _("There is a file where the folder of the audit copies should be.")
    if isinstance(error, FileNotFoundError):
        return _("There is no folder for the audit copies.")
    return _("The copy could not be saved (%(error)s); the site's log says why.") % {"error": type(error).__name__}


def store_incoming(file: IncomingFile, path: Path) -> str:
    """Copy a file from 1C that was applied, chunk by chunk, and return its name; "" if that failed."""
    moment, base = file.received_at, file.session.base.name
    name = f"{base}/{moment:%Y/%m/%d}/incoming-{file.pk:08d}-{path.name[-100:]}"
    try:
        with path.open("rb") as content:
            return private_storage().save(name, File(content, name))
    except Exception:
        extra = {"event": "incoming_copy_failed", "base": base, "file": file.name}
        logger.exception("audit copy of the file %s was not saved", file.name, extra=extra)
        return ""


def remove_copy(name: str) -> bool:
    """Remove a copy by its name; return whether it is gone, as one is that was not there."""
    try:
        get_storage().delete(name)
    except FileNotFoundError:
        pass
    except Exception:
        extra = {"event": "copy_not_removed", "file": name}
        logger.exception("audit copy %s was not removed", name, extra=extra)
        return False
    return True


def drop_copy(batch: OrderBatch) -> None:
    """Remove the copy of a batch that was not handed over after all."""
    if batch.audit_file:
        try:
            get_storage().delete(batch.audit_file)
        except Exception:
            extra = {"event": "audit_copy_not_removed", **of_batch(batch)}
            logger.exception("audit copy %s was not removed", batch.audit_file, extra=extra)


@contextmanager
def open_content(name: str) -> Iterator[IO[bytes]]:
    """Open what a copy holds, packed or not.  Raises whatever the storage does, and zipfile's errors."""
    with get_storage().open(name) as stored:
        if not name.endswith(".zip"):
            yield cast(IO[bytes], stored)
            return
        # a storage far away gives no file that can be read from its end
        with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as whole:
            shutil.copyfileobj(stored, whole)
            with zipfile.ZipFile(whole) as archive, archive.open(ENTRY) as entry:
                yield entry
