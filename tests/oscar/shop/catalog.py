"""1C's catalogue for django-oscar: products, variants, prices, stocks.

1C's Ид goes to ``Product.code``, Oscar's field for a second identifier.  Objects are saved one by one: Oscar makes
slugs and keeps its search index up to date in ``save()``.
"""

from oscar.core.loading import get_model

from django_onec_exchange.adapters import CatalogHandler

Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

PARTNER = "1С"


class OscarCatalog(CatalogHandler):
    def save_products(self, products, context):
        product_class, _ = ProductClass.objects.get_or_create(name="Товары")
        known = by_code(one.id for one in products)
        for one in products:
            product = known.get(one.id) or Product(code=one.id, product_class=product_class)
            product.title = one.name[:255] or product.title  # what 1C does not say stays
            product.is_public = not one.deleted
            product.save()

    def save_offers(self, offers, context):
        """An offer of its own, ``product#variant``, is a child of Oscar's; any other is the product itself."""
        variants = [one for one in offers if one.variant_id]
        known = by_code([one.id for one in variants] + [one.product_id for one in variants])
        for one in variants:
            parent = known.get(one.product_id)
            if parent is None:
                continue
            if not parent.is_parent:
                parent.structure = Product.PARENT
                parent.save()
            child = known.get(one.id) or Product(code=one.id, parent=parent, structure=Product.CHILD)
            child.title = one.name[:255] or child.title
            child.is_public = not one.deleted
            child.save()

    def save_prices(self, offers, context):
        """The first price; a shop with several kinds of prices chooses by ``price.type_id``."""
        self.save_stock_records(offers, lambda one: {"price": one.prices[0].amount if one.prices else None})

    def save_stocks(self, offers, context):
        self.save_stock_records(offers, lambda one: {"num_in_stock": in_stock(one), "num_allocated": 0})

    def save_stock_records(self, offers, values):
        partner, _ = Partner.objects.get_or_create(name=PARTNER)
        products = by_code(one.id for one in offers)
        for one in offers:
            if one.id in products:
                new = {"partner_sku": (one.article or one.id)[:128]}
                StockRecord.objects.update_or_create(
                    product=products[one.id],
                    partner=partner,
                    defaults=values(one),
                    create_defaults=values(one) | new,
                )


def by_code(codes):
    return Product.objects.in_bulk(set(codes), field_name="code")


def in_stock(offer):
    """Oscar knows whole pieces, and never less than none."""
    quantity = offer.quantity
    if quantity is None:
        quantity = sum(stock.quantity for stock in offer.stocks)
    return max(int(quantity), 0)
