"""What 1C sends to an Oscar shop: what became of the orders, the catalogue; and the lists it asks for."""

from __future__ import annotations

from decimal import Decimal

import pytest

pytest.importorskip("oscar", reason="django-oscar is not installed; `tox run -e oscar` installs it")

from oscar.apps.order.signals import order_status_changed
from oscar.apps.partner.strategy import Default
from oscar.core.loading import get_model

from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.incoming import files

from .checkout import place_order

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")

VARIANTS = """
<ПакетПредложений СодержитТолькоИзменения="false"><Ид>catalog-1#</Ид><ИдКаталога>catalog-1</ИдКаталога>
<Предложения><Предложение><Ид>p-Футболка#L</Ид><Артикул>F-L</Артикул><Наименование>Футболка (L)</Наименование>
<Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены><ЦенаЗаЕдиницу>990.00</ЦенаЗаЕдиницу></Цена></Цены>
<Количество>4</Количество></Предложение></Предложения></ПакетПредложений>
"""


@pytest.fixture
def order(teapot):
    return place_order([(teapot, 1)])


@pytest.fixture
def tell(make_onec):
    """Have 1C send an order back with requisites, and return the order's status."""

    def tell(order, **requisites):
        document = files.order(order.number, **requisites)
        report = make_onec(BitrixModule).send_orders({"orders-1.xml": files.orders(document)})
        assert report.succeeded, report.error
        order.refresh_from_db()
        return order.status

    return tell


@pytest.fixture
def send(make_onec):
    def send(**catalogue):
        report = make_onec().send_catalog({f"{name}.xml": content for name, content in catalogue.items()})
        assert report.succeeded, report.error

    return send


# -- orders


def test_an_order_that_1c_accepts_is_being_processed(order, tell):
    assert tell(order, Проведен="true") == "Being processed"


def test_a_shipped_order_takes_all_steps_of_the_pipeline(order, tell):
    assert tell(order, Проведен="true", Отгружен="true") == "Shipped"

    steps = order.status_changes.order_by("pk").values_list("old_status", "new_status")
    assert list(steps) == [("Pending", "Being processed"), ("Being processed", "Shipped")]


def test_the_pipeline_forbids_other_steps_and_ways_back(order, tell, caplog):
    assert tell(order, Отгружен="true") == "Pending"  # nobody accepted it
    assert tell(order, Проведен="true", Отгружен="true") == "Shipped"
    assert tell(order, Проведен="true") == "Shipped"
    assert tell(order, Отменен="true") == "Shipped"
    assert "was not applied" not in caplog.text  # no step is tried that Oscar would refuse


def test_what_1c_says_again_changes_nothing(order, tell):
    tell(order, Проведен="true")
    tell(order, Проведен="true")

    assert order.status_changes.count() == 1


def test_oscar_is_told_of_a_new_status(order, tell):
    told = []

    def receiver(sender, order, old_status, new_status, **kwargs):
        told.append((order.number, old_status, new_status))

    order_status_changed.connect(receiver)
    try:
        tell(order, Отменен="true")
    finally:
        order_status_changed.disconnect(receiver)

    assert told == [(order.number, "Pending", "Cancelled")]


def test_an_order_that_1c_changed_is_not_sent_again_for_that(order, onec, tell):
    onec.checkauth()
    onec.query()
    tell(order, Проведен="true")  # while the file is on its way
    onec.success()

    assert onec.fetch_orders().orders == ()
    tell(order, Проведен="true", Отгружен="true")
    assert onec.fetch_orders().orders == ()


# -- the catalogue


@pytest.mark.parametrize("kind", [UT11, UNF, BitrixModule])
def test_a_product_of_1c_can_be_sold_and_goes_back_under_its_identifier(make_onec, kind):
    onec = make_onec(kind, **({"seconds_before_import": 0} if kind is UNF else {}))
    report = onec.send_catalog(
        {"import.xml": files.catalog(["Чайник"]), "offers.xml": files.offers({"Чайник": "500"})}
    )
    assert report.succeeded, report.error
    product = Product.objects.get(code="p-Чайник")

    order = place_order([(product, 2)], strategy=Default())

    (received,) = onec.fetch_orders().orders
    assert (received.rows[0].id, received.rows[0].article) == ("p-Чайник", "p-Чайник")
    assert received.rows[0].sum == Decimal("1000.00")
    assert received.total == order.total_incl_tax


def test_a_variant_is_a_child_and_goes_back_as_a_variant(send, onec):
    send(**{"import": files.catalog(["Футболка"]), "offers": files.document(VARIANTS)})

    parent, child = Product.objects.get(code="p-Футболка"), Product.objects.get(code="p-Футболка#L")
    assert (parent.is_parent, child.parent, child.title) == (True, parent, "Футболка (L)")
    assert child.stockrecords.get().price == 990
    place_order([(child, 1)], strategy=Default())
    (received,) = onec.fetch_orders().orders
    assert (received.rows[0].id, received.rows[0].article) == ("p-Футболка#L", "F-L")


def test_prices_and_stocks_follow_and_titles_stay(send):
    send(**{"import": files.catalog(["Чайник"]), "offers": files.offers({"Чайник": "500"})})
    Product.objects.update(description="Со свистком")
    StockRecord.objects.update(partner_sku="T-1", num_allocated=2)

    send(**{"import": files.catalog(["Чайник"], changes_only=True), "offers": files.offers({"Чайник": "450.50"})})

    product, record = Product.objects.get(), StockRecord.objects.get()
    assert (product.title, product.description, product.slug) == ("Чайник", "Со свистком", product.slug)
    assert (record.price, record.num_in_stock, record.num_allocated) == (Decimal("450.50"), 3, 0)
    assert record.partner_sku == "T-1"


# -- the lists


def test_1c_is_told_statuses_payments_and_deliveries(make_onec, teapot):
    place_order([(teapot, 1)], paid=True)
    onec = make_onec(BitrixModule)
    onec.checkauth()

    lists = onec.info()

    assert [one.id for one in lists.statuses] == list(Order.pipeline)
    assert [(one.id, one.name) for one in lists.payment_systems] == [("card", "Картой онлайн")]
    assert [(one.id, one.name) for one in lists.delivery_services] == [("free-shipping", "Free shipping")]
