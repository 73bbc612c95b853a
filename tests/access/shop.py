"""Adapters that show what goes on around them, or break with a secret in their mouth."""

from __future__ import annotations

from typing import ClassVar

from django.db import connection
from django.utils import translation

from django_onec_exchange.adapters import OrderMarker, OrderSelector

SECRET = "the secret of the shop"


class WatchingSelector(OrderSelector):
    """Notes in what surroundings it was asked."""

    seen: ClassVar[list[tuple[bool, str]]] = []

    def select(self, context):
        self.seen.append((connection.in_atomic_block, translation.get_language()))
        return super().select(context)


class BrokenSelector(OrderSelector):
    def select(self, context):
        raise RuntimeError(SECRET)


class BrokenMarker(OrderMarker):
    def mark(self, deliveries, context):
        super().mark(deliveries, context)
        raise RuntimeError(SECRET)
