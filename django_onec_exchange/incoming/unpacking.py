"""Archives of an upload: unpacked beside themselves once they are whole, when one of their files is needed."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction

from ..adapters import upsert
from ..conf import conf
from ..models import IncomingFile
from ..protocol.errors import UnknownFile, UploadBusy
from .archives import ArchiveLimits, is_complete, unpack
from .history import retire
from .uploads import files_of, folder_of, is_busy, locked, path_of, refuse_served_root, upload_of

ARCHIVE_SUFFIX = ".zip"


def find(upload: str, name: str) -> IncomingFile:
    """Return the uploaded file of this name, also one from an archive.  Raises UnknownFile or BadArchive.

    Some clients name a file of an archive without its folders.
    """
    file = _named(upload, name)
    if file is None:
        unpack_all(upload)
        file = _named(upload, name)
    if file is None:
        raise UnknownFile(name=name)
    return file


def unpack_all(upload: str) -> list[IncomingFile]:
    """Unpack the archives that are whole and return the XML files that were in them.

    Raises BadArchive, UploadFailed, or UploadBusy while another request unpacks them or their upload is imported.
    """
    found: list[IncomingFile] = []
    for archive in files_of(upload).filter(name__iendswith=ARCHIVE_SUFFIX, unpacked=False):
        with suppress(FileNotFoundError), locked(path_of(archive), "r+b", archive.name):
            archive.refresh_from_db()
            if not archive.unpacked and is_complete(path_of(archive)):
                found += _unpack(archive)
    return found


def _unpack(archive: IncomingFile) -> list[IncomingFile]:
    upload = upload_of(archive)
    if is_busy(upload):
        raise UploadBusy(name=archive.name)
    refuse_served_root()
    limits = ArchiveLimits(
        max_files=conf.ARCHIVE_MAX_FILES, max_bytes=conf.UPLOAD_LIMIT, max_ratio=conf.ARCHIVE_MAX_RATIO
    )
    folder = folder_of(upload)
    names = unpack(path_of(archive), folder, limits=limits)
    documents = [
        IncomingFile(
            session=archive.session,
            upload=upload,
            type=archive.type,
            name=name,
            size=(folder / name).stat().st_size,
        )
        for name in names
        if name.lower().endswith(".xml")
    ]
    unpacked = files_of(upload).filter(name__in=[document.name for document in documents])
    with transaction.atomic():
        archive.session.base.lock()
        retire(unpacked.filter(import_session__isnull=False))  # these were replaced
        upsert(IncomingFile, documents, by=("upload", "name"), update=("size",))
        archive.unpacked = True
        archive.save(update_fields=["unpacked"])
    path_of(archive).unlink(missing_ok=True)
    return list(unpacked)


def _named(upload: str, name: str) -> IncomingFile | None:
    files = files_of(upload)
    exact = files.filter(name=name).first()
    if exact is not None:
        return exact
    alike = list(files.filter(name__endswith=f"/{name}")[:2])
    return alike[0] if len(alike) == 1 else None
