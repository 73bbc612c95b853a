"""The task of an import, as a queue outside of this process sees it."""

from __future__ import annotations

from django.utils.module_loading import import_string

from django_onec_exchange.incoming import tasks


def test_a_worker_finds_the_task_by_its_path():
    """A queue in the database keeps the path alone; what lies there must be the task and not its function."""
    assert import_string(tasks.import_task.module_path) is tasks.import_task
