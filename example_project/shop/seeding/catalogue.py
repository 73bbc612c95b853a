"""The catalogue: the same for every seed, created once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from ..models import Product, Unit, Variant, Vat

#: Identifiers as 1C makes them, the same in every database.
_NAMESPACE = UUID("6f0c1c1e-0000-4000-8000-000000000001")

_UNITS = (
    ("796", "шт", "Штука", "PCE"),
    ("166", "кг", "Килограмм", "KGM"),
    ("112", "л", "Литр", "LTR"),
    ("006", "м", "Метр", "MTR"),
    ("055", "м2", "Квадратный метр", "MTK"),
    ("778", "упак", "Упаковка", "NMP"),
    ("715", "пар", "Пара", "NPR"),
    ("839", "компл", "Комплект", "SET"),
)

_PRODUCTS = (
    # name, OKEI, price, VAT, variants
    ("Чайник эмалированный", "796", "1290.00", Vat.TWENTY_TWO, ("белый", "синий", "«ёлочный» & красный")),
    ("Кружка 0,3 л <подарочная>", "796", "249.90", Vat.TWENTY, ()),
    ('Плакат 24" × 36"', "796", "399.99", Vat.TWENTY, ("в тубусе", "без тубуса")),
    ("Яблоки сезонные", "166", "129.90", Vat.TEN, ()),
    ("Сыр выдержанный", "166", "1190.50", Vat.TEN, ()),
    ("Мёд цветочный", "166", "640.00", Vat.TEN, ("липовый", "гречишный")),
    ("Молоко 3,2 %", "112", "89.00", Vat.TEN, ()),
    ("Квас разливной", "112", "75.35", Vat.TWENTY_TWO, ()),
    ("Кабель силовой 3×2,5", "006", "74.33", Vat.TWENTY, ("чёрный", "белый")),
    ("Лента атласная #5 🎀", "006", "12.07", Vat.TWENTY, ()),
    ("Плитка напольная «Образец»", "055", "1499.99", Vat.TWENTY_TWO, ("матовая", "глянцевая")),
    ("Линолеум бытовой", "055", "611.11", Vat.TWENTY, ()),
    ("Салфетки бумажные, 100 шт.", "778", "99.00", Vat.SEVEN, ()),
    ("Чай листовой", "778", "310.00", Vat.FIVE, ("с бергамотом", "с чабрецом")),
    ("Носки шерстяные", "715", "450.00", Vat.TEN, ("36–38", "39–41", "42–44")),
    ("Перчатки рабочие", "715", "38.50", Vat.TWENTY_TWO, ()),
    ("Набор ключей рожковых", "839", "2750.00", Vat.TWENTY, ()),
    ("Постельное бельё", "839", "4990.00", Vat.TEN, ("1,5-спальное", "евро")),
    ("Учебник «Основы учёта»", "796", "820.00", Vat.NONE, ()),
    ("Книга на экспорт: naïve café", "796", "1500.00", Vat.ZERO, ()),
    ("Подарок за 1 рубль", "796", "1.00", Vat.NONE, ()),
)

#: Products that no valid document can hold, for the broken orders.
_BROKEN = (
    # article, name, unit, OKEI, what stands behind its Ид
    ("BROKEN-UNIT", "Товар в неведомых мерах", "мера", "", ""),
    ("BROKEN-ID", "Товар со слишком длинным Ид", "шт", "796", "-" + "9" * 60),
)

#: Units that are sold in parts, and how finely.
FRACTIONS = {"166": Decimal("0.001"), "112": Decimal("0.5"), "006": Decimal("0.1"), "055": Decimal("0.0001")}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be bought."""

    product: Product
    variant: Variant | None

    @property
    def step(self) -> Decimal:
        """The smallest quantity that is sold."""
        return FRACTIONS.get(self.product.unit.code, Decimal(1))


def ensure() -> Sequence[Choice]:
    """Create what is missing of the catalogue and return all that can be bought, in a fixed order."""
    units = {unit[0]: _unit(*unit) for unit in _UNITS}
    choices = []
    for index, (name, code, price, vat, variants) in enumerate(_PRODUCTS, start=1):
        sku = f"T-{index:04}"
        product = _product(sku, name, units[code], Decimal(price), vat)
        choices += [
            Choice(product, _variant(product, f"{sku}-{number}", name)) for number, name in enumerate(variants, 1)
        ]
        if not variants:
            choices.append(Choice(product, None))
    return choices


def ensure_broken() -> tuple[Product, Product]:
    """Return a product whose unit 1C cannot know, and one whose Ид is longer than 1C takes."""
    products = []
    for sku, name, short_name, code, end in _BROKEN:
        unit = Unit.objects.filter(code=code, short_name=short_name).first()
        unit = unit or Unit.objects.create(code=code, short_name=short_name)
        products.append(_product(sku, name, unit, Decimal("100.00"), Vat.TWENTY, end))
    unknown_unit, long_id = products
    return unknown_unit, long_id


def _unit(code: str, short_name: str, full_name: str, international: str) -> Unit:
    names = {"short_name": short_name, "full_name": full_name, "international": international}
    return Unit.objects.get_or_create(code=code, defaults=names)[0]


def _product(sku: str, name: str, unit: Unit, price: Decimal, vat: str, end: str = "") -> Product:
    """By its identifier: what the product is called, 1C may change."""
    defaults = {"sku": sku, "name": name, "unit": unit, "price": price, "vat": vat}
    onec_id = f"{uuid5(_NAMESPACE, sku)}{end}"
    return Product.objects.select_related("unit").get_or_create(onec_id=onec_id, defaults=defaults)[0]


def _variant(product: Product, sku: str, name: str) -> Variant:
    defaults = {"sku": sku, "name": name}
    return Variant.objects.get_or_create(product=product, onec_id=str(uuid5(_NAMESPACE, sku)), defaults=defaults)[
        0
    ]
