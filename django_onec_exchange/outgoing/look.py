"""A look at the file that 1C would get: written in the same way, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from ..adapters import (
    Adapters,
    ExchangeContext,
    ImportContext,
    Mount,
    get_order_model,
    load_order_update_handler,
)
from ..commerceml.versions import is_flat
from ..conf import conf, exchange_encoding
from ..models import ExchangeSession, InfoBase, OrderBatch
from .filling import BatchFiller, positive
from .portions import Portion, portions
from .recording import Onlooker

#: Number of an order that is left out, and the reason, a translated sentence.
Tell = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Look:
    """How many orders stand in the file, and how many were left out."""

    orders: int
    left_out: int


def look(
    base: InfoBase,
    adapters: Adapters,
    file: IO[bytes],
    *,
    version: str = "",
    zipped: bool = False,
    chosen: Sequence[Any] | None = None,
    limit: int | None = None,
    tell: Tell,
    advance: Callable[[int], None] = lambda count: None,
) -> Look:
    """Write to ``file`` what the next ``query`` would carry, or the orders with the primary keys ``chosen``.

    No batch, no delivery, no record of an order left out; ``file`` may be a pipe.  Without ``version`` it is the
    file of a stock configuration.  ``advance`` is told now and then how many orders were read.  Only their
    numbers are kept in memory.  Raises NotConfigured.
    """
    version = version or conf.FORCED_VERSION or conf.STOCK_CLIENT_VERSION
    profile = ExchangeSession.Profile.STOCK if is_flat(version) else ExchangeSession.Profile.OTHER
    context = ExchangeContext(
        base=base, cutoff=timezone.now(), version=version, adapters=adapters, profile=profile
    )
    batch = OrderBatch(  # never saved
        base=base,
        session=ExchangeSession(base=base, profile=profile),
        version=version,
        encoding=exchange_encoding(),
        zipped=zipped,
    )
    if chosen is None:
        most = limit or positive("QUERY_LIMIT")
        parts = portions(adapters.selector.select(context), (), context, look_only=True)
    else:
        most = len(chosen)
        parts = [Portion(orders=adapters.selector.get_queryset(), keys=chosen)]
    filler = BatchFiller(
        batch,
        context,
        Onlooker(batch, context, tell, advance, chosen=chosen is not None),
        limit=most,
        seconds=float("inf"),
    )
    filler.fill(file, parts)
    return Look(orders=batch.order_count, left_out=batch.skipped_count)


def find_orders(mount: Mount, base: InfoBase, texts: Sequence[str]) -> dict[str, Any]:
    """Return the primary keys of the orders that these texts are the numbers of, or else the primary keys.

    Those that no order, or several, go by are absent.  Raises NotConfigured.
    """
    context = ImportContext(base=base, adapters=mount.load_adapters(), started_at=timezone.now())
    handler = load_order_update_handler(mount.order_update_handler)
    by_number = handler.find_by_number(set(texts), context)
    model = get_order_model()
    found: dict[str, Any] = {}
    for text in texts:
        if text in by_number:
            found[text] = by_number[text].pk
            continue
        with suppress(ValidationError, OverflowError):
            order = model._base_manager.filter(pk=model._meta.pk.to_python(text)).first()
            if order is not None:
                found[text] = order.pk
    return found
