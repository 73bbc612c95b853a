"""Hand what stands in one XML file to the shop's handlers: in chunks, each applied once and whole.

A chunk and the position behind it are committed together.  If a handler raises on a chunk, its objects are tried
one by one: the one that cannot be applied is noted, the others go on.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, BinaryIO

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext

from ..adapters import CatalogHandler, ImportContext, OrderUpdateHandler, apply_order_updates, upsert
from ..commerceml.catalog import (
    CatalogInfo,
    Group,
    MeasureUnit,
    Offer,
    PriceType,
    Product,
    Property,
    Warehouse,
)
from ..commerceml.errors import CommercemlError, InvalidDocument, Problem, gettext_noop
from ..commerceml.reader import Content, detect, read_catalog, read_orders
from ..commerceml.updates import OrderUpdate
from ..conf import conf
from ..log import of_import
from ..models import CatalogEntry, ImportSession
from ..protocol.errors import NoCounterparties, NoHandler
from . import leases
from .uploads import path_of, upload_of

logger = logging.getLogger(__name__)

#: Objects that were not applied, and why.
Failed = Sequence[tuple[Any, Exception]]
Apply = Callable[[Sequence[Any]], Failed]

#: Problems kept with an import; and if that many objects fail before one succeeds, the file fails.
PROBLEM_LIMIT = 100

_NOTHING_APPLIED = Problem(
    "nothing-applied", gettext_noop("Nothing in it could be applied; the site's log says why.")
)

#: The database is gone or overloaded: nothing is wrong with the object.
_ILL = (OperationalError, InterfaceError)
_PAUSES = (0.2, 2)  # seconds until it is tried again


class FileApplier:
    """Applies one file, from the position that its import has reached."""

    def __init__(
        self,
        record: ImportSession,
        context: ImportContext,
        *,
        orders: OrderUpdateHandler,
        catalog: CatalogHandler | None,
    ) -> None:
        self._record = record
        self._context = replace(context, catalog_id=record.catalog_id, changes_only=record.changes_only)
        self._catalog = catalog
        self._orders = orders
        self._counted: Counter[str] = Counter()  # in the chunk at hand

    def run(self, deadline: float) -> bool:
        """Apply until the end, or until ``deadline`` (of ``time.monotonic()``); return whether it is the end.

        Raises CommercemlError for a file that cannot be read, NoHandler or LeaseLost.
        """
        with path_of(self._record.file).open("rb") as file:
            content = detect(file)
            for objects, apply in self._chunks(content, file):
                self._apply_patiently(objects, apply, self._percent(file))
                if time.monotonic() >= deadline:
                    return False
        return True

    def _chunks(self, content: Content, file: BinaryIO) -> Iterator[tuple[Sequence[Any], Apply]]:
        skip = self._record.position
        if content is Content.ORDERS:
            for updates in _in_chunks(read_orders(file, skip=skip)):
                yield updates, self._apply_orders
        elif content is Content.CATALOG:
            if self._catalog is None:
                raise NoHandler(what=gettext("the catalogue"))
            for objects in _in_chunks(read_catalog(file, skip=skip)):
                yield objects, self._apply_catalog
        elif content is Content.COUNTERPARTIES:
            raise NoCounterparties(what=gettext("counterparties"))

    def _percent(self, file: BinaryIO) -> int:
        return min(99, file.tell() * 100 // max(1, self._record.file.size))

    def _apply_patiently(self, objects: Sequence[Any], apply: Apply, percent: int) -> None:
        """Apply a chunk; again if the database was ill: restarted, busy, or caught in a deadlock."""
        start = self._record.position
        for pause in (*_PAUSES, None):
            left = objects[self._record.position - start :]  # some may have been applied one by one
            try:
                if left:
                    self._apply(left, apply, percent)
                return
            except _ILL:
                if pause is None:
                    raise
                extra = {"event": "chunk_tried_again", **of_import(self._record)}
                logger.warning("the database failed, the chunk is tried again", exc_info=True, extra=extra)
                time.sleep(pause)
                leases.reload(self._record)

    def _apply(self, objects: Sequence[Any], apply: Apply, percent: int) -> None:
        self._counted.clear()
        start = self._record.position
        try:
            with transaction.atomic():
                self._record.base.lock()  # before anything else: all that lock several things begin with it
                failed = apply(objects)
                self._note(percent, objects, failed)
        except (leases.LeaseLost, CommercemlError, *_ILL):
            raise
        except Exception as error:
            leases.reload(self._record)
            if self._record.position > start:  # all is committed; the shop's own on_commit raised
                extra = {"event": "chunk_aftermath_failed", **of_import(self._record)}
                logger.exception("what the shop does after it applied a chunk failed", extra=extra)
            elif len(objects) > 1:
                for one in objects:
                    self._apply([one], apply, percent)
            else:
                extra = {"event": "object_not_applied", **of_import(self._record)}
                logger.exception("what 1C sent was not applied: %r", _name(objects[0]), extra=extra)
                self._note(percent, objects, [(objects[0], error)])

    def _note(self, percent: int, objects: Sequence[Any], failed: Failed) -> None:
        """Note what was read and applied, in the transaction of the caller."""
        record = self._record
        counts = Counter(record.counts)
        counts.update(self._counted or {type(objects[0]).__name__: len(objects) - len(failed)})
        applied = 0 if isinstance(objects[0], CatalogInfo) else len(objects) - len(failed)
        problems = [*record.problems, *([_name(subject), type(error).__name__] for subject, error in failed)]
        leases.note(
            record,
            percent=percent,
            position=record.position + len(objects),
            applied_count=record.applied_count + applied,
            failed_count=record.failed_count + len(failed),
            counts=counts,
            problems=problems[:PROBLEM_LIMIT],
            catalog_id=self._context.catalog_id,
            changes_only=self._context.changes_only,
        )
        if record.failed_count >= PROBLEM_LIMIT and not record.applied_count:
            raise InvalidDocument(_NOTHING_APPLIED)

    def _apply_orders(self, updates: Sequence[OrderUpdate]) -> Failed:
        applied = apply_order_updates(self._orders, updates, self._context)
        became = {field.name: len(getattr(applied, field.name)) for field in fields(applied)}
        self._counted = Counter({name: count for name, count in became.items() if count})
        return applied.failed

    # -- catalogue

    def _apply_catalog(self, objects: Sequence[Any]) -> Failed:
        first = objects[0]
        if isinstance(first, CatalogInfo):
            for info in objects:
                self._enter(info)
        elif isinstance(first, Offer):
            self._apply_offers(objects)
        else:
            self._save(type(first))(objects, self._context)
            if isinstance(first, Product):
                self._remember(objects)
        return ()

    def _enter(self, info: CatalogInfo) -> None:
        """What follows belongs to this catalogue; only a Каталог tells whether it is a full one."""
        changes_only = self._context.changes_only if info.is_offers else info.changes_only
        self._context = replace(self._context, catalog_id=info.catalog_id, changes_only=changes_only)

    def _save(self, kind: type) -> Callable[[Sequence[Any], ImportContext], None]:
        assert self._catalog is not None  # noqa: S101  # or there would be no chunk
        savers: dict[type, Callable[[Sequence[Any], ImportContext], None]] = {
            Group: self._catalog.save_groups,
            Property: self._catalog.save_properties,
            PriceType: self._catalog.save_price_types,
            Warehouse: self._catalog.save_warehouses,
            MeasureUnit: self._catalog.save_units,
            Product: self._catalog.save_products,
        }
        return savers[kind]

    def _apply_offers(self, offers: Sequence[Any]) -> None:
        assert self._catalog is not None  # noqa: S101
        self._catalog.save_offers(offers, self._context)
        priced = [offer for offer in offers if offer.prices is not None]
        if priced:
            self._catalog.save_prices(priced, self._context)
        stocked = [offer for offer in offers if offer.stocks is not None or offer.quantity is not None]
        if stocked:
            self._catalog.save_stocks(stocked, self._context)

    def _remember(self, products: Sequence[Any]) -> None:
        """Note which products this upload named, for the end of a full one."""
        base, upload, catalog_id = self._record.base, upload_of(self._record.file), self._context.catalog_id[:64]
        rows = [
            CatalogEntry(base=base, product_id=product.id[:255], catalog_id=catalog_id, upload=upload)
            for product in products
        ]
        upsert(CatalogEntry, rows, by=("base", "product_id"), update=("catalog_id", "upload"))


def _name(subject: Any) -> str:
    """Return by what 1C knows an object."""
    return str(subject.number if isinstance(subject, OrderUpdate) else getattr(subject, "id", "") or subject.name)


def _in_chunks(objects: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield neighbours of one kind together, at most ``CHUNK_SIZE``."""
    chunk: list[Any] = []
    for one in objects:
        if chunk and type(one) is not type(chunk[0]):
            yield chunk
            chunk = []
        chunk.append(one)
        if len(chunk) >= conf.CHUNK_SIZE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
