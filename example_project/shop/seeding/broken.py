"""Orders that no valid document can be made of: one way after the other."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ..models import Customer, Product
from . import catalogue
from .orders import Draft


class Breaker:
    """Breaks the first order in the first way, the second in the second, and so on."""

    def __init__(self) -> None:
        self._count = 0
        self._unknown_unit, self._long_id = catalogue.ensure_broken()
        self._bad_inn = _customer("ООО «ИНН с опечаткой»", inn="00000", kpp="")
        self._bad_kpp = _customer("ООО «КПП с опечаткой»", inn="0000000000", kpp="ОПЕЧАТКА")
        self._ways: tuple[Callable[[Draft], None], ...] = (
            self.no_items,
            self.no_buyer,
            self.bad_inn,
            self.total_above_rows,
            self.unknown_unit,
            self.long_product_id,
            self.bad_kpp,
            self.bad_currency,
            self.negative_price,
            self.no_quantity,
        )

    def spoil(self, draft: Draft) -> None:
        self._ways[self._count % len(self._ways)](draft)
        self._count += 1

    def no_items(self, draft: Draft) -> None:
        draft.items.clear()
        draft.order.delivery_cost = draft.order.promo_discount = draft.order.total = Decimal(0)

    def no_buyer(self, draft: Draft) -> None:
        self._set_buyer(draft, None)

    def bad_inn(self, draft: Draft) -> None:
        self._set_buyer(draft, self._bad_inn)

    def bad_kpp(self, draft: Draft) -> None:
        self._set_buyer(draft, self._bad_kpp)

    def total_above_rows(self, draft: Draft) -> None:
        draft.order.total += draft.order.promo_discount + Decimal("100.00")

    def unknown_unit(self, draft: Draft) -> None:
        self._set_product(draft, self._unknown_unit)

    def long_product_id(self, draft: Draft) -> None:
        self._set_product(draft, self._long_id)

    def bad_currency(self, draft: Draft) -> None:
        draft.order.currency = "рубли"

    def negative_price(self, draft: Draft) -> None:
        draft.items[0].price = Decimal("-1.00")

    def no_quantity(self, draft: Draft) -> None:
        items = draft.items.copy()
        self.no_items(draft)
        for item in items:
            item.quantity = item.discount = Decimal(0)
        draft.items.extend(items)

    def _set_buyer(self, draft: Draft, customer: Customer | None) -> None:
        order = draft.order
        order.customer = customer
        order.contact_name = order.email = order.phone = ""

    def _set_product(self, draft: Draft, product: Product) -> None:
        draft.items[0].product, draft.items[0].variant = product, None


def _customer(name: str, *, inn: str, kpp: str) -> Customer:
    defaults = {"official_name": name, "inn": inn, "kpp": kpp, "email": "broken@example.com"}
    return Customer.objects.get_or_create(name=name, defaults=defaults)[0]
