"""What the emulated 1C keeps: goods with their prices and stocks, some of which the shop knows already.

The files in ``files2.py`` and ``files3.py`` are written from it, and ``catalogue_verdict.py`` looks whether the
shop has the same afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from ..models import Vat
from ..seeding import catalogue as seeded
from .images import picture

_NAMESPACE = UUID("6f0c1c1e-0000-4000-8000-000000000002")

Amounts = Mapping[str, Decimal]  # by price type, or by warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A group, a price type or a warehouse."""

    id: str
    name: str
    parent: str = ""  # of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A good as it is sold, or one of its variants."""

    id: str  # "good" or "good#variant"
    variant: str = ""  # what sets it apart; "" without variants
    prices: Amounts
    stocks: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    id: str
    sku: str
    name: str
    group: str
    unit: tuple[str, str, str, str]  # OKEI code, short name, full name, international
    vat: str
    description: str = ""
    images: tuple[str, ...] = ()
    offers: tuple[Offer, ...]
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What one upload tells."""

    id: str
    name: str
    groups: tuple[Named, ...]
    price_types: tuple[Named, ...]  # the first one is retail
    warehouses: tuple[Named, ...]
    goods: tuple[Good, ...]
    updates: Mapping[str, Amounts] = field(default_factory=dict)  # stocks that changed meanwhile, by offer

    def images(self) -> dict[str, bytes]:
        return {path: picture(path) for good in self.goods for path in good.images}

    def without(self, good: Good) -> Catalogue:
        return replace(self, goods=tuple(one for one in self.goods if one != good))


def _described(name: str) -> str:
    """As long as such texts are, so that a file takes more than a moment to read."""
    return f"«{name}»: что прислали из 1С, то и показываем.\n" + " ".join(["Сделано & <с душой>."] * 120)


def guid(text: str) -> str:
    """An identifier as 1C makes them, the same in every database."""
    return str(uuid5(_NAMESPACE, text))


PIECE = ("796", "шт", "Штука", "PCE")
PAIR = ("715", "пар", "Пара", "NPR")
METRE = ("006", "м", "Метр", "MTR")

_MAIN = Named(id=guid("main"), name="Основной склад")
_SHOP = Named(id=guid("shop"), name="Магазин на Примерной & склад")
_ALL = Named(id=guid("all"), name="Товары")
_HOME = Named(id=guid("home"), name="Для дома", parent=_ALL.id)
_FOOD = Named(id=guid("food"), name="Продукты", parent=_ALL.id)
_SPRING = Named(id=guid("spring"), name="Весна «новая»")
_KNOWN_IN_SPRING = 18
_FOOD_UNITS = {"166", "112"}  # by the kilogram and the litre

#: name, unit, VAT, variants
_NEW = (
    ("Самовар электрический 3 л", PIECE, Vat.TWENTY_TWO, ("медный", "«под золото» & чернь")),
    ("Скатерть льняная", PIECE, Vat.TWENTY, ("150 × 150", "150 × 220")),
    ("Доска разделочная <дуб>", PIECE, Vat.TWENTY_TWO, ()),
    ("Шпагат джутовый", METRE, Vat.TWENTY, ()),
    ("Варежки детские", PAIR, Vat.TEN, ("красные", "синие")),
    ("Атлас мира", PIECE, Vat.NONE, ()),
)
_SPRING_NEW = (
    ("Лейка садовая 5 л", PIECE, Vat.TWENTY_TWO, ("зелёная", "жёлтая")),
    ("Семена петрушки", PIECE, Vat.TEN, ()),
    ("Перчатки садовые", PAIR, Vat.TWENTY_TWO, ("S", "M", "L")),
    ('Шланг поливочный 3/4"', METRE, Vat.TWENTY, ()),
    ("Секатор с храповиком", PIECE, Vat.TWENTY_TWO, ()),
    ("Ящик для рассады", PIECE, Vat.TWENTY, ()),
)


def whole_catalogue() -> tuple[Catalogue, Good]:
    """Return all that 1C has, the shop's own goods among them; and the one that will not be sold any longer."""
    types = (Named(id=guid("retail"), name="Розничная"), Named(id=guid("wholesale"), name="Оптовая"))
    maker = _Maker("N", types, (_MAIN, _SHOP), pictures=2)
    known = [
        maker.known(good, choices, (_FOOD if good.unit.code in _FOOD_UNITS else _HOME).id)
        for good, choices in _of_the_shop()
    ]
    new = [maker.new(*row, group=_HOME.id) for row in _NEW]
    marked = replace(maker.new("Примус", PIECE, Vat.TWENTY, (), group=_HOME.id), deleted=True)
    leaving = maker.new("Календарь прошлогодний", PIECE, Vat.TEN, (), group=_ALL.id)
    catalogue = Catalogue(
        id=guid("catalogue"),
        name="Основной каталог товаров",
        groups=(_ALL, _HOME, _FOOD),
        price_types=types,
        warehouses=(_MAIN, _SHOP),
        goods=(*known, *new, marked, leaving),
    )
    return catalogue, leaving


def spring_catalogue(whole: Catalogue) -> Catalogue:
    """Return what another 1C sends: new goods, and old ones at prices of its own, one renamed and one deleted."""
    types = (Named(id=guid("agreement"), name="Розничные продажи (соглашение)"),)
    maker = _Maker("V", types, (_MAIN, _SHOP), pictures=1)
    first, second, *others = whole.goods[:_KNOWN_IN_SPRING]
    known = [maker.again(first, name=f"{first.name}, новая партия"), maker.again(second, deleted=True)]
    known += [maker.again(good) for good in others]
    new = [maker.new(*row, group=_SPRING.id) for row in _SPRING_NEW]
    return Catalogue(
        id=guid("spring catalogue"),
        name="Весенний каталог",
        groups=(_SPRING,),
        price_types=types,
        warehouses=(_MAIN, _SHOP),
        goods=(*known, *new),
        updates={offer.id: {_MAIN.id: Decimal("7.000")} for offer in new[0].offers},
    )


def _of_the_shop() -> Iterator[tuple[seeded.Product, Sequence[seeded.Choice]]]:
    """Yield each product that was seeded, with what can be bought of it."""
    choices: dict[seeded.Product, list[seeded.Choice]] = {}
    for choice in seeded.ensure():
        choices.setdefault(choice.product, []).append(choice)
    yield from choices.items()


class _Maker:
    """Makes goods, each with prices and stocks of its own."""

    def __init__(self, letter: str, types: Iterable[Named], warehouses: Iterable[Named], *, pictures: int) -> None:
        self._letter, self._pictures = letter, pictures
        self._types = [one.id for one in types]
        self._warehouses = [one.id for one in warehouses]
        self._numbers = count(1)

    def known(self, product: seeded.Product, choices: Sequence[seeded.Choice], group: str) -> Good:
        unit = product.unit
        variants = {choice.variant.onec_id: choice.variant.name for choice in choices if choice.variant}
        return Good(
            id=product.onec_id,
            sku=product.sku,
            name=product.name,
            group=group,
            unit=(unit.code, unit.short_name, unit.full_name, unit.international),
            vat=product.vat,
            description=_described(product.name),
            offers=self._offers(product.onec_id, variants),
        )

    def new(
        self, name: str, unit: tuple[str, str, str, str], vat: str, variants: Iterable[str], *, group: str
    ) -> Good:
        id_ = guid(name)
        plain = id_.replace("-", "")
        endings = ("jpg", "png")[: self._pictures]
        files = [f"{plain}_{guid(f'{name} {ending}').replace('-', '')}.{ending}" for ending in endings]
        return Good(
            id=id_,
            sku=f"{self._letter}-{next(self._numbers):04}",
            name=name,
            group=group,
            unit=unit,
            vat=vat,
            description=_described(name),
            images=tuple(f"import_files/{plain[:2]}/{file}" for file in files),
            offers=self._offers(id_, {guid(f"{name} {variant}"): variant for variant in variants}),
        )

    def again(self, good: Good, **changes: Any) -> Good:
        """The same good with other prices and stocks."""
        variants = {one.id.partition("#")[2]: one.variant for one in good.offers if one.variant}
        return replace(good, offers=self._offers(good.id, variants), **changes)

    def _offers(self, id_: str, variants: Mapping[str, str]) -> tuple[Offer, ...]:
        named = {f"{id_}#{variant}": name for variant, name in variants.items()} or {id_: ""}
        return tuple(self._offer(offer, name) for offer, name in named.items())

    def _offer(self, id_: str, variant: str) -> Offer:
        number = next(self._numbers)
        price = Decimal("19.99") * number
        stocks = (Decimal(number), Decimal(number % 5 - 1) / 4)  # some negative, some none, some in parts
        return Offer(
            id=id_,
            variant=variant,
            prices={one: price - Decimal("4.5") * place for place, one in enumerate(self._types)},
            stocks=dict(zip(self._warehouses, stocks, strict=True)),
        )
