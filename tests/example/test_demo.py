"""``manage.py demo``: orders go to 1C, catalogues and statuses come back, and all of it is told."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from . import sent_files
from .project import Shop

PRODUCTS = """
    SELECT product.onec_id, product.name, product.sku, product.description, shop_group.onec_id, code, vat,
           product.is_hidden
    FROM shop_product product
    JOIN shop_unit ON shop_unit.id = unit_id
    LEFT JOIN shop_group ON shop_group.id = group_id
"""
PARENTS = """
    SELECT child.onec_id, parent.onec_id
    FROM shop_group child JOIN shop_group parent ON parent.id = child.parent_id
"""
VARIANTS = """
    SELECT shop_product.onec_id || '#' || shop_variant.onec_id, shop_variant.name
    FROM shop_variant JOIN shop_product ON shop_product.id = product_id
"""
PRICES = """
    SELECT shop_pricetype.onec_id, offer_id, amount
    FROM shop_price JOIN shop_pricetype ON shop_pricetype.id = price_type_id
"""
STOCKS = """
    SELECT shop_warehouse.onec_id, offer_id, quantity
    FROM shop_stock JOIN shop_warehouse ON shop_warehouse.id = warehouse_id
"""
IMAGES = """
    SELECT onec_id, path, file FROM shop_productimage JOIN shop_product ON shop_product.id = product_id
    ORDER BY onec_id, position
"""
FIELDS = ("name", "sku", "description", "group", "unit", "vat", "hidden")


@pytest.fixture(scope="module")
def sent(played):
    return sent_files.read(sorted((played.folder / "from_1c").iterdir()))


def test_the_demo_delivers_every_order_and_shows_it(played):
    output = played.output

    assert output.count("1С получила 60 из 60, отмечено переданными 60") == 2
    assert output.count("Не переданы и записаны с причиной 10 из 10") == 2
    assert "передан " in output
    paths = re.findall(r"^  (/.*\.xml)$", output, re.MULTILINE)
    assert len(paths) == 2 + 5
    for path in paths:
        assert Path(path).is_relative_to(played.folder)
        assert Path(path).stat().st_size


def test_the_demo_shows_what_1c_sends_and_that_all_of_it_arrived(played):
    output = played.output

    assert output.count("1С выгрузила всё") == 3
    assert output.count("Расхождений с 1С: 0.") == 3 + 2
    polls = [int(number) for number in re.findall(r"отвечал progress: (\d+) раз", output)]
    assert len(polls) == 3
    assert all(polls)
    percents = [int(percent) for percent in re.findall(r"^  goods_1_.*: (\d+)%$", output, re.MULTILINE)]
    assert len(set(percents)) > 2, "the percentage grows while a file is imported"
    assert re.search(r"filename=v8_\w+\.zip", output), "the whole catalogue comes packed"
    assert re.search(r"filename=import0_1\.xml × \d", output), "the other one in parts"
    assert "mode=complete" in output
    assert output.count("1С сообщила о 60") == 2
    assert "передано снова 0" in output


def test_the_shop_has_the_products_of_both_catalogues(played, sent):
    (leaving,) = only_in_the_first(played)
    found = {id_: dict(zip(FIELDS, values, strict=True)) for id_, *values in played.rows(PRODUCTS)}
    expected = {id_: {name: one[name] for name in FIELDS} for id_, one in sent.products.items()}
    expected[leaving]["hidden"] = True

    assert {id_: found[id_] for id_ in expected} == expected
    assert sum(one["hidden"] for one in expected.values()) == 3, "marked for deletion by each 1C, and gone"
    never_sent = [one["sku"] for id_, one in found.items() if id_ not in expected]
    assert sorted(never_sent) == ["BROKEN-ID", "BROKEN-UNIT"]
    assert dict(played.rows(VARIANTS)) == sent.variants


def test_the_shop_has_the_groups_price_types_and_warehouses(played, sent):
    tables = ("shop_group", "shop_pricetype", "shop_warehouse")
    names = [row for table in tables for row in played.rows(f"SELECT onec_id, name FROM {table}")]

    assert dict(names) == sent.names
    assert len(names) == 4 + 3 + 2
    assert dict(played.rows(PARENTS)) == sent.parents
    assert len(sent.parents) == 2


def test_the_shop_has_each_price_and_sells_at_the_least_retail_one(played, sent):
    prices = {(type_, offer): kopecks(amount) for type_, offer, amount in played.rows(PRICES)}
    ((retail,),) = played.rows("SELECT onec_id FROM shop_pricetype WHERE is_retail")
    least: dict[str, Decimal] = {}
    for (type_, offer), amount in sent.prices.items():
        id_ = offer.partition("#")[0]
        if type_ == retail:
            least[id_] = min(amount, least.get(id_, amount))
    shown = {id_: kopecks(price) for id_, price in played.rows("SELECT onec_id, price FROM shop_product")}

    assert prices == sent.prices
    assert sent.names[retail] == "Розничная"
    assert {id_: shown[id_] for id_ in least} == least
    assert len({type_ for type_, _ in prices}) == 3


def test_the_shop_has_each_stock_of_each_warehouse(played, sent):
    stocks = {(warehouse, offer): Decimal(str(amount)) for warehouse, offer, amount in played.rows(STOCKS)}

    assert stocks == sent.stocks
    assert min(stocks.values()) < 0 and any(one % 1 for one in stocks.values()), "1C sends odd ones too"
    assert [*stocks.values()].count(7) >= 2, "of the file that changed stocks afterwards"


def test_the_pictures_lie_in_the_shop_as_1c_sent_them(played, sent):
    found: dict[str, list[str]] = {}
    for id_, path, file in played.rows(IMAGES):
        found.setdefault(id_, []).append(path)
        (original,) = {one.read_bytes() for one in (played.folder / "from_1c").glob(f"*/{path}")}
        assert (played.folder / "media" / file).read_bytes() == original

    assert found == {id_: one["images"] for id_, one in sent.products.items() if one["images"]}
    assert {path.rpartition(".")[2] for paths in found.values() for path in paths} == {"jpg", "png"}


def test_the_orders_stand_where_1c_says(played):
    """Every fourth order of each 1C was paid, every fourth paid and shipped, every fourth deleted."""
    rows = played.rows("SELECT status, is_paid FROM shop_order WHERE sent_to_1c ORDER BY number")
    for orders in (rows[:60], rows[60:]):
        assert all(paid for _, paid in orders[1::4])
        assert all(status in ("shipped", "cancelled") and paid for status, paid in orders[2::4])
        assert all(status == "cancelled" for status, _ in orders[3::4])
        assert {status for status, _ in orders} == {"accepted", "shipped", "cancelled"}


def test_a_worker_imports_the_same(tmp_path, played):
    pytest.importorskip("django_tasks_db", reason="the worker comes with django-tasks-db, of the extra [example]")
    shop = Shop(tmp_path / "demo")

    output = shop.manage("demo", "--orders", "60", "--worker")

    (shop.folder,) = shop.folder.glob("onec-demo-*")
    shop.database = shop.folder / "db.sqlite3"
    assert output.count("1С выгрузила всё") == 3
    assert sum(map(int, re.findall(r"отвечал progress: (\d+) раз", output))) > 0
    tasks = shop.rows("SELECT status, count(*) FROM django_tasks_database_dbtaskresult GROUP BY status")
    assert tasks == [("SUCCESSFUL", 11 + 11 + 5)], "one for each file of a catalogue"
    for query in (PRODUCTS, VARIANTS, PRICES, STOCKS, IMAGES):
        assert sorted(shop.rows(query)) == sorted(played.rows(query))
    assert "shutting down gracefully" in (shop.folder / "worker.log").read_text()


def test_the_demo_works_again_in_a_database_that_has_orders(shop):
    shop.manage("demo", "--orders", "5", "--keep")

    output = shop.manage("demo", "--orders", "5", "--keep")

    assert output.count("1С получила 5 из 5, отмечено переданными 5") == 2
    assert output.count("Расхождений с 1С: 0.") == 3 + 2


def test_the_demo_fails_if_orders_or_the_catalogue_got_lost(tmp_path):
    """A stock 1C finds nothing inside the containers of 3.1, and says success all the same."""
    shop = Shop(tmp_path / "demo")
    lost = {
        "ONEC_EXCHANGE_FORCED_VERSION": '"3.1"',
        "ONEC_EXCHANGE_CATALOG_HANDLER": '"django_onec_exchange.adapters.CatalogHandler"',
    }

    output = shop.manage("demo", "--orders", "5", succeeds=False, **lost)

    assert "Заказ 00000001 не дошёл до 1С." in output
    assert output.count("1С выгрузила всё") == 3
    assert len(re.findall(r"Расхождений с 1С: [1-9]", output)) == 3


def only_in_the_first(played) -> set[str]:
    """The products of the whole catalogue that it did not name again."""
    first, second = (sent_files.read([played.folder / "from_1c" / name]) for name in ("1-whole", "2-rest"))
    return set(first.products) - set(second.products)


def kopecks(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))
