"""Settings of a site whose imports are done by a worker with its queue in the database."""

from django import VERSION

from tests.servers.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, *(["django_tasks"] if VERSION < (6,) else []), "django_tasks_db"]  # noqa: F405
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
