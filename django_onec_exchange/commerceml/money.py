"""Money that adds up: 1C books the rows, so the rows must make the order's total to the kopeck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from .documents import OrderDocument, OrderItem
from .errors import InvalidDocument, Problem, gettext_noop

KOPECK = Decimal("0.01")
ZERO = Decimal(0)
_HUNDRED = Decimal(100)


def rounded(value: Decimal) -> Decimal:
    """Return ``value`` to the kopeck, halves up, as 1C rounds."""
    return value.quantize(KOPECK, ROUND_HALF_UP)


def vat(total: Decimal, rate: Decimal, *, included: bool) -> Decimal:
    """Return the VAT of a row, the way 1C computes it: for each row, to the kopeck, halves up.

    ``rate`` is in percent.  ``included`` says whether ``total`` contains the VAT.
    """
    return rounded(total * rate / (rate + _HUNDRED if included else _HUNDRED))


def document_vat(document: OrderDocument) -> Decimal:
    """Return the VAT of all rows together."""
    included = document.vat_included
    return sum(
        (vat(item.total, item.vat_rate, included=included) for item in document.items if item.vat_rate), ZERO
    )


def payable(document: OrderDocument) -> Decimal:
    """Return what 1C will ask of the customer: the rows, and the VAT on top where it is not included."""
    rows = _rows(document)
    return rows if document.vat_included else rows + document_vat(document)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split ``amount`` (at most the sum of ``weights``) in proportion to them, to the kopeck.

    The parts make exactly ``amount`` and none is above its weight.  What rounding down leaves goes, kopeck
    by kopeck, to the rows that lost most.
    """
    total = sum(weights, ZERO)
    if not total:
        return [ZERO for _ in weights]
    exact = [amount * weight / total for weight in weights]
    parts = [part.quantize(KOPECK, "ROUND_DOWN") for part in exact]
    left = int((amount - sum(parts, ZERO)) / KOPECK)
    by_loss = sorted(
        (i for i in range(len(parts)) if parts[i] < weights[i]),
        key=lambda i: exact[i] - parts[i],
        reverse=True,
    )
    for index in by_loss[:left]:
        parts[index] += KOPECK
    return parts


def balance(document: OrderDocument) -> OrderDocument:
    """Return the document with its order discount spread over the rows.

    A total below the rows is a discount, unless it looks like a mistake.  It goes over the goods; over the
    delivery too only if it is more than the goods cost.  Raises InvalidDocument when rows, discounts and total do
    not add up.
    """
    difference = payable(document) - document.total
    if not difference:
        return document  # no discount, or the rows hold it already
    stated = sum((discount.amount for discount in document.discounts), ZERO)
    if difference < 0 or _is_mistake(document, difference, stated):
        raise InvalidDocument(_mismatch(document))
    for amount in _net_discounts(document, difference, stated):
        discounted = _discounted(document, amount)
        if payable(discounted) == document.total:
            return discounted
    raise InvalidDocument(_mismatch(document))


def _is_mistake(document: OrderDocument, difference: Decimal, stated: Decimal) -> bool:
    """Tell whether a total that is below the rows by ``difference`` says nothing of a discount.

    A silent one does not if the total was never computed, forgot the delivery, or leaves out the VAT on top.  A
    stated one may be more than there was to pay, and the total then is nought.
    """
    if stated:
        return document.vat_included and stated != difference and not (stated > difference and not document.total)
    goods = replace(document, items=tuple(item for item in document.items if not item.is_service))
    return (
        not document.total
        or document.total == payable(goods)
        or (not document.vat_included and document.total <= _rows(document))
    )


def _rows(document: OrderDocument) -> Decimal:
    return sum([item.total for item in document.items], ZERO)


def _net_discounts(document: OrderDocument, difference: Decimal, stated: Decimal) -> Iterator[Decimal]:
    """Yield what may have to come off the rows for ``difference`` to come off what the customer pays.

    Where VAT is added on top, it shrinks with the rows, and rounding hides by how much exactly.
    """
    if document.vat_included:
        yield difference
    elif stated:
        yield stated
    else:
        net = rounded(difference * _rows(document) / payable(document))
        yield net
        for step in range(1, len(document.items) + 1):  # each row may hide one kopeck
            yield net + KOPECK * step
            if net > KOPECK * step:
                yield net - KOPECK * step


def total_due(document: OrderDocument) -> Decimal:
    """Return what the customer pays where the shop keeps no total: the rows less the order's discounts.

    NaN when an amount is none.
    """
    stated = sum((discount.amount for discount in document.discounts), ZERO)
    amounts = [stated, *(item.total for item in document.items)]
    if not all(amount.is_finite() for amount in amounts):
        return Decimal("NaN")
    return payable(_discounted(document, stated)) if stated > 0 else payable(document)


def _discounted(document: OrderDocument, amount: Decimal) -> OrderDocument:
    """Return the document with ``amount`` off its rows, or as much of it as they can bear."""
    goods = [item for item in document.items if not item.is_service]
    if sum((item.total for item in goods), ZERO) < amount:
        goods, amount = list(document.items), min(amount, _rows(document))
    parts = iter(spread(amount, [item.total for item in goods]))
    chosen = {id(item) for item in goods}
    items = tuple(_less(item, next(parts)) if id(item) in chosen else item for item in document.items)
    return replace(document, items=items)


def _less(item: OrderItem, amount: Decimal) -> OrderItem:
    return replace(item, total=item.total - amount, discount=item.discount + amount)


def _mismatch(document: OrderDocument) -> Problem:
    return Problem(
        "money-mismatch",
        gettext_noop(
            "The money does not add up: the rows make %(rows)s, the discounts %(discounts)s, "
            "but the order's total is %(total)s."
        ),
        {
            "rows": payable(document),
            "discounts": sum((discount.amount for discount in document.discounts), ZERO),
            "total": document.total,
        },
    )
