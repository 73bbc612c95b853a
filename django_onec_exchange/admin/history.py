"""Look, do not touch: what happened does not change."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest


class HistoryMixin:
    """For admin classes of history: nobody adds, changes or deletes it by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
