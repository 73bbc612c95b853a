"""What 1C sends of its catalogue, saved in this shop: as an integrator writes it.

Every method takes a chunk and costs a handful of queries, whatever its size.  Rows go by 1C's identifiers, so that
a file may come again; what 1C does not say stays as it is, and prices of unknown products are passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from django_onec_exchange.adapters import CatalogHandler, ImportContext, upsert
from django_onec_exchange.commerceml import catalog as onec

from . import freshness, pictures
from .models import (
    Group,
    Order,
    Price,
    PriceType,
    Product,
    ProductImage,
    Stock,
    Unit,
    Variant,
    Vat,
    Warehouse,
    to_kopecks,
)

logger = logging.getLogger(__name__)

#: Of goods that 1C gives no unit.
PIECE = onec.MeasureUnit(code="796", short_name="шт", full_name="Штука", international="PCE")
#: Stands for all warehouses together, where 1C tells of no single one.
EVERYWHERE = onec.Warehouse(id="", name="Все склады")


class ShopCatalog(CatalogHandler):
    """Named in the settings: ``ONEC_EXCHANGE_CATALOG_HANDLER``."""

    def save_groups(self, groups: Sequence[onec.Group], context: ImportContext) -> None:
        rows = [Group(onec_id=one.id, name=one.name[:200], is_hidden=one.deleted) for one in groups]
        upsert(Group, rows, by=["onec_id"], update=["name", "is_hidden"])
        keys = keys_of(Group, [one.id for one in groups] + [one.parent_id for one in groups])
        placed = [Group(pk=keys[one.id], parent_id=keys.get(one.parent_id)) for one in groups]
        Group.objects.bulk_update(placed, ["parent"])

    def save_price_types(self, price_types: Sequence[onec.PriceType], context: ImportContext) -> None:
        """The first one ever to come is the retail price, until a manager chooses another."""
        rows = [
            PriceType(onec_id=one.id, name=one.name[:200], currency=one.currency[:8])
            for one in price_types
            if not one.deleted
        ]
        upsert(PriceType, rows, by=["onec_id"], update=["name", "currency"])
        if rows and not PriceType.objects.filter(is_retail=True).exists():
            PriceType.objects.filter(onec_id=rows[0].onec_id).update(is_retail=True)

    def save_warehouses(self, warehouses: Sequence[onec.Warehouse], context: ImportContext) -> None:
        rows = [Warehouse(onec_id=one.id, name=one.name[:200]) for one in warehouses if not one.deleted]
        upsert(Warehouse, rows, by=["onec_id"], update=["name"])

    def save_units(self, units: Sequence[onec.MeasureUnit], context: ImportContext) -> None:
        for unit in units:
            Units().find(unit)

    def save_products(self, products: Sequence[onec.Product], context: ImportContext) -> None:
        """Some configurations list each variant as a product of its own, whose Ид names both."""
        plain = [one for one in products if "#" not in one.id]
        known = Product.objects.select_related("unit").in_bulk([one.id for one in plain], field_name="onec_id")
        groups = keys_of(Group, [one.group_ids[0] for one in plain if one.group_ids])
        units = Units()
        rows = [product_row(one, known.get(one.id), units, groups) for one in plain]
        fields = ["sku", "name", "description", "group", "unit", "vat", "is_hidden"]
        upsert(Product, rows, by=["onec_id"], update=fields)
        touch_waiting_orders(rows, known)
        self.save_pictures([one for one in plain if one.images], context)
        self.save_variants([one for one in products if "#" in one.id])

    def save_offers(self, offers: Sequence[onec.Offer], context: ImportContext) -> None:
        """A file of prices alone names offers by nothing but their identifiers, and is no news of the variants."""
        told = [one for one in offers if one.name or one.characteristics or one.deleted]
        self.save_variants([one for one in told if one.variant_id])

    def save_variants(self, variants: Sequence[onec.Product | onec.Offer]) -> None:
        products = keys_of(Product, [product_id(one) for one in variants])
        known = {
            (one.product_id, one.onec_id): one for one in Variant.objects.filter(product__in=products.values())
        }
        rows = [
            variant_row(one, products[product_id(one)], known) for one in variants if product_id(one) in products
        ]
        upsert(Variant, rows, by=["product", "onec_id"], update=["name", "sku", "is_hidden"])

    def save_pictures(self, products: Sequence[onec.Product], context: ImportContext) -> None:
        """Files are copied after the commit: nobody waits for a disk in a transaction."""
        keys = keys_of(Product, [one.id for one in products])
        rows = [
            ProductImage(product_id=keys[one.id], path=path, position=position)
            for one in products
            for position, path in enumerate(one.images)
        ]
        upsert(ProductImage, rows, by=["product", "path"], update=["position"])
        named = {(row.product_id, row.path) for row in rows}
        images = ProductImage.objects.filter(product__in=keys.values())
        stale = [pk for pk, *image in images.values_list("pk", "product_id", "path") if tuple(image) not in named]
        ProductImage.objects.filter(pk__in=stale).delete()
        if rows:
            transaction.on_commit(partial(pictures.copy, list(keys.values()), context), robust=True)

    def save_prices(self, offers: Sequence[onec.Offer], context: ImportContext) -> None:
        products = keys_of(Product, [one.product_id for one in offers])
        prices = [(one, price) for one in offers for price in one.prices or () if one.product_id in products]
        self.save_price_types(unnamed(PriceType, onec.PriceType, [price.type_id for _, price in prices]), context)
        types = keys_of(PriceType, [price.type_id for _, price in prices])
        rows = [
            Price(
                product_id=products[one.product_id],
                offer_id=one.id,
                price_type_id=types[price.type_id],
                amount=to_kopecks(price.amount),
            )
            for one, price in prices
        ]
        upsert(Price, rows, by=["price_type", "offer_id"], update=["product", "amount"])
        retail = Price.objects.filter(product=OuterRef("pk"), price_type__is_retail=True).order_by("amount")
        price = Coalesce(Subquery(retail.values("amount")[:1]), F("price"))
        Product.objects.filter(pk__in=products.values()).update(price=price)

    def save_stocks(self, offers: Sequence[onec.Offer], context: ImportContext) -> None:
        products = keys_of(Product, [one.product_id for one in offers])
        stocks = [(one, stock) for one in offers for stock in stocks_of(one) if one.product_id in products]
        ids = [stock.warehouse_id for _, stock in stocks]
        self.save_warehouses(unnamed(Warehouse, onec.Warehouse, ids), context)
        warehouses = keys_of(Warehouse, ids)
        rows = [
            Stock(
                product_id=products[one.product_id],
                offer_id=one.id,
                warehouse_id=warehouses[stock.warehouse_id],
                quantity=stock.quantity,
            )
            for one, stock in stocks
        ]
        upsert(Stock, rows, by=["warehouse", "offer_id"], update=["product", "quantity"])

    def forget_products(self, product_ids: Sequence[str], context: ImportContext) -> None:
        """Products stand on orders, so they are hidden and not deleted."""
        hidden = Product.objects.filter(onec_id__in=product_ids, is_hidden=False).update(is_hidden=True)
        logger.info("%s products that 1C no longer names were hidden", hidden)


class Units:
    """The units of the shop, by code or by short name: a few dozen, read once for each chunk."""

    def __init__(self) -> None:
        self._known: dict[str, Unit] = {}
        for unit in Unit.objects.order_by("-pk"):
            self._remember(unit)

    def find(self, unit: onec.MeasureUnit) -> Unit:
        """Return the shop's unit; a new one if it has none such."""
        known = self._known.get(unit.code or unit.short_name)
        if known is None:
            known = Unit.objects.create(
                code=unit.code[:4],
                short_name=(unit.short_name or unit.full_name or unit.code)[:20],
                full_name=unit.full_name[:50],
                international=unit.international[:3],
            )
            self._remember(known)
        return known

    def _remember(self, unit: Unit) -> None:
        self._known[unit.short_name] = unit
        if unit.code:
            self._known[unit.code] = unit


def product_row(one: onec.Product, known: Product | None, units: Units, groups: dict[str, int]) -> Product:
    """Return the product as 1C has it now; what 1C does not say is as it was."""
    old = known or Product(unit=units.find(PIECE), vat=Vat.NONE)
    vat = f"{one.vat_rate:f}" if one.vat_rate is not None else old.vat
    return Product(
        onec_id=one.id,
        sku=one.article[:50] or old.sku,
        name=one.name[:300] or old.name,
        description=one.description or old.description,
        group_id=groups.get(one.group_ids[0], old.group_id) if one.group_ids else old.group_id,
        unit=units.find(one.unit) if one.unit else old.unit,
        vat=vat if vat in Vat.values else old.vat,
        is_hidden=one.deleted,
    )


def touch_waiting_orders(rows: Iterable[Product], known: dict[Any, Product]) -> None:
    """``upsert`` sends no signals, so what ``freshness`` does for one saved product is done here for many."""
    changed = [
        old.pk
        for row in rows
        if (old := known.get(row.onec_id)) and (old.sku, old.unit_id) != (row.sku, row.unit_id)
    ]
    if changed:
        freshness.touch(Order.objects.filter(sent_to_1c=False, items__product__in=changed))


def variant_row(one: onec.Product | onec.Offer, product: int, known: dict[tuple[int, str], Variant]) -> Variant:
    """Return the variant as 1C has it now; what 1C does not say is as it was."""
    onec_id = one.id.partition("#")[2]
    old = known.get((product, onec_id)) or Variant(name=one.id)
    return Variant(
        product_id=product,
        onec_id=onec_id,
        name=variant_name(one)[:100] or old.name[:100],
        sku=one.article[:50] or old.sku,
        is_hidden=one.deleted,
    )


def variant_name(one: onec.Product | onec.Offer) -> str:
    """Return "red, XL": what sets a variant apart, as far as 1C says it."""
    return ", ".join(value for _, value in one.characteristics) or one.name


def product_id(one: onec.Product | onec.Offer) -> str:
    return one.id.partition("#")[0]


def stocks_of(offer: onec.Offer) -> Iterable[onec.Stock]:
    """Return the stocks of an offer: of each warehouse, or the sum where 1C names none."""
    if offer.stocks:
        return offer.stocks
    if offer.quantity is None:
        return ()
    return [onec.Stock(warehouse_id=EVERYWHERE.id, quantity=offer.quantity)]


def keys_of(model: type[Model], onec_ids: Iterable[str]) -> dict[str, int]:
    """Return the primary keys of the rows that the shop has, by 1C's identifiers."""
    return dict(model._default_manager.filter(onec_id__in=set(onec_ids)).values_list("onec_id", "pk"))


def unnamed(model: type[Model], kind: Any, onec_ids: Iterable[str]) -> list[Any]:
    """Return what prices and stocks refer to and 1C has not named yet, under a name to go on with."""
    ids = set(onec_ids)
    names = {EVERYWHERE.id: EVERYWHERE.name}
    return [kind(id=one, name=names.get(one, one)) for one in sorted(ids - set(keys_of(model, ids)))]
