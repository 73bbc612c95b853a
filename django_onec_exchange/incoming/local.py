"""Files that are here already, taken in as if 1C had uploaded them: for ``manage.py onec_import``."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from ..access import get_base
from ..adapters import Mount
from ..conf import conf
from ..models import ExchangeSession, ImportSession, IncomingFile
from ..protocol.errors import ImportStalled
from ..protocol.filenames import safe_name
from .imports import record_of, run
from .leases import claim
from .unpacking import unpack_all
from .uploads import files_of, folder_of, receive, upload_of

ACCOUNT_NAME = "onec_import"
_STEP = 0.5  # seconds between two reports of progress

#: What is referred to comes first (commerceml.md, section 18.2); files of other names go in between.
_ORDER = ("groups", "propertiesgoods", "units", "storages", "pricelists", "goods", "import")
_LAST = ("propertiesoffers", "offers", "prices", "rests", "documents", "orders")


def find_files(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the name and the place of each file: of a folder, all in it, with their names in the folder."""
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            yield from ((str(one.relative_to(path)), one) for one in inside)
        else:
            yield path.name, path


@contextmanager
def taken_in(
    files: Iterable[tuple[str, Path]], base: str, *, dry_run: bool = False
) -> Iterator[list[IncomingFile]]:
    """Copy the files into an upload of its own, and yield its XML files in the order to import them.

    With ``dry_run`` all that happens inside is undone, and other exchanges of the base wait meanwhile.  Raises
    ExchangeError.
    """
    if dry_run:
        with transaction.atomic():
            with taken_in(files, base) as documents:
                yield documents
            folder = folder_of(upload_of(documents[0])) if documents else None
            transaction.set_rollback(True)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return
    session = ExchangeSession.objects.create(base=get_base(base), account_name=ACCOUNT_NAME)
    for name, path in files:
        _copy(session, safe_name(name), path)
    unpack_all(session.upload)
    documents = list(files_of(session.upload).select_related("session__base").filter(name__iendswith=".xml"))
    yield sorted(documents, key=lambda file: _rank(file.name))


def import_here(
    file: IncomingFile, mount: Mount, tell: Callable[[int], None], *, keep_copy: bool = True
) -> ImportSession:
    """Import a file to its end and return what became of it; ``tell`` is given the percentage now and then.

    Raises ImportStalled while another import of the base runs.
    """
    record = record_of(file)
    while record.state == ImportSession.State.WAITING:
        if not claim(record):
            raise ImportStalled(name=file.name)
        run(record, mount, seconds=_STEP, keep_copy=keep_copy)
        tell(record.percent)
    return record


def _copy(session: ExchangeSession, name: str, path: Path) -> None:
    left = path.stat().st_size
    with path.open("rb") as content:
        while left > 0:
            size = min(left, conf.FILE_LIMIT)
            receive(session, "catalog", name, content, size)
            left -= size


def _rank(name: str) -> tuple[int, list[int | str]]:
    stem = name.rpartition("/")[2].lower()
    groups = (*_ORDER, "", *_LAST)
    kind = next((one for one in groups if one and stem.startswith(one)), "")
    parts = [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
    return groups.index(kind), parts
