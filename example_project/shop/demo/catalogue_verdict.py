"""Has the shop what 1C sent of its catalogue?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django_onec_exchange.simulator import UploadReport

from ..models import Price, PriceType, Product, ProductImage, Stock, Variant
from .goods import Catalogue, Good


class Expected:
    """What the shop must have after all that 1C sent."""

    def __init__(self) -> None:
        self.goods: dict[str, Good] = {}
        self.gone: set[str] = set()
        self.variants: dict[tuple[str, str], str] = {}
        self.prices: dict[tuple[str, str], Decimal] = {}  # by price type and offer
        self.stocks: dict[tuple[str, str], Decimal] = {}  # by warehouse and offer
        self.images: dict[str, bytes] = {}
        self._catalogues: dict[str, str] = {}  # in which one a good was named last

    def add(self, catalogue: Catalogue, *, full: bool) -> None:
        """Take in an upload.  A full one drops what only earlier uploads of the same catalogue named."""
        named = {good.id: good for good in catalogue.goods}
        if full:
            earlier = {id_ for id_, known in self._catalogues.items() if known == catalogue.id}
            self.gone |= earlier - set(named)
        self.gone -= set(named)
        self.goods |= named
        self._catalogues |= dict.fromkeys(named, catalogue.id)
        self.images |= catalogue.images()
        for good in catalogue.goods:
            for offer in good.offers:
                if offer.variant:
                    self.variants[good.id, offer.id.partition("#")[2]] = offer.variant
                self.prices |= {(one, offer.id): amount for one, amount in offer.prices.items()}
                self.stocks |= {(one, offer.id): quantity for one, quantity in offer.stocks.items()}
        for id_, stocks in catalogue.updates.items():
            self.stocks |= {(one, id_): quantity for one, quantity in stocks.items()}


def complaints(expected: Expected) -> list[str]:
    """Return what the shop has otherwise; an empty list is success."""
    return [
        *_about_products(expected),
        *_about_variants(expected),
        *_differences("Цена", expected.prices, _amounts(Price, "price_type", "amount")),
        *_differences("Остаток", expected.stocks, _amounts(Stock, "warehouse", "quantity")),
        *_about_retail(expected),
        *_about_images(expected),
    ]


def about_upload(report: UploadReport) -> list[str]:
    """Return why 1C would send it all again."""
    return [] if report.error is None else [f"Выгрузка не удалась: {report.error}"]


def _about_products(expected: Expected) -> Iterator[str]:
    products = Product.objects.select_related("unit", "group").in_bulk(list(expected.goods), field_name="onec_id")
    for id_, good in expected.goods.items():
        product = products.get(id_)
        if product is None:
            yield f"Товар «{good.name}» не появился в магазине."
            continue
        hidden = good.deleted or id_ in expected.gone
        group = product.group.onec_id if product.group else ""
        pairs = (
            ("название", good.name, product.name),
            ("артикул", good.sku, product.sku),
            ("группа", good.group, group),
            ("единица", good.unit[:2], (product.unit.code, product.unit.short_name)),
            ("НДС", good.vat, product.vat),
            ("описание", good.description, product.description),
            ("скрыт", hidden, product.is_hidden),
        )
        yield from (f"Товар «{good.name}»: {_differ(*pair)}" for pair in pairs if pair[1] != pair[2])


def _about_variants(expected: Expected) -> Iterator[str]:
    variants = Variant.objects.filter(product__onec_id__in=list(expected.goods))
    names = {(one.product.onec_id, one.onec_id): one.name for one in variants.select_related("product")}
    yield from _differences("Вариант", expected.variants, names)


def _about_retail(expected: Expected) -> Iterator[str]:
    """The shop sells a product at the least of its retail prices."""
    retail = PriceType.objects.filter(is_retail=True).values_list("onec_id", flat=True)
    least: dict[str, Decimal] = {}
    for (price_type, offer), amount in expected.prices.items():
        if price_type in retail:
            id_ = offer.partition("#")[0]
            least[id_] = min(amount, least.get(id_, amount))
    prices = dict(Product.objects.filter(onec_id__in=list(least)).values_list("onec_id", "price"))
    yield from _differences("Цена на витрине", least, prices)


def _about_images(expected: Expected) -> Iterator[str]:
    images = ProductImage.objects.filter(product__onec_id__in=list(expected.goods)).select_related("product")
    found: dict[str, list[str]] = {}
    for image in images.order_by("position"):
        found.setdefault(image.product.onec_id, []).append(image.path)
        sent = expected.images.get(image.path)
        if sent is not None and (not image.file or Path(image.file.path).read_bytes() != sent):
            yield f"Картинка {image.path} не та, что прислала 1С."
    wanted = {id_: list(good.images) for id_, good in expected.goods.items() if good.images}
    yield from _differences("Картинки", wanted, found)


def _amounts(model: Any, holder: str, field: str) -> dict[tuple[str, str], Decimal]:
    rows = model.objects.values_list(f"{holder}__onec_id", "offer_id", field)
    return {(id_, offer): amount for id_, offer, amount in rows}


def _differences(what: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> Iterator[str]:
    """Compare what must be there; a shop that was there before may have more."""
    for key, value in expected.items():
        if found.get(key) != value:
            yield f"{what} {key}: {_differ('', value, found.get(key)).strip()}"


def _differ(name: str, expected: object, found: object) -> str:
    return f"{name} в 1С {expected!r}, в магазине {found!r}."
