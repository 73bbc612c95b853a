"""Do files from 1C get through to the shop?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..adapters import ExchangeContext
from ..conf import conf
from ..models import ImportSession
from .findings import Finding, Level, ago, shown

_State = ImportSession.State
_RECENT = 50  # imports
_WORKER_AWAKE = 3  # leases within which a worker takes what is in its queue


def look(context: ExchangeContext) -> Iterator[Finding]:
    imports = ImportSession.objects.filter(base=context.base).select_related("file").defer("counts", "problems")
    for latest in _latest_of_each_type(list(imports.order_by("-pk")[:_RECENT])):
        yield from _look_at_ended(latest)
    pending = imports.filter(state__in=(_State.WAITING, _State.RUNNING)).order_by("moved_at")
    yield from _look_at_pending(list(pending[:_RECENT]))


def _latest_of_each_type(recent: list[ImportSession]) -> Iterator[list[ImportSession]]:
    """Yield the imports of the session that sent files of a type last: what came after a failure counts.

    Not of the upload: a file that was retired is of none.  Of a file that was sent twice, the last import counts.
    """
    latest: dict[str, dict[str, ImportSession]] = {}
    sessions: dict[str, int] = {}
    for record in recent:
        file = record.file
        if record.state not in (_State.DONE, _State.FAILED):
            continue
        if sessions.setdefault(file.type, file.session_id) == file.session_id:
            latest.setdefault(file.type, {}).setdefault(file.name, record)
    for records in latest.values():
        yield list(records.values())


def _look_at_ended(records: list[ImportSession]) -> Iterator[Finding]:
    failed = [record for record in records if record.state == _State.FAILED]
    if failed:
        told = {"name": failed[0].file.name, "sentence": failed[0].message}
        yield Finding(
            level=Level.ERROR,
            code="import-failed",
            message=_("The import of %(name)s failed: “%(sentence)s”") % told,
            remedy=_("Do what the sentence says, and start the exchange in 1C: it sends the file once more."),
        )
    left_out = sum(record.failed_count for record in records)
    if left_out:
        sentence = ngettext(
            "%(count)s object of the last upload from 1C was not taken.",
            "%(count)s objects of the last upload from 1C were not taken.",
            left_out,
        )
        yield Finding(
            level=Level.WARNING,
            code="import-incomplete",
            message=sentence % {"count": left_out},
            remedy=_("The admin's list of imports says which; the site's log says why."),
        )


def _look_at_pending(pending: list[ImportSession]) -> Iterator[Finding]:
    """Take those that wait for a worker or for 1C, the longest first."""
    asleep = _untaken(pending)
    if asleep is not None:
        yield Finding(
            level=Level.ERROR,
            code="worker-asleep",
            message=_("The import of %(name)s waits for a worker since %(since)s.") % _told(asleep),
            remedy=_("Start the worker of the site's tasks, and let a supervisor keep it running."),
        )
    elif pending and pending[0].moved_at < ago(conf.IMPORT_STALL_LIMIT):
        yield Finding(
            level=Level.WARNING,
            code="import-stalled",
            message=_("The import of %(name)s has not got on since %(since)s.") % _told(pending[0]),
            remedy=_("It goes on when 1C asks for it again: start the exchange in 1C, and see what its log says."),
        )


def _untaken(pending: list[ImportSession]) -> ImportSession | None:
    """Return an import that no worker takes from the queue; one that is busy, with any base, takes it later."""
    since = ago(_WORKER_AWAKE * conf.IMPORT_LEASE)
    enqueued = (one for one in pending if one.state == _State.WAITING and one.enqueued_at is not None)
    untaken = next((one for one in enqueued if one.moved_at < since), None)
    running = ImportSession.objects.filter(state=_State.RUNNING, lease_until__gt=timezone.now())
    return None if untaken is None or running.exists() else untaken


def _told(record: ImportSession) -> dict[str, str]:
    return {"name": record.file.name, "since": shown(record.moved_at)}
