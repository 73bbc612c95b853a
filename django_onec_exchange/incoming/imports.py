"""``import``, and order files at ``file``: take up an uploaded XML file, go on with it, tell how far it is.

Each call finds out from the database where the import stands, so it does not matter which worker answers it, and a
repeated ``import`` of a finished file is ``success`` at once.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as AnyDatabaseError
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from .. import audit
from ..adapters import ImportContext, Mount, load_catalog_handler, load_order_update_handler
from ..commerceml.errors import CommercemlError
from ..commerceml.reader import Content, detect
from ..conf import conf
from ..log import of_import
from ..models import ExchangeSession, ImportSession, IncomingFile
from ..protocol import replies
from ..protocol.errors import ExchangeError, ImportFailed, ImportStalled, InternalError, UnknownFile
from ..protocol.replies import Reply
from .applying import FileApplier
from .leases import LeaseLost, claim, release
from .unpacking import ARCHIVE_SUFFIX, unpack_all
from .uploads import folder_of, path_of, upload_of

logger = logging.getLogger(__name__)

_State = ImportSession.State
_ENDED = (_State.DONE, _State.FAILED)  # for good: 1C tries again by sending the file again
_PAUSE = 0.2  # seconds between two looks at somebody else's work
_FORGOTTEN = 5  # leases until an import that no worker took is put into the queue once more
_SHOWN = 10  # objects named to 1C that could not be applied
_TAIL = 512  # bytes at the end of a file in which its root closes
_ROOT_ENDS = tuple("КоммерческаяИнформация>".encode(code) for code in ("utf-8", "cp1251"))

#: Puts an import into the queue of a worker.
Enqueue = Callable[[ImportSession], None]


def import_file(file: IncomingFile, mount: Mount, enqueue: Enqueue | None) -> Reply:
    """Answer ``import``: go on with the file for a while, and tell whether it is done.

    With ``enqueue`` a worker does it, and this call only looks on.  ``progress`` makes 1C ask again: UT at once,
    so a reply is held back while there is nothing new to tell.  Raises ImportFailed, ImportStalled or UnknownFile.
    """
    record = record_of(file)
    try:
        if not _has_ended(record):
            if enqueue is not None:
                _hand_over(record, enqueue)
                _wait_for(lambda: _has_ended(_looked_up(record)), seconds=conf.IMPORT_POLL_HOLD)
            else:
                _work(record, mount, wait=conf.IMPORT_POLL_HOLD, seconds=conf.IMPORT_TIME_SLICE)
    except ImportSession.DoesNotExist:  # another request of this session began anew
        raise UnknownFile(name=file.name) from None
    return _reply(record)


def take_orders(file: IncomingFile, mount: Mount) -> Reply:
    """Answer ``file`` of ``type=sale``: apply an order file as soon as it is whole, at once and to its end.

    UNF never asks for its import, and UT may be told not to (protocol.md, section 9).  ``progress`` is no legal
    answer here.  Raises ImportFailed or ImportStalled, and 1C sends the orders again.
    """
    if file.name.lower().endswith(ARCHIVE_SUFFIX):
        whole = unpack_all(upload_of(file))
    else:
        whole = [file] if is_whole(file) else []
    said = [_take_orders(one, mount) for one in whole if _holds_orders(one)]
    return next((reply for reply in said if len(reply.lines) > 1), replies.success())


def is_whole(file: IncomingFile) -> bool:
    """Tell whether an XML file ends as one does; 1C does not say which chunk is the last."""
    if not file.name.lower().endswith(".xml"):
        return False
    with path_of(file).open("rb") as content:
        content.seek(max(0, file.size - _TAIL))
        return content.read(_TAIL).rstrip().endswith(_ROOT_ENDS)


def run(record: ImportSession, mount: Mount, *, seconds: float, keep_copy: bool = True) -> None:
    """Work on an import that was claimed, for some time or to its end; whatever happens stands in ``record``."""
    file = record.file
    try:
        applier = FileApplier(
            record,
            import_context(file.session, upload_of(file), mount),
            orders=load_order_update_handler(mount.order_update_handler),
            catalog=load_catalog_handler(mount.catalog_handler),
        )
        if applier.run(time.monotonic() + seconds):
            if keep_copy:
                file.audit_file = audit.store_incoming(file, path_of(file))
                file.save(update_fields=["audit_file"])
            release(record, _State.DONE, percent=100)
            _log_done(record)
        else:
            release(record, _State.WAITING)
    except LeaseLost:
        extra = {"event": "import_taken_over", **of_import(record)}
        logger.warning("the import of %s was taken over", file.name, extra=extra)
        record.refresh_from_db()
    except Exception as error:
        _fail(record, error)


def import_context(session: ExchangeSession, upload: str, mount: Mount) -> ImportContext:
    """Return what the handlers are told about an upload of this session."""
    return ImportContext(
        base=session.base,
        adapters=mount.load_adapters(),
        session=session,
        folder=folder_of(upload),
        started_at=session.started_at,
    )


def record_of(file: IncomingFile) -> ImportSession:
    defaults = {"base": file.session.base}
    return ImportSession.objects.select_related("base", "file__session").get_or_create(
        file=file, defaults=defaults
    )[0]


def _work(record: ImportSession, mount: Mount, *, wait: float, seconds: float) -> None:
    """Wait until it is this import's turn, or somebody else has ended it; then work on it for some time."""
    if _wait_for(lambda: claim(record) or _has_ended(record), seconds=wait) and not _has_ended(record):
        run(record, mount, seconds=seconds)


def _take_orders(file: IncomingFile, mount: Mount) -> Reply:
    record = record_of(file)
    if not _has_ended(record):
        _work(record, mount, wait=conf.IMPORT_TIME_SLICE, seconds=float("inf"))
    if not _has_ended(record):
        raise ImportStalled(name=file.name)
    return _reply(record)


def _hand_over(record: ImportSession, enqueue: Enqueue) -> None:
    """Put the import into the queue once; again if the worker that had it is gone, or nobody took it for long."""
    now = timezone.now()
    in_no_queue = Q(enqueued_at=None) | Q(enqueued_at__lt=now - timedelta(seconds=_FORGOTTEN * conf.IMPORT_LEASE))
    dead = Q(state=_State.RUNNING, lease_until__lt=now)
    due = Q(state=_State.WAITING) & in_no_queue | dead & (in_no_queue | Q(enqueued_at__lt=F("lease_until")))
    if ImportSession.objects.filter(due, pk=record.pk).update(enqueued_at=now):
        enqueue(record)


def _wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Look again and again, a while long, until a condition holds; return whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(_PAUSE, left))
    return True


def _looked_up(record: ImportSession) -> ImportSession:
    record.refresh_from_db(fields=["state", "percent", "message", "moved_at", "failed_count", "problems"])
    return record


def _has_ended(record: ImportSession) -> bool:
    return record.state in _ENDED


def _reply(record: ImportSession) -> Reply:
    name = record.file.name
    if record.state == _State.DONE:
        return replies.success(_left_out(record))
    if record.state == _State.FAILED:
        raise ImportFailed(name=name, reason=record.message)
    if record.moved_at < timezone.now() - timedelta(seconds=conf.IMPORT_STALL_LIMIT):
        raise ImportStalled(name=name)
    return replies.progress(gettext("%(name)s: %(percent)s%%") % {"name": name, "percent": record.percent})


def _left_out(record: ImportSession) -> str:
    """Return what 1C is told beside success: which objects could not be applied."""
    if not record.failed_count:
        return ""
    names = ", ".join(str(name) for name, _reason in record.problems[:_SHOWN])
    sentence = ngettext(
        "%(count)s object could not be taken: %(names)s",
        "%(count)s objects could not be taken: %(names)s",
        record.failed_count,
    )
    return sentence % {"count": record.failed_count, "names": names}


def _holds_orders(file: IncomingFile) -> bool:
    with path_of(file).open("rb") as content:
        try:
            return detect(content) in (Content.ORDERS, Content.NOTHING)
        except CommercemlError as broken:
            raise ImportFailed(name=file.name, reason=_words(broken)) from broken


def _log_done(record: ImportSession) -> None:
    counts = {"applied": record.applied_count, "failed": record.failed_count}
    extra = {"event": "import_done", **of_import(record), **counts}
    logger.info("%s was imported: %s", record.file.name, counts, extra=extra)


def _fail(record: ImportSession, error: Exception) -> None:
    """Note why the file cannot be imported, in the words 1C is told; what was applied before stays."""
    name = record.file.name
    if isinstance(error, ExchangeError | CommercemlError):
        told = error
        extra = {"event": "import_failed", **of_import(record)}
        logger.warning("the import of %s failed: %s", name, type(error).__name__, extra=extra)
    else:
        reference = secrets.token_hex(4)
        extra = {"event": "import_crashed", **of_import(record), "reference": reference}
        logger.exception("the import of %s failed, reference %s", name, reference, extra=extra)
        told = InternalError(reference=reference)
    message = _words(told)
    try:
        release(record, _State.FAILED, message=message, code=_code(told))
    except (LeaseLost, AnyDatabaseError):
        extra = {"event": "import_end_not_noted", **of_import(record)}
        logger.exception("how the import of %s ended was not noted", name, extra=extra)
    record.state, record.message, record.code = _State.FAILED, message, _code(told)


def _code(error: ExchangeError | CommercemlError) -> str:
    return error.code if isinstance(error, ExchangeError) else error.problem.code


def _words(error: ExchangeError | CommercemlError) -> str:
    told = error if isinstance(error, ExchangeError) else error.problem
    return gettext(told.message) % told.params
