"""What was said between 1C and the site, and what was sent.

Everything the exchange must not forget lives here: not in a cache, not in Django's sessions.

An index that begins with a foreign key holds no column that changes.  MariaDB and MySQL check the key through such
an index, so that changing the other column would lock the row referred to: two calls that change different tables
could then wait for each other.
"""

from __future__ import annotations

from .files import CatalogEntry, ImportSession, IncomingFile
from .orders import DeliveryWindow, OrderBatch, OrderDelivery, OrderLink, SkippedOrder, SuspectOrder, order_key
from .sessions import DOCTOR_AGENT, AuthFailure, ExchangeEvent, ExchangeSession, ExchangeSessionQuerySet, InfoBase

__all__ = [
    "DOCTOR_AGENT",
    "AuthFailure",
    "CatalogEntry",
    "DeliveryWindow",
    "ExchangeEvent",
    "ExchangeSession",
    "ExchangeSessionQuerySet",
    "ImportSession",
    "IncomingFile",
    "InfoBase",
    "OrderBatch",
    "OrderDelivery",
    "OrderLink",
    "SkippedOrder",
    "SuspectOrder",
    "order_key",
]
