"""Where a catalogue from 1C goes."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.checks import CheckMessage

from ..commerceml.catalog import Group, MeasureUnit, Offer, PriceType, Product, Property, Warehouse
from .incoming_context import ImportContext


class CatalogHandler:
    """Saves what 1C sends of its catalogue.  Name yours in ``ONEC_EXCHANGE_CATALOG_HANDLER``.

    Fill in what your shop has; the rest does nothing.  Each method gets one chunk, at most ``CHUNK_SIZE`` objects,
    whose fields ``commerceml/catalog.py`` describes::

        class ShopCatalog(CatalogHandler):
            def save_products(self, products, context):
                rows = [Product(onec_id=one.id, name=one.name, sku=one.article) for one in products]
                upsert(Product, rows, by=["onec_id"], update=["name", "sku"])

    ``upsert`` is Django's ``bulk_create(update_conflicts=True)``, which wants a unique constraint on ``onec_id``.

    Rules for all of them:

    * Be repeatable: 1C sends a file again whenever it is not sure, and a chunk that raises comes once more object
      by object, so that the one that does not fit is reported with its identifier while the others are saved.
    * What 1C does not say, ``None`` or an empty text, is neither zero nor deleted: keep what you have.
    * ``deleted`` is said of single objects, and means that 1C marked them for deletion.
    * What an object refers to usually came before it, in this file or an earlier one; where it did not, save what
      you can.
    * Do slow things with files in ``transaction.on_commit(..., robust=True)``: others may wait for this one.
    """

    def save_groups(self, groups: Sequence[Group], context: ImportContext) -> None:
        """Groups of products; a parent comes before its children."""

    def save_properties(self, properties: Sequence[Property], context: ImportContext) -> None:
        """What products and offers may have, such as a colour."""

    def save_price_types(self, price_types: Sequence[PriceType], context: ImportContext) -> None:
        """Kinds of prices, such as retail."""

    def save_warehouses(self, warehouses: Sequence[Warehouse], context: ImportContext) -> None:
        """Where goods lie."""

    def save_units(self, units: Sequence[MeasureUnit], context: ImportContext) -> None:
        """The classifier's units.  Products bring their own, too, and old configurations send no others."""

    def save_products(self, products: Sequence[Product], context: ImportContext) -> None:
        """Products; ``context.file(name)`` finds their pictures, as far as they were sent."""

    def save_offers(self, offers: Sequence[Offer], context: ImportContext) -> None:
        """What is sold: a product, or a variant of one.  A file of prices or stocks gives the identifier alone."""

    def save_prices(self, offers: Sequence[Offer], context: ImportContext) -> None:
        """The same offers, those whose ``prices`` are not None."""

    def save_stocks(self, offers: Sequence[Offer], context: ImportContext) -> None:
        """The same offers, those whose ``stocks`` or ``quantity`` are not None."""

    def forget_products(self, product_ids: Sequence[str], context: ImportContext) -> None:
        """Products that a full catalogue, now complete, no longer names: hide them, if your shop wants that."""

    def finish(self, context: ImportContext) -> None:
        """The upload is complete, and all that was saved of it is committed."""

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return []
