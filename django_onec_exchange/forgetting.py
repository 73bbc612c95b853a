"""Orders taken out of audit copies, for a customer who wants to be forgotten: the work of ``onec_forget``.

The ledger stays: it tells that an order of this number was sent.  What stood in the order goes, and so do
reasons, warnings and notes, which may quote it.  An outgoing copy is written anew without the orders, and the
batch says when; its size and digest stay those of what was sent.  Other copies that name an order go whole: files
from 1C, and what no row tells of.

Numbers are compared here and not by the database: to MariaDB and MySQL "a-1" is "A-1", which may be another's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile

from django.conf import settings
from django.core.files import File
from django.db.models import Q
from django.utils import timezone

from .audit import get_storage, open_content, private_storage, remove_copy
from .commerceml.redaction import copy_without, mentions
from .commerceml.values import clean
from .commerceml.versions import VERSIONS
from .conf import conf
from .copies import is_known, stored_copies
from .log import of_batch
from .models import IncomingFile, InfoBase, OrderBatch, OrderDelivery, OrderLink, SkippedOrder
from .outgoing.filling import open_sink

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders to forget, as one 1C base knows them."""

    base: InfoBase
    keys: frozenset[str]  # their primary keys, as deliveries have them
    numbers: frozenset[str]  # every one they were sent under, and 1C's own
    onec_ids: frozenset[str]

    def deliveries(self) -> Iterator[tuple[int, set[str]]]:
        """Yield the batches that carried them, each with the numbers in it."""
        rows = OrderDelivery.objects.filter(base=self.base, order_id__in=self.keys)
        numbers: dict[int, set[str]] = {}
        for batch, number in rows.values_list("batch", "number"):
            numbers.setdefault(batch, set()).add(number)
        yield from sorted(numbers.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One audit copy with orders in it, and what becomes of it."""

    name: str
    orders: int = 0  # taken out of it
    removed: bool = False  # it goes as a whole
    failed: bool = False  # the log says why


def find(base: InfoBase, numbers: Collection[str]) -> Orders:
    """Return the orders that were sent to this base under these numbers.

    Under other numbers, too: that of an order may have changed.
    """
    given = {clean(number, 255) for number in numbers} - {""}
    sent = OrderDelivery.objects.filter(base=base)
    matches = sent.filter(number__in=given).values_list("number", "order_id")
    keys = frozenset(key for number, key in matches if number in given)
    links = list(OrderLink.objects.filter(base=base, order_id__in=keys))
    numbers_of_1c = {link.onec_number for link in links} - {""}
    numbers_sent = set(sent.filter(order_id__in=keys).values_list("number", flat=True))
    return Orders(
        base=base,
        keys=keys,
        numbers=frozenset(given | numbers_sent | numbers_of_1c),
        onec_ids=frozenset({link.onec_id for link in links} - {""}),
    )


def forget(orders: Orders, *, dry_run: bool = False) -> Iterator[Found | None]:
    """Take the orders out of all audit copies of their base.

    Yields what was found in each, None for a copy without any of them.  A run that was killed can be repeated.
    """
    if not dry_run:
        _blank_quotations(orders)
    for key, numbers in orders.deliveries():
        batch = OrderBatch.objects.filter(pk=key).exclude(audit_file="").first()
        if batch is not None:
            yield _tried(batch.audit_file, partial(_take_out, batch, numbers, dry_run))
    for key, name in _incoming(orders.base):
        found = _tried(name, partial(_remove_if_named, name, orders, dry_run))
        if found and found.removed and not dry_run:
            IncomingFile.objects.filter(pk=key, audit_file=name).update(audit_file="")
        yield found
    try:
        for name in stored_copies(orders.base):
            if not is_known(name):
                yield _tried(name, partial(_remove_if_named, name, orders, dry_run))
    except NotImplementedError:
        extra = {"event": "copies_not_listed", "base": orders.base.name}
        logger.info("the storage of audit copies cannot be looked through", extra=extra)


def _blank_quotations(orders: Orders) -> None:
    """The records stay: without one, an order left out would never be tried again."""
    these = Q(order_id__in=orders.keys) | Q(number__in=orders.numbers)
    skipped = SkippedOrder.objects.filter(these, base=orders.base)
    rows = [row.pk for row in skipped if row.number in orders.numbers or row.order_id in orders.keys]
    SkippedOrder.objects.filter(pk__in=rows).update(reason="")
    deliveries = OrderDelivery.objects.filter(base=orders.base, order_id__in=orders.keys)
    deliveries.update(warning="")
    noted = deliveries.exclude(batch__note="").values_list("batch", flat=True)
    OrderBatch.objects.filter(pk__in=list(noted)).update(note="")


def _incoming(base: InfoBase) -> Iterator[tuple[int, str]]:
    files = IncomingFile.objects.filter(session__base=base).exclude(audit_file="").order_by("pk")
    last = 0
    while chunk := list(files.filter(pk__gt=last).values_list("pk", "audit_file")[: conf.CHUNK_SIZE]):
        yield from chunk
        last = chunk[-1][0]


def _tried(name: str, work: Callable[[], Found | None]) -> Found | None:
    try:
        return work()
    except FileNotFoundError:  # it is gone already
        return None
    except Exception:
        extra = {"event": "copy_not_redacted", "file": name}
        logger.exception("orders could not be taken out of the audit copy %s", name, extra=extra)
        return Found(name=name, failed=True)


def _take_out(batch: OrderBatch, numbers: Collection[str], dry_run: bool) -> Found | None:
    """Write a batch's copy anew.

    The old one goes before the row names the new one: whatever happens in between, none with the orders is left
    that no row tells of.
    """
    old = batch.audit_file
    with open_content(old) as source, TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
        with open_sink(target, batch.zipped) as sink:
            orders = copy_without(source, sink, numbers, version=VERSIONS[batch.version], encoding=batch.encoding)
        if not orders:
            return None
        if not dry_run:
            target.seek(0)
            folder, _, file = old.rpartition("/")
            name = f"{folder}/orders-{batch.pk:08d}-redacted.{file.rpartition('.')[2]}"
            new = private_storage().save(name, File(target, name))
            _replace(batch, old, new)
    return Found(name=old, orders=orders)


def _replace(batch: OrderBatch, old: str, new: str) -> None:
    try:
        get_storage().delete(old)
    except BaseException:
        remove_copy(new)
        raise
    named = OrderBatch.objects.filter(pk=batch.pk, audit_file=old)
    if not named.update(audit_file=new, redacted_at=timezone.now()):
        remove_copy(new)  # onec_cleanup was faster
    extra = {"event": "copy_redacted", **of_batch(batch)}
    logger.info("orders were taken out of the audit copy of batch %s", batch.pk, extra=extra)


def _remove_if_named(name: str, orders: Orders, dry_run: bool) -> Found | None:
    with open_content(name) as content:
        if not mentions(content, numbers=orders.numbers, ids=orders.onec_ids):
            return None
    if not dry_run:
        get_storage().delete(name)
    return Found(name=name, removed=True)
