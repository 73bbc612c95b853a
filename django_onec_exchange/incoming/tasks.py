"""The import as a task of Django's tasks framework: a worker imports, and requests only look on.

Django 6 has the framework; for Django 5.2 there is its backport, ``django-tasks``.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils import translation

from ..conf import conf
from ..models import ImportSession
from ..mounting import get_mount
from ..protocol.errors import NotConfigured
from .imports import run
from .leases import claim


def _find_task() -> Any:
    """Return the framework's ``task``; None where there is none, and imports work in time slices."""
    for framework in ("django.tasks", "django_tasks"):
        with suppress(ImportError):
            return import_module(framework).task
    return None


task = _find_task()


def enqueue(record: ImportSession) -> None:
    """Put the import into the queue.  Raises NotConfigured where there is no tasks framework."""
    if task is None:
        raise NotConfigured(what="ONEC_EXCHANGE_IMPORT_TASKS")
    import_task.enqueue(record.pk)


def have_worker() -> bool:
    """Tell whether what is enqueued reaches a worker: some backends run it at once, or never."""
    if task is None:
        return False
    kinds = {kind.__name__ for kind in type(import_task.get_backend()).__mro__}
    return not kinds & {"ImmediateBackend", "DummyBackend"}


def work(key: int) -> None:
    """Import one file to its end.  If it is not its turn, the next call of 1C puts it into the queue again."""
    record = ImportSession.objects.select_related("base", "file__session__base").filter(pk=key).first()
    if record is None:
        return  # the upload was forgotten meanwhile
    mount = get_mount(record.base.name)
    if mount is None or not claim(record):
        ImportSession.objects.filter(pk=key, state=ImportSession.State.WAITING).update(enqueued_at=None)
        return
    with translation.override(str(conf.REPLY_LANGUAGE or settings.LANGUAGE_CODE)):
        run(record, mount, seconds=float("inf"))


def _as_task(function: Any) -> Any:
    return function if task is None else task(function)


@_as_task
def import_task(key: int) -> None:
    """Queues keep a task by its path alone, so the name here is that of the task itself."""
    work(key)
