"""Files as 1C sends them, as small as they can be."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="{version}">\n'
TAIL = "</КоммерческаяИнформация>\n"


def document(content: str, version: str = "2.07") -> bytes:
    return (HEAD.format(version=version) + content + TAIL).encode()


def catalog(names: Iterable[str], *, changes_only: bool = False, id_: str = "catalog-1") -> bytes:
    """Make an ``import.xml`` with a product of each name, whose Ид is ``p-`` and the name."""
    products = "".join(
        f"<Товар><Ид>p-{name}</Ид><Артикул>A-{name}</Артикул><Наименование>{name}</Наименование></Товар>"
        for name in names
    )
    return document(
        f'<Каталог СодержитТолькоИзменения="{str(changes_only).lower()}"><Ид>{id_}</Ид>'
        f"<Наименование>Основной каталог</Наименование><Товары>{products}</Товары></Каталог>"
    )


def offers(prices: dict[str, str]) -> bytes:
    """Make an ``offers.xml`` with a price of each product."""
    rows = "".join(
        f"<Предложение><Ид>p-{name}</Ид><Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены>"
        f"<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена></Цены><Количество>3</Количество></Предложение>"
        for name, price in prices.items()
    )
    return document(
        f'<ПакетПредложений СодержитТолькоИзменения="false"><Ид>catalog-1#</Ид>'
        f"<ИдКаталога>catalog-1</ИдКаталога><Предложения>{rows}</Предложения></ПакетПредложений>"
    )


def orders(*documents: str, version: str = "2.07") -> bytes:
    return document("".join(documents), version)


def order(number: str, **requisites: str) -> str:
    """Make one order document; ``Статус_заказа="Отгружен"`` becomes a requisite."""
    rows = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование><Значение>{value}</Значение>"
        "</ЗначениеРеквизита>"
        for name, value in requisites.items()
    )
    return (
        f"<Документ><Ид>5b1d6a2e-0000-11ee-8000-000000000{number[-3:]}</Ид><Номер>{number}</Номер>"
        f"<Дата>2026-11-01</Дата><ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>643</Валюта>"
        f"<ЗначенияРеквизитов>{rows}</ЗначенияРеквизитов></Документ>"
    )
