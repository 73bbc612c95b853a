"""What 1C sends of its catalogue is what the shop sells."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_onec_exchange.adapters import ImportContext, load_adapters, load_catalog_handler
from django_onec_exchange.commerceml import catalog as onec
from django_onec_exchange.models import InfoBase
from shop.catalog import ShopCatalog
from shop.models import (
    Group,
    Order,
    OrderItem,
    Price,
    PriceType,
    Product,
    ProductImage,
    Stock,
    Unit,
    Variant,
    Warehouse,
)

KETTLE = onec.Product(
    id="kettle",
    name="Чайник",
    article="T-1",
    description="Эмалированный",
    group_ids=("dishes",),
    unit=onec.MeasureUnit(code="796", short_name="шт"),
    vat_rate=Decimal(22),
)
RETAIL = onec.PriceType(id="retail", name="Розничная", currency="RUB")
WHOLESALE = onec.PriceType(id="wholesale", name="Оптовая")


class CatalogTests(TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "upload").mkdir()
        media = override_settings(MEDIA_ROOT=self.folder / "media")
        media.enable()
        self.addCleanup(media.disable)
        self.catalog = load_catalog_handler()
        self.assertIsInstance(self.catalog, ShopCatalog)
        self.context = ImportContext(
            base=InfoBase.objects.create(name="default"),
            adapters=load_adapters(),
            folder=self.folder / "upload",
            started_at=timezone.now(),
        )

    def save(self, *objects: object) -> None:
        """Save objects of one kind, and as 1C does, once more."""
        kinds = {
            onec.Group: "groups",
            onec.PriceType: "price_types",
            onec.Warehouse: "warehouses",
            onec.MeasureUnit: "units",
            onec.Product: "products",
        }
        for _ in range(2):
            with self.captureOnCommitCallbacks(execute=True):
                getattr(self.catalog, f"save_{kinds[type(objects[0])]}")(objects, self.context)

    def offer(self, *offers: onec.Offer) -> None:
        """Save offers with all they say, and once more."""
        for _ in range(2):
            self.catalog.save_offers(offers, self.context)
            self.catalog.save_prices([one for one in offers if one.prices is not None], self.context)
            stocks = [one for one in offers if one.stocks is not None or one.quantity is not None]
            self.catalog.save_stocks(stocks, self.context)

    def picture(self, name: str, content: bytes = b"picture") -> None:
        path = self.folder / "upload" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def pictures(self) -> list[bytes]:
        images = ProductImage.objects.all()
        return [Path(image.file.path).read_bytes() if image.file else b"" for image in images]

    # -- groups and products

    def test_groups_make_a_tree(self) -> None:
        self.save(
            onec.Group(id="home", name="Для дома"),
            onec.Group(id="dishes", name="Посуда", parent_id="home"),
            onec.Group(id="old", name="Старое", deleted=True),
        )
        self.save(onec.Group(id="cups", name="Кружки", parent_id="dishes"))

        self.assertEqual(Group.objects.get(onec_id="cups").parent.parent.name, "Для дома")
        self.assertEqual(list(Group.objects.filter(is_hidden=True).values_list("name", flat=True)), ["Старое"])
        self.save(onec.Group(id="cups", name="Кружки"))
        self.assertIsNone(Group.objects.get(onec_id="cups").parent)

    def test_a_product_is_what_1c_says(self) -> None:
        self.save(onec.Group(id="dishes", name="Посуда"))

        self.save(KETTLE)

        product = Product.objects.get()
        self.assertEqual((product.name, product.sku, product.vat), ("Чайник", "T-1", "22"))
        self.assertEqual((product.group.name, product.unit.code), ("Посуда", "796"))
        self.assertFalse(product.is_hidden)
        self.assertEqual(Unit.objects.count(), 1)

    def test_what_1c_does_not_say_stays(self) -> None:
        self.save(onec.Group(id="dishes", name="Посуда"))
        self.save(KETTLE)
        before = Product.objects.values().get()

        self.save(onec.Product(id="kettle"))

        self.assertEqual(Product.objects.values().get(), before)

    def test_a_product_marked_for_deletion_is_hidden_and_may_return(self) -> None:
        self.save(onec.Product(id="kettle", name="Чайник", deleted=True))
        self.assertTrue(Product.objects.get().is_hidden)

        self.save(KETTLE)

        self.assertFalse(Product.objects.get().is_hidden)

    def test_what_a_full_catalogue_no_longer_names_is_hidden(self) -> None:
        self.save(KETTLE, onec.Product(id="cup", name="Кружка"))

        self.catalog.forget_products(["kettle", "never seen"], self.context)

        self.assertEqual([one.name for one in Product.objects.filter(is_hidden=True)], ["Чайник"])

    def test_products_may_share_an_article_or_have_none(self) -> None:
        self.save(*(onec.Product(id=f"{number}", name="Чайник") for number in range(3)))

        self.assertEqual(Product.objects.filter(sku="").count(), 3)

    def test_a_product_keeps_its_price_when_it_comes_again(self) -> None:
        self.save(KETTLE)
        Product.objects.update(price=100)

        self.save(KETTLE)

        self.assertEqual(Product.objects.get().price, 100)

    def test_units_go_by_code_or_name(self) -> None:
        self.save(
            onec.MeasureUnit(code="006", short_name="м"),
            onec.MeasureUnit(code="", short_name="м"),
            onec.MeasureUnit(code="", short_name="рулон"),
        )

        self.assertEqual(sorted(Unit.objects.values_list("code", "short_name")), [("", "рулон"), ("006", "м")])

    def test_waiting_orders_change_with_what_they_name(self) -> None:
        """An order that was read for 1C before its product changed must not pass for unchanged."""
        self.save(KETTLE)
        product = Product.objects.get()
        long_ago = timezone.now() - timedelta(days=1)
        for sent in (False, True):
            order = Order.objects.create(placed_at=long_ago, sent_to_1c=sent)
            OrderItem.objects.create(order=order, product=product, name="Чайник", price=1, quantity=1)
        Order.objects.update(updated_at=long_ago)

        self.save(onec.Product(id="kettle", name="Чайник большой"))
        self.assertEqual(Order.objects.filter(updated_at=long_ago).count(), 2, "a row has a name of its own")
        self.save(onec.Product(id="kettle", article="T-2"))

        self.assertEqual([one.sent_to_1c for one in Order.objects.filter(updated_at=long_ago)], [True])

    # -- variants, prices, stocks

    def test_variants_come_as_offers_or_as_products(self) -> None:
        self.save(KETTLE, onec.Product(id="kettle#red", name="Чайник (красный)", article="T-1-1"))
        self.offer(
            onec.Offer(id="kettle", name="Чайник"),
            onec.Offer(id="kettle#blue", name="Чайник (синий)", characteristics=(("Цвет", "синий"),)),
            onec.Offer(id="unknown#blue", name="Неизвестный"),
        )

        variants = Variant.objects.order_by("onec_id").values_list("product__onec_id", "onec_id", "name", "sku")
        self.assertEqual(
            list(variants),
            [("kettle", "blue", "синий", ""), ("kettle", "red", "Чайник (красный)", "T-1-1")],
        )

    def test_an_offer_of_prices_alone_leaves_the_variant_its_name(self) -> None:
        self.save(KETTLE)
        self.offer(onec.Offer(id="kettle#blue", characteristics=(("Цвет", "синий"), ("Размер", "L"))))

        self.offer(onec.Offer(id="kettle#blue", prices=()))

        self.assertEqual(Variant.objects.get().name, "синий, L")

    def test_what_1c_does_not_say_of_a_variant_stays(self) -> None:
        self.save(KETTLE, onec.Product(id="kettle#red", name="красный", article="T-1-1"))

        self.offer(onec.Offer(id="kettle#red", characteristics=(("Цвет", "алый"),)))
        self.offer(onec.Offer(id="kettle#red", deleted=True))

        variant = Variant.objects.get()
        self.assertEqual((variant.name, variant.sku, variant.is_hidden), ("алый", "T-1-1", True))

    def test_the_shop_sells_at_the_retail_price(self) -> None:
        self.save(KETTLE)
        self.save(RETAIL, WHOLESALE)
        prices = (
            onec.Price(type_id="wholesale", amount=Decimal(70)),
            onec.Price(type_id="retail", amount=Decimal(99)),
        )

        self.offer(onec.Offer(id="kettle", prices=prices), onec.Offer(id="unknown", prices=prices))

        self.assertEqual(Product.objects.get().price, 99)
        self.assertEqual(
            sorted(Price.objects.values_list("price_type__name", "amount")),
            [
                ("Оптовая", Decimal(70)),
                ("Розничная", Decimal(99)),
            ],
        )

    def test_a_product_costs_what_its_cheapest_variant_costs(self) -> None:
        self.save(KETTLE)
        self.save(RETAIL)

        for variant, amount in (("red", "120"), ("blue", "110.555")):
            price = onec.Price(type_id="retail", amount=Decimal(amount))
            self.offer(onec.Offer(id=f"kettle#{variant}", prices=(price,)))

        self.assertEqual(Product.objects.get().price, Decimal("110.56"))

    def test_a_price_of_a_type_not_yet_named_is_kept(self) -> None:
        self.save(KETTLE)

        self.offer(onec.Offer(id="kettle", prices=(onec.Price(type_id="retail", amount=Decimal(99)),)))
        self.save(RETAIL)

        self.assertEqual(Product.objects.get().price, 99)
        self.assertEqual(PriceType.objects.get().name, "Розничная")

    def test_stocks_are_kept_for_each_warehouse(self) -> None:
        self.save(KETTLE)
        self.save(onec.Warehouse(id="main", name="Основной"))

        self.offer(
            onec.Offer(
                id="kettle",
                quantity=Decimal(5),
                stocks=(
                    onec.Stock(warehouse_id="main", quantity=Decimal("2.5")),
                    onec.Stock(warehouse_id="far", quantity=Decimal(-1)),
                ),
            )
        )
        self.offer(onec.Offer(id="kettle", stocks=(onec.Stock(warehouse_id="main", quantity=Decimal(0)),)))

        stocks = Stock.objects.order_by("warehouse__name").values_list("warehouse__name", "quantity")
        self.assertEqual(list(stocks), [("far", Decimal(-1)), ("Основной", Decimal(0))])

    def test_a_sum_of_all_warehouses_is_kept_as_such(self) -> None:
        self.save(KETTLE)

        self.offer(onec.Offer(id="kettle", quantity=Decimal(5)))

        self.assertEqual(Stock.objects.get().quantity, 5)
        self.assertEqual(Warehouse.objects.get().name, "Все склады")

    # -- pictures

    def test_pictures_are_copied_in_their_order(self) -> None:
        self.picture("import_files/ab/1.jpg", b"first")
        self.picture("import_files/ab/2.PNG", b"second")

        self.save(onec.Product(id="kettle", images=("import_files/ab/2.PNG", "import_files/ab/1.jpg")))

        self.assertEqual(self.pictures(), [b"second", b"first"])
        self.assertTrue(all(one.file.name.startswith("products/") for one in ProductImage.objects.all()))

    def test_a_picture_that_comes_later_is_copied_then(self) -> None:
        product = onec.Product(id="kettle", images=("import_files/ab/1.jpg",))
        self.save(product)
        self.assertEqual(self.pictures(), [b""])
        self.picture("import_files/ab/1.jpg")

        self.save(product)

        self.assertEqual(self.pictures(), [b"picture"])

    def test_a_changed_picture_replaces_the_old_one_and_a_missing_one_does_not(self) -> None:
        product = onec.Product(id="kettle", images=("1.jpg",))
        self.picture("1.jpg", b"old")
        self.save(product)
        self.picture("1.jpg", b"new")
        self.save(product)
        (self.folder / "upload" / "1.jpg").unlink()

        self.save(product)

        self.assertEqual(self.pictures(), [b"new"])

    def test_pictures_no_longer_named_go_and_silence_keeps_them(self) -> None:
        self.save(onec.Product(id="kettle", images=("1.jpg", "2.jpg")))
        self.save(onec.Product(id="kettle"))
        self.assertEqual(ProductImage.objects.count(), 2)

        self.save(onec.Product(id="kettle", images=("2.jpg",)))

        self.assertEqual(ProductImage.objects.get().path, "2.jpg")

    def test_what_is_no_picture_is_not_taken(self) -> None:
        self.picture("page.html", b"<script>")
        (self.folder / "secret.jpg").write_bytes(b"secret")

        with self.assertLogs("shop.pictures", "WARNING"):
            self.save(onec.Product(id="kettle", images=("page.html", "../secret.jpg")))

        self.assertEqual(self.pictures(), [b"", b""])

    # -- size

    def test_a_chunk_of_any_size_costs_few_queries(self) -> None:
        products = [
            onec.Product(id=f"{number}", name="Товар", group_ids=("dishes",), images=("1.jpg",))
            for number in range(200)
        ]

        with CaptureQueriesContext(connection) as queries:
            self.catalog.save_products(products, self.context)

        self.assertLess(len(queries), 20)
