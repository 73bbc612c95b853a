"""What is bought: products, variants, units, taxes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_DOWN, Decimal
from functools import cached_property, lru_cache
from typing import Any

from ..commerceml.documents import OrderItem, Unit
from ..commerceml.money import ZERO
from ..conf import ConfSnapshot
from . import wellknown
from .context import ExchangeContext
from .counterparties import prefixed
from .relations import rows_of
from .values import NOT_A_NUMBER, multiplied, to_decimal, to_kopecks, to_quantity
from .wellknown import words

_WITHOUT_VAT = frozenset({"none", "без ндс"})

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
        for item in rows_of(order):
            if wellknown.QUANTITY.decimal(item) != ZERO:
                yield self.get_item(item, order, context)

    def get_item(self, item: Any, order: Any, context: ExchangeContext) -> OrderItem:
        """Return one row.  Its price is before, its total after the row's discount."""
        product = self.get_product(item, context)
        variant = self.get_variant(item, context)
        if variant is None:
            sources: tuple[Any, ...] = (item,) if product is None else (item, product)
        else:
            sources = (item, variant) if product is None else (item, variant, product)
        price = wellknown.PRICE.decimal(item)
        quantity = to_quantity(wellknown.QUANTITY.read(item))
        price = NOT_A_NUMBER if price is None else price
        quantity = NOT_A_NUMBER if quantity is None else quantity
        total, discount = self.get_item_total(item, price, quantity, context)
        return OrderItem(
            id=self.get_item_id(item, product, variant, context),
            article=self.get_article(sources, context),
            name=self.get_item_name(item, product, variant, context),
            price=to_kopecks(price),
            quantity=quantity,
            total=total,
            discount=discount,
            unit=self.get_unit(sources, context),
            vat_rate=self.get_vat_rate(sources, context),
        )

    def get_product(self, item: Any, context: ExchangeContext) -> Any:
        return wellknown.PRODUCT.read(item)

    def get_variant(self, item: Any, context: ExchangeContext) -> Any:
        """Return the bought variant, 1C's Характеристика, or None."""
        return wellknown.VARIANT.read(item)

    def get_item_id(self, item: Any, product: Any, variant: Any, context: ExchangeContext) -> str:
        """Ид: exactly as 1C's catalogue named it, ``product`` or ``product#variant``."""
        if variant is not None:
            return _variant_id(product, variant)
        if product is not None:
            return _id(product)
        return wellknown.EXTERNAL_ID.text(item) or prefixed("item", item.pk)

    def get_article(self, sources: tuple[Any, ...], context: ExchangeContext) -> str:
        """Артикул: the second key by which 1C finds a product, so worth having."""
        return wellknown.ARTICLE.first_text(sources)

    def get_item_name(self, item: Any, product: Any, variant: Any, context: ExchangeContext) -> str:
        """Наименование, as it stood when the order was made, else as the product has it now.

        UT takes what follows a ``#`` for the name of a Характеристика whose identifier it does not know.
        """
        name = wellknown.ITEM_NAME.text(item)
        if not name and product is not None:
            name = wellknown.ITEM_NAME.text(product) or words(product)
        return name if variant is None else _variant_name(name, product, variant)

    def get_item_total(
        self, item: Any, price: Decimal, quantity: Decimal, context: ExchangeContext
    ) -> tuple[Decimal, Decimal]:
        """Return the row's total after its discount, and the discount."""
        gross = multiplied(price, quantity)
        total = wellknown.ITEM_TOTAL.money(item)
        if total is None:
            discount = wellknown.DISCOUNT.money(item, ROUND_HALF_DOWN) or ZERO  # what is left goes halves up
            return gross - discount, discount
        return total, max(gross - total, ZERO) if gross.is_finite() and total.is_finite() else ZERO

    def get_unit(self, sources: tuple[Any, ...], context: ExchangeContext) -> Unit:
        """Return the unit of the row, its variant or its product; ``DEFAULT_UNIT`` where none is named.

        A text or number is an OKEI code or a short name; an object has a code and names.
        """
        given = wellknown.UNIT.first(sources)
        if given is None:
            return self.default_unit
        return _unit_from_text(str(given)) if isinstance(given, (str, int)) else _unit_from_object(given)

    def get_vat_rate(self, sources: tuple[Any, ...], context: ExchangeContext) -> Decimal | None:
        """Return percent, ``DEFAULT_VAT_RATE`` where none is named; None is "Без НДС".

        A row whose product has a rate says with the text "none" or "без НДС" that it was sold without VAT.
        """
        given = wellknown.VAT_RATE.first(sources)
        if given is None:
            return self.default_vat_rate
        return None if isinstance(given, str) and given.strip().lower() in _WITHOUT_VAT else to_decimal(given)

    @cached_property
    def defaults(self) -> ConfSnapshot:
        """The settings, read once for each batch."""
        return ConfSnapshot()

    @cached_property
    def default_unit(self) -> Unit:
        code, short_name, full_name, international = self.defaults.DEFAULT_UNIT
        return Unit(code=_okei(code), short_name=short_name, full_name=full_name, international=international)

    @cached_property
    def default_vat_rate(self) -> Decimal | None:
        return to_decimal(self.defaults.DEFAULT_VAT_RATE)


def _id(source: Any) -> str:
    return wellknown.EXTERNAL_ID.text(source) or str(source.pk)


def _variant_id(product: Any, variant: Any) -> str:
    """Return ``product#variant`` unless the variant's own identifier is the whole, or that of the product."""
    own = _id(variant)
    if product is None or "#" in own:
        return own
    whole = _id(product)
    return whole if own == whole else f"{whole.partition('#')[0]}#{own}"


def _variant_name(name: str, product: Any, variant: Any) -> str:
    """Return ``product#variant`` with no other ``#``, unless the variant is a product of its own for 1C."""
    own = wellknown.ITEM_NAME.text(variant) or words(variant) or wellknown.ARTICLE.text(variant)
    if "#" not in _variant_id(product, variant):
        return name or own
    return f"{name.removesuffix(f'#{own}').replace('#', '№')}#{own.replace('#', '№')}"


@lru_cache(maxsize=1024)
def _unit_from_text(text: str) -> Unit:
    """An unknown word becomes a unit without a code: the order is left out with that reason."""
    word = _okei(text.strip())
    return _UNITS.get(word) or _UNITS.get(word.rstrip(".").lower()) or Unit(code="", short_name=word)


def _unit_from_object(unit: Any) -> Unit:
    """A code that is none of OKEI's, such as a slug, tells nothing: the short name does."""
    code = _okei(wellknown.UNIT_CODE.text(unit))
    short_name = wellknown.UNIT_SHORT_NAME.text(unit)
    if not (code.isascii() and code.isdigit()):
        return _unit_from_text(short_name or code or words(unit))
    known = OKEI.get(code)
    return Unit(
        code=code,
        short_name=short_name or (known.short_name if known else ""),
        full_name=wellknown.UNIT_FULL_NAME.text(unit) or (known.full_name if known else ""),
        international=wellknown.UNIT_INTERNATIONAL.text(unit) or (known.international if known else ""),
    )


def _okei(code: str) -> str:
    """Return a code with the leading zeros that a number loses."""
    return code.zfill(3) if code.isascii() and code.isdigit() else code
