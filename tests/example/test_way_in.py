"""What 1C sends to the example shop, served on a real socket: again, less of it, and what became of the orders."""

from __future__ import annotations

import pytest

from django_onec_exchange.simulator import UT11, BitrixModule, HttpTransport

from .project import Shop

#: In small pieces, so that there is something to go on with.
PIECES = {
    "ONEC_EXCHANGE_FILE_LIMIT": "16384",
    "ONEC_EXCHANGE_CHUNK_SIZE": "10",
    "ONEC_EXCHANGE_IMPORT_TIME_SLICE": "0.001",
}
TABLES = ("group", "product", "variant", "unit", "pricetype", "price", "warehouse", "stock", "productimage")

ORDER = """
<Документ><Ид>1c-{number}</Ид><Номер>{number}</Номер><Дата>2025-01-01</Дата><ХозОперация>Заказ товара</ХозОперация>
<Роль>Продавец</Роль><Валюта>643</Валюта><Курс>1</Курс><Сумма>1.00</Сумма><Время>09:00:00</Время>
<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></Документ>
"""
POSTED = ("Проведен", "true")
PAID = ("Номер оплаты по 1С", "ОП-1"), ("Дата оплаты по 1С", "2025-01-02T9:05:00")
SHIPPED = ("Номер отгрузки по 1С", "РТ-1")


@pytest.fixture
def catalogues(played):
    """The files of each upload of the demo by their names, in the order of 1C."""

    def found(folder: str):
        folder = played.folder / "from_1c" / folder
        files = [one for one in folder.rglob("*") if one.is_file()]
        order = ("groups", "prop", "units", "storages", "price", "goods", "import", "offers", "prices", "rests")
        files.sort(key=lambda one: (one.suffix != ".xml", *(not one.name.startswith(name) for name in order), one))
        return {str(one.relative_to(folder)): one for one in files}

    return found


@pytest.fixture
def shop(tmp_path, played):
    """A copy of the shop that the demo left, with an account for 1C."""
    shop = Shop(tmp_path / "shop").with_database(played.database)
    shop.environ["MEDIA_ROOT"] = str(played.folder / "media")
    shop.manage("seed_shop", "--orders", "0", "--exchange-user", "1c", "--exchange-password", "secret")
    return shop


def a_1c(kind, address: str):
    return kind(HttpTransport(address), username="1c", password="secret")


def state(shop) -> dict[str, list[tuple]]:
    """Every row of what 1C may change in the catalogue, primary keys included."""
    return {table: shop.rows(f"SELECT * FROM shop_{table} ORDER BY id") for table in TABLES}


def hidden(shop) -> set[str]:
    return {name for (name,) in shop.rows("SELECT name FROM shop_product WHERE is_hidden")}


def test_the_same_catalogues_once_more_change_nothing(shop, catalogues):
    before = state(shop)
    states = []

    with shop.served(**PIECES, ONEC_EXCHANGE_ZIP_UPLOADS="true") as address:
        for _ in range(2):
            report = a_1c(BitrixModule, address).send_catalog(catalogues("2-rest"), full=True)
            assert report.succeeded, report.error
            assert any(file.polls for file in report.files)
            states.append(state(shop))
    with shop.served(**PIECES) as address:
        for _ in range(2):
            report = a_1c(UT11, address).send_catalog(catalogues("3-spring"))
            assert report.succeeded, report.error
            states.append(state(shop))

    assert states[0] == states[1] != before
    assert states[2] == states[3] == before, "the last catalogue of the demo was the last one here, too"


def test_what_a_whole_catalogue_no_longer_names_is_hidden_until_it_is_named_again(shop, catalogues):
    leaving = "Календарь прошлогодний"
    assert leaving in hidden(shop)

    with shop.served(ONEC_EXCHANGE_ZIP_UPLOADS="true") as address:
        client = a_1c(BitrixModule, address)
        assert client.send_catalog(catalogues("1-whole"), full=True).succeeded
        assert hidden(shop) == {"Примус"}, "marked for deletion in 1C"
        assert client.send_catalog(catalogues("2-rest")).succeeded
        assert hidden(shop) == {"Примус"}, "nobody said that this was all"
        assert client.send_catalog(catalogues("2-rest"), full=True).succeeded

    assert hidden(shop) == {"Примус", leaving}


def last_orders(shop) -> list[tuple]:
    query = "SELECT status, is_paid, updated_at FROM shop_order WHERE sent_to_1c ORDER BY number DESC LIMIT 5"
    return shop.rows(query)[::-1]


def a_file(container: bool, orders: dict[str, tuple]) -> bytes:
    """What 1C says of the orders, each a document or a container with one."""
    documents = ""
    for number, values in orders.items():
        pairs = (
            f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
            for name, value in values
        )
        document = ORDER.format(number=number, requisites="".join(pairs))
        documents += f"<Контейнер>{document}</Контейнер>" if container else document
    root = "КоммерческаяИнформация"
    xmlns = "" if container else ' xmlns="urn:1C.ru:commerceml_2"'
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}{xmlns} ВерсияСхемы="2.07">{documents}</{root}>'.encode()


@pytest.mark.parametrize("kind", [UT11, BitrixModule])
def test_1c_tells_what_became_of_the_orders(shop, kind):
    shop.manage("seed_shop", "--orders", "5")
    with shop.served() as address:
        client = a_1c(kind, address)
        fetched = client.fetch_orders()
        assert len(fetched.orders) == 5
        numbers = [order.number for order in fetched.orders]
        shop.rows("UPDATE shop_order SET status = 'accepted', is_paid = 0")
        is_module = kind is BitrixModule
        lives = ((POSTED,), (POSTED, *PAID), (POSTED, *PAID, SHIPPED), (("ПометкаУдаления", "true"),), ())
        content = a_file(is_module, dict(zip(numbers, lives, strict=True)) | {"77777777": (POSTED,)})

        first = client.send_orders({"orders-1_1.xml": content})
        after = last_orders(shop)
        again = client.send_orders({"orders-1_1.xml": content})
        back = client.send_orders({"orders-2_1.xml": a_file(is_module, dict.fromkeys(numbers, (POSTED,)))})

        assert (first.error, again.error, back.error) == (None, None, None)
        assert [row[:2] for row in after] == [
            ("accepted", 0),
            ("accepted", 1),
            ("shipped", 1),
            ("cancelled", 0),
            ("accepted", 0),
        ]
        assert last_orders(shop) == after, "neither the same news nor older ones change anything"
        assert not client.fetch_orders().orders, "no order looks changed for that"
