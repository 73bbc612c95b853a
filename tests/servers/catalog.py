"""A shop's catalogue that shows whatever is applied twice or in part; and the files that 1C sends of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from django_onec_exchange.adapters import CatalogHandler
from tests.incoming import files
from tests.shop.models import Product

PICTURE = "import_files/ab/p.jpg"
GOODS, OFFERS = "import0_1.xml", "offers0_1.xml"


class CountingCatalog(CatalogHandler):
    """Keeps in ``vat_rate`` how often a product was saved, and in ``sku`` its price.

    ``TEST_CHUNK_SECONDS`` pass after each chunk; ``TEST_DIARY`` names a file that tells who saved, chunk by chunk.
    """

    def save_products(self, products, context):
        transaction.on_commit(partial(time.sleep, getattr(settings, "TEST_CHUNK_SECONDS", 0)))
        if diary := getattr(settings, "TEST_DIARY", ""):
            with Path(diary).open("a") as file:
                file.write(f"{context.base.name} {context.session.pk}\n")
        for product in products:
            same = Product.objects.filter(onec_id=product.id)
            if not same.update(name=product.name, vat_rate=F("vat_rate") + 1):
                Product.objects.create(onec_id=product.id, name=product.name, vat_rate=1)

    def save_prices(self, offers, context):
        for offer in offers:
            Product.objects.filter(onec_id=offer.id).update(sku=str(offer.prices[0].amount))

    def forget_products(self, product_ids, context):
        Product.objects.filter(onec_id__in=product_ids).delete()


def names(count: int, first: int = 1) -> list[str]:
    return [f"Т{number:03d}" for number in range(first, first + count)]


def upload(goods: Iterable[str], *, price: str = "250.00", picture: int = 100_000) -> dict[str, bytes]:
    """Make the files of one exchange; ``p-NAME`` is the Ид of each product."""
    goods = list(goods)
    return {
        GOODS: files.catalog(goods),
        OFFERS: files.offers(dict.fromkeys(goods, price)),
        PICTURE: bytes(range(256)) * (picture // 256),
    }


def in_shop(using: str) -> dict[str, str]:
    """Return the price of each product the shop has."""
    return dict(Product.objects.using(using).order_by("name").values_list("name", "sku"))


def times_saved(using: str) -> set[int]:
    """Return how often products were saved."""
    return set(map(int, Product.objects.using(using).values_list("vat_rate", flat=True)))
