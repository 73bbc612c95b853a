"""A catalogue that keeps products in the test shop, and what it was told."""

from __future__ import annotations

from typing import ClassVar

from django_onec_exchange.adapters import CatalogHandler
from tests.shop.models import Product


class ShopCatalog(CatalogHandler):
    """A product named ``stumble`` does not fit into this shop."""

    told: ClassVar[list[tuple[str, list[str]]]] = []

    def save_products(self, products, context):
        self.told.append(("products", [product.id for product in products]))
        for product in products:
            if product.name == "stumble":
                raise ValueError("the shop's own handler stumbles")
            Product.objects.update_or_create(
                onec_id=product.id, defaults={"name": product.name, "sku": product.article}
            )

    def save_prices(self, offers, context):
        self.told.append(("prices", [f"{offer.id} {offer.prices[0].amount}" for offer in offers]))

    def save_stocks(self, offers, context):
        self.told.append(("stocks", [f"{offer.id} {offer.quantity}" for offer in offers]))

    def forget_products(self, product_ids, context):
        self.told.append(("forgotten", sorted(product_ids)))
        Product.objects.filter(onec_id__in=product_ids).delete()

    def finish(self, context):
        self.told.append(("finish", []))
