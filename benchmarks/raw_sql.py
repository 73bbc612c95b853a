"""The export as one would write it who had only this shop, this document and the clock in mind.

One SQL join, kopecks as integers, f-strings.  It writes the very bytes that the package does
(``export_orders --verify``), but it checks nothing, remembers nothing and fits no other shop.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import connection

_ROWS = 1500  # fetched at once
_BLOCK = 1 << 16  # characters written at once

_MOMENT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S', {0}, '+3 hours')",
    "postgresql": "to_char({0} AT TIME ZONE 'Europe/Moscow', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
}
_NOW = {"sqlite": "CURRENT_TIMESTAMP", "postgresql": "now()"}
_ORDER_COLUMNS = 32
_SQL = """
SELECT o.id, o.number, {created_at}, o.currency, {total}, o.comment, o.status, o.payment_method, o.is_paid,
    {paid_at}, o.delivery_method, {delivery_cost}, {discount}, o.customer_name, o.customer_email, o.customer_phone,
    c.id, c.last_name, c.first_name, c.middle_name, c.email, c.phone,
    c.company_name, c.inn, c.kpp, c.legal_address,
    a.id, a.postal_code, a.city, a.street, a.house, a.flat,
    i.name, {price}, {quantity}, {item_discount},
    p.onec_id, p.name, p.sku, p.unit, p.vat_rate, v.onec_id, v.name, v.sku
FROM (
    SELECT * FROM shop_order
    WHERE NOT sent_to_1c AND NOT export_skipped AND created_at <= {now}
    ORDER BY created_at, id {limit}
) o
LEFT JOIN shop_customer c ON c.id = o.customer_id
LEFT JOIN shop_address a ON a.id = o.delivery_address_id
JOIN shop_orderitem i ON i.order_id = o.id
LEFT JOIN shop_product p ON p.id = i.product_id
LEFT JOIN shop_variant v ON v.id = i.variant_id
ORDER BY o.created_at, o.id, i.id
"""
_STATUS = {"new": "Новый", "paid": "Оплачен", "cancelled": "Отменен"}
_UNITS = {"шт": ("796", "Штука", "PCE"), "кг": ("166", "Килограмм", "KGM")}
_PARTS = ("Почтовый индекс", "Город", "Улица", "Дом", "Квартира")
_DEFAULT_VAT_RATE = 20


def export(write: Callable[[bytes], Any], limit: int | None = None) -> int:
    """Hand the document of all waiting orders to ``write`` and return their number."""
    count = 0
    parts: list[str] = [f'<?xml version="1.0" encoding="UTF-8"?>\n{_root()}\n']
    length = 0
    for _, rows in groupby(_fetch(limit), key=itemgetter(0)):
        xml = _order(list(rows))
        parts.append(xml)
        length += len(xml)
        count += 1
        if length >= _BLOCK:
            write("".join(parts).encode())
            parts, length = [], 0
    parts.append("</КоммерческаяИнформация>\n")
    write("".join(parts).encode())
    return count


def _fetch(limit: int | None) -> Iterator[tuple[Any, ...]]:
    def kopecks(column: str) -> str:
        return f"CAST(ROUND({column} * 100) AS BIGINT)"

    moment = _MOMENT[connection.vendor].format
    sql = _SQL.format(
        created_at=moment("o.created_at"),
        paid_at=moment("o.paid_at"),
        total=kopecks("o.total"),
        delivery_cost=kopecks("o.delivery_cost"),
        discount=kopecks("o.discount"),
        price=kopecks("i.price"),
        quantity="CAST(ROUND(i.quantity * 10000) AS BIGINT)",
        item_discount=kopecks("i.discount"),
        now=_NOW[connection.vendor],
        limit=f"LIMIT {limit}" if limit else "",
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_ROWS):
            yield from rows


def _order(rows: list[tuple[Any, ...]]) -> str:
    (
        pk, number, created_at, currency, total, comment, status, payment_method, is_paid, paid_at,
        delivery_method, delivery_cost, discount, customer_name, customer_email, customer_phone,
        customer_pk, last_name, first_name, middle_name, email, phone, company_name, inn, kpp, legal_address,
        address_pk, postal_code, city, street, house, flat,
    ) = rows[0][:_ORDER_COLUMNS]  # fmt: skip
    address_text = address = ""
    if address_pk is not None:
        values = (postal_code, city, street, house, flat)
        address_text = _escape(", ".join(filter(None, values)))
        address = _address("Адрес", address_text, zip(_PARTS, values, strict=True))
    buyer = _buyer(
        customer_pk,
        customer_name,
        customer_email or email or "",
        customer_phone or phone or "",
        (last_name, first_name, middle_name),
        (company_name, inn, kpp, legal_address),
        address,
    )

    items = []
    totals = []
    rates = []
    for row in rows:
        (
            name, price, quantity, item_discount,
            product_id, product_name, sku, unit, vat_rate, variant_id, variant_name, variant_sku,
        ) = row[_ORDER_COLUMNS:]  # fmt: skip
        name = name or product_name
        if variant_id is not None:
            product_id, sku = f"{product_id}#{variant_id}", variant_sku or sku
            name = f"{name}#{variant_name}"
        items.append((product_id, sku, name, unit, "Товар", price, quantity))
        totals.append((price * quantity + 5000) // 10000 - item_discount)
        rates.append(_DEFAULT_VAT_RATE if vat_rate is None else int(vat_rate))
    if discount:
        _spread(discount, totals)
    if delivery_cost:
        items.append(("ORDER_DELIVERY", "", "Доставка заказа", "шт", "Услуга", delivery_cost, 10000))
        totals.append(delivery_cost)
        rates.append(_DEFAULT_VAT_RATE)
    taxes = [
        (2 * row_total * rate + 100 + rate) // (2 * (100 + rate))
        for row_total, rate in zip(totals, rates, strict=True)
    ]

    requisites = (
        _requisite("Статус заказа", _STATUS[status])
        + _requisite("Статуса заказа ИД", status)
        + _requisite("Отменен", "true" if status == "cancelled" else "false")
        + _requisite("Метод оплаты", payment_method)
        + _requisite("Метод оплаты ИД", payment_method)
        + _requisite("Заказ оплачен", "true" if is_paid else "false")
        + (_requisite("Дата оплаты", paid_at[:10]) if paid_at else "")
        + _requisite("Способ доставки", delivery_method)
        + _requisite("Метод доставки ИД", delivery_method)
        + (_requisite("Адрес доставки", address_text) if address_text else "")
        + _requisite("Сайт", "shop.example")
    )
    comment = f"<Комментарий>{_escape(comment)}</Комментарий>" if comment else ""
    goods = "".join(map(_item, items, totals, taxes, rates))
    return (
        f"<Документ><Ид>order-{pk}</Ид><Номер>{_escape(number)}</Номер><Дата>{created_at[:10]}</Дата>"
        "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль>"
        f"<Валюта>{currency}</Валюта><Курс>1</Курс><Сумма>{total / 100:.2f}</Сумма>"
        f"<Контрагенты>{buyer}</Контрагенты><Время>{created_at[11:]}</Время>{comment}"
        f"{_tax(sum(taxes), min(rates))}<Товары>{goods}</Товары>"
        f"<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></Документ>\n"
    )


def _buyer(
    pk: int | None,
    name: str,
    email: str,
    phone: str,
    names: tuple[str, str, str],
    company: tuple[str, str, str, str],
    address: str,
) -> str:
    if pk is None:
        key, details = _guest(email.lower()), f"<ПолноеНаименование>{_escape(name)}</ПолноеНаименование>"
    elif company[0]:
        official_name, inn, kpp, legal_address = company
        key, name = f"user-{pk}", official_name
        details = (
            f"<ОфициальноеНаименование>{_escape(name)}</ОфициальноеНаименование>"
            f"{_address('ЮридическийАдрес', _escape(legal_address), ())}<ИНН>{inn}</ИНН><КПП>{kpp}</КПП>"
        )
    else:
        key, name = f"user-{pk}", " ".join(filter(None, names))
        last_name, first_name, middle_name = map(_escape, names)
        details = (
            f"<ПолноеНаименование>{_escape(name)}</ПолноеНаименование><Фамилия>{last_name}</Фамилия>"
            f"<Имя>{first_name}</Имя><Отчество>{middle_name}</Отчество>"
        )
    return (
        f"<Контрагент><Ид>{key}</Ид><Наименование>{_escape(name)}</Наименование>{details}{address}<Контакты>"
        f"<Контакт><Тип>Телефон рабочий</Тип><Значение>{_escape(phone)}</Значение></Контакт>"
        f"<Контакт><Тип>Почта</Тип><Значение>{_escape(email)}</Значение></Контакт></Контакты>"
        "<Роль>Покупатель</Роль></Контрагент>"
    )


def _address(tag: str, text: str, parts: Iterable[tuple[str, str]]) -> str:
    fields = "".join(
        [
            f"<АдресноеПоле><Тип>{type_}</Тип><Значение>{_escape(value)}</Значение></АдресноеПоле>"
            for type_, value in parts
        ]
    )
    return f"<{tag}><Представление>{text}</Представление>{fields}</{tag}>"


def _item(item: tuple[Any, ...], total: int, tax: int, rate: int) -> str:
    key, sku, name, unit, kind, price, quantity = item
    article = f"<Артикул>{_escape(sku)}</Артикул>" if sku else ""
    return (
        f"<Товар><Ид>{_escape(key)}</Ид>{article}<Наименование>{_escape(name)}</Наименование>{_unit(unit)}"
        f"{_kind(kind)}<ЦенаЗаЕдиницу>{price / 100:.2f}</ЦенаЗаЕдиницу>"
        f"<Количество>{quantity / 10000:g}</Количество><Сумма>{total / 100:.2f}</Сумма>{_tax(tax, rate)}</Товар>"
    )


@lru_cache
def _unit(name: str) -> str:
    code, full_name, international = _UNITS[name]
    return (
        f'<БазоваяЕдиница Код="{code}" НаименованиеПолное="{full_name}"'
        f' МеждународноеСокращение="{international}">{name}</БазоваяЕдиница>'
    )


@lru_cache
def _kind(kind: str) -> str:
    group = _requisite("ВидНоменклатуры", kind) if kind == "Услуга" else ""
    return f"<ЗначенияРеквизитов>{group}{_requisite('ТипНоменклатуры', kind)}</ЗначенияРеквизитов>"


def _tax(total: int, rate: int) -> str:
    return (
        "<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме>"
        f"<Сумма>{total / 100:.2f}</Сумма><Ставка>{rate}</Ставка></Налог></Налоги>"
    )


def _requisite(name: str, value: str) -> str:
    return (
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
    )


def _spread(amount: int, totals: list[int]) -> None:
    """Take ``amount`` off the rows in proportion; the kopecks left over from those that lost most."""
    whole = sum(totals)
    parts = [divmod(amount * total, whole) for total in totals]
    left = amount - sum(part for part, _ in parts)
    by_loss = sorted(range(len(parts)), key=lambda index: parts[index][1], reverse=True)[:left]
    for index, (part, _) in enumerate(parts):
        totals[index] -= part + (index in by_loss)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _guest(known_by: str) -> str:
    return f"guest-{hmac.digest(_guest_key(), known_by.encode(), 'sha256').hex()[:32]}"


@lru_cache
def _guest_key() -> bytes:
    return hashlib.sha256(f"django_onec_exchange.guest{settings.SECRET_KEY}".encode()).digest()


def _root() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_MOMENT[connection.vendor].format(_NOW[connection.vendor])}")
        (now,) = cursor.fetchone()
    return f'<КоммерческаяИнформация ВерсияСхемы="2.10" ДатаФормирования="{now}">'
