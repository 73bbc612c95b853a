"""Who works on an import: one worker for each 1C base, held by a lease that a dead one cannot renew."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..conf import conf
from ..models import ImportSession

_State = ImportSession.State
_CHANGING = [field.name for field in ImportSession._meta.concrete_fields if not field.is_relation]


class LeaseLost(Exception):
    """Somebody else took the import over: nothing more may be applied here."""


def claim(record: ImportSession) -> bool:
    """Try to become the one that works on this import; no other import of the base may run meanwhile.

    Whatever comes of it, ``record`` is then as it stands.  Raises ImportSession.DoesNotExist if it was forgotten.
    """
    if _is_taken(record):  # looked up first: who waits for long must not hold up who works
        _refresh(record)
        return False
    base = record.base
    with transaction.atomic():
        base.lock()
        free = ImportSession.objects.filter(pk=record.pk, state__in=(_State.WAITING, _State.RUNNING))
        claimed = not _is_taken(record) and bool(
            free.update(
                worker=secrets.token_hex(8), state=_State.RUNNING, lease_until=_lease_end(), message="", code=""
            )
        )
    _refresh(record)
    return claimed


def _is_taken(record: ImportSession) -> bool:
    """Tell whether an import of the base runs, this one or another."""
    running = ImportSession.objects.filter(base_id=record.base_id, state=_State.RUNNING)
    return running.filter(lease_until__gt=timezone.now()).exists()


def reload(record: ImportSession) -> None:
    """Read how far the import is, after what was noted was undone.  Who we are stays: another may hold it now."""
    worker = record.worker
    _refresh(record)
    record.worker = worker


def _refresh(record: ImportSession) -> None:
    """Read what changes.  The base and the file stay at hand: a failure of the database can be told, too."""
    record.refresh_from_db(fields=_CHANGING)


def note(record: ImportSession, **changes: object) -> None:
    """Note how far the import is, and renew the lease; inside the transaction of what was applied.

    Raises LeaseLost.
    """
    now = timezone.now()
    changes |= {"lease_until": _lease_end(), "moved_at": now}
    mine = ImportSession.objects.filter(pk=record.pk, worker=record.worker, state=_State.RUNNING)
    if not mine.update(**changes):
        raise LeaseLost
    for name, value in changes.items():
        setattr(record, name, value)


def release(record: ImportSession, state: ImportSession.State, **changes: object) -> None:
    """Give the import back: it waits for the next request, is done, or has failed.  Raises LeaseLost."""
    if state in (_State.DONE, _State.FAILED):
        changes["finished_at"] = timezone.now()
    note(record, state=state, worker="", enqueued_at=None, **changes)


def _lease_end() -> object:
    return timezone.now() + timedelta(seconds=conf.IMPORT_LEASE)
