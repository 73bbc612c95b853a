"""What is bought: products, variants, units, taxes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..commerceml.documents import OrderItem, Unit
from ..commerceml.money import ZERO, rounded
from ..conf import conf
from . import wellknown
from .context import ExchangeContext
from .wellknown import read, read_decimal, read_text, to_decimal

_NOT_A_NUMBER = Decimal("NaN")

#: OKEI (commerceml.md, section 8.2): code → short name, full name, international.  Found by code or short name.
OKEI = {
    "796": Unit(code="796", short_name="шт", full_name="Штука", international="PCE"),
    "166": Unit(code="166", short_name="кг", full_name="Килограмм", international="KGM"),
    "163": Unit(code="163", short_name="г", full_name="Грамм", international="GRM"),
    "168": Unit(code="168", short_name="т", full_name="Тонна", international="TNE"),
    "112": Unit(code="112", short_name="л", full_name="Литр", international="LTR"),
    "006": Unit(code="006", short_name="м", full_name="Метр", international="MTR"),
    "055": Unit(code="055", short_name="м2", full_name="Квадратный метр", international="MTK"),
    "113": Unit(code="113", short_name="м3", full_name="Кубический метр", international="MTQ"),
    "778": Unit(code="778", short_name="упак", full_name="Упаковка", international="NMP"),
    "715": Unit(code="715", short_name="пар", full_name="Пара", international="NPR"),
    "839": Unit(code="839", short_name="компл", full_name="Комплект", international="SET"),
}
_UNITS = OKEI | {unit.short_name: unit for unit in OKEI.values()} | {"м²": OKEI["055"], "м³": OKEI["113"]}


class ItemSerializer:
    """The rows' part of ``OrderSerializer``."""

    def get_items(self, order: Any, context: ExchangeContext) -> Iterator[OrderItem]:
        """Return the bought goods; rows of no quantity are left out, since 1C skips them."""
        items = read(order, wellknown.ITEMS)
        for item in items.all() if hasattr(items, "all") else items or ():
            if read_decimal(item, wellknown.QUANTITY) != 0:
                yield self.get_item(item, order, context)

    def get_item(self, item: Any, order: Any, context: ExchangeContext) -> OrderItem:
        """Return one row.  Its price is before, its total after the row's discount."""
        product = self.get_product(item, context)
        variant = self.get_variant(item, context)
        sources = tuple(source for source in (item, variant, product) if source is not None)
        price = read_decimal(item, wellknown.PRICE)
        quantity = read_decimal(item, wellknown.QUANTITY)
        price = _NOT_A_NUMBER if price is None else price
        quantity = _NOT_A_NUMBER if quantity is None else quantity
        total, discount = self.get_item_total(item, price, quantity, context)
        return OrderItem(
            id=self.get_item_id(item, product, variant, context),
            article=self.get_article(item, product, variant, context),
            name=self.get_item_name(item, product, variant, context),
            price=_to_kopecks(price),
            quantity=quantity,
            total=total,
            discount=discount,
            unit=self.get_unit(sources, context),
            vat_rate=self.get_vat_rate(sources, context),
        )

    def get_product(self, item: Any, context: ExchangeContext) -> Any:
        return read(item, wellknown.PRODUCT)

    def get_variant(self, item: Any, context: ExchangeContext) -> Any:
        """Return the bought variant, 1C's Характеристика, or None."""
        return read(item, wellknown.VARIANT)

    def get_item_id(self, item: Any, product: Any, variant: Any, context: ExchangeContext) -> str:
        """Ид: exactly as 1C's catalogue named it, ``product`` or ``product#variant``."""
        ids = [_id(source) for source in (product, variant) if source is not None]
        return "#".join(ids) if ids else _id(item)

    def get_article(self, item: Any, product: Any, variant: Any, context: ExchangeContext) -> str:
        """Артикул: the second key by which 1C finds a product, so worth having."""
        for source in (item, variant, product):
            article = "" if source is None else read_text(source, wellknown.ARTICLE)
            if article:
                return article
        return ""

    def get_item_name(self, item: Any, product: Any, variant: Any, context: ExchangeContext) -> str:
        """Наименование, as it stood when the order was made, else as the product has it now."""
        name = read_text(item, wellknown.ITEM_NAME)
        if name or product is None:
            return name
        name = read_text(product, wellknown.ITEM_NAME) or str(product)
        if variant is not None:
            name = f"{name} ({read_text(variant, wellknown.ITEM_NAME) or variant})"
        return name

    def get_item_total(
        self, item: Any, price: Decimal, quantity: Decimal, context: ExchangeContext
    ) -> tuple[Decimal, Decimal]:
        """Return the row's total after its discount, and the discount."""
        gross = _to_kopecks(price * quantity)
        total = read_decimal(item, wellknown.ITEM_TOTAL)
        if total is None:
            discount = read_decimal(item, wellknown.DISCOUNT) or ZERO
            return gross - discount, discount
        return total, max(gross - total, ZERO) if gross.is_finite() and total.is_finite() else ZERO

    def get_unit(self, sources: tuple[Any, ...], context: ExchangeContext) -> Unit:
        """Return the unit of the row, its variant or its product; ``DEFAULT_UNIT`` where none is named.

        A text is an OKEI code or a short name; an object has a code and names.
        """
        for source in sources:
            given = read(source, wellknown.UNIT)
            if given is not None and given != "":
                return _unit_from_text(given) if isinstance(given, str) else _unit_from_object(given)
        return self.default_unit

    def get_vat_rate(self, sources: tuple[Any, ...], context: ExchangeContext) -> Decimal | None:
        """Return percent, ``DEFAULT_VAT_RATE`` where none is named; None is "Без НДС"."""
        for source in sources:
            rate = read_decimal(source, wellknown.VAT_RATE)
            if rate is not None:
                return rate
        return self.default_vat_rate

    @cached_property
    def default_unit(self) -> Unit:
        code, short_name, full_name, international = conf.DEFAULT_UNIT
        return Unit(code=code, short_name=short_name, full_name=full_name, international=international)

    @cached_property
    def default_vat_rate(self) -> Decimal | None:
        return to_decimal(conf.DEFAULT_VAT_RATE)


def _id(source: Any) -> str:
    return read_text(source, wellknown.EXTERNAL_ID) or str(source.pk)


def _unit_from_text(text: str) -> Unit:
    """An unknown word becomes a unit without a code: the order is left out with that reason."""
    word = text.strip()
    return _UNITS.get(word) or _UNITS.get(word.rstrip(".").lower()) or Unit(code="", short_name=word)


def _unit_from_object(unit: Any) -> Unit:
    known = OKEI.get(read_text(unit, wellknown.UNIT_CODE))
    short_name = read_text(unit, wellknown.UNIT_SHORT_NAME)
    return Unit(
        code=read_text(unit, wellknown.UNIT_CODE),
        short_name=short_name or (known.short_name if known else ""),
        full_name=read_text(unit, wellknown.UNIT_FULL_NAME) or (known.full_name if known else ""),
        international=read_text(unit, wellknown.UNIT_INTERNATIONAL) or (known.international if known else ""),
    )


def _to_kopecks(value: Decimal) -> Decimal:
    """Round what a shop keeps with more digits; NaN stays NaN, for validation to name."""
    return rounded(value) if value.is_finite() else value
