"""Write order documents into a binary sink, one at a time.

Elements are strings, not lxml nodes: five times as fast (benchmarks/), and tests prove with lxml that what
is written is well-formed and valid.  Three rules hold throughout: an empty element is never written; the order
of elements is that of 1C's own schemas (commerceml.md, sections 3, 6 and 8); there is no xmlns, since UT
reads a document with one by its schema and fails.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from . import money
from .documents import Address, Contact, ContactType, Counterparty, OrderDocument, OrderItem, Unit
from .values import boolean, line, local_datetime, number, text
from .values import money as amount
from .versions import Version

NAME_LIMIT = 250  # UNF; UT takes 255
COMMENT_LIMIT = 3000
PRESENTATION_LIMIT = 250
REQUISITE_LIMIT = 1000
CONTACT_LIMIT = 255
INTERNATIONAL_LIMIT = 3


class OrdersWriter:
    """Streams documents into ``sink``: whatever their number, one is held in memory.

    ``encoding`` is ``utf-8`` or ``windows-1251``; a character the latter lacks becomes a character reference.
    ``zone`` is the 1C base's: dates are written in its local time, without an offset.
    """

    def __init__(
        self, sink: BinaryIO, *, version: Version, encoding: str, zone: tzinfo, formed_at: datetime
    ) -> None:
        self._sink = sink
        self._version = version
        self._encoding = encoding
        self._zone = zone
        self._sink.write(
            self._encoded(
                f'<?xml version="1.0" encoding="{encoding.upper() if encoding == "utf-8" else encoding}"?>\n'
                f'<КоммерческаяИнформация ВерсияСхемы="{version.name}"'
                f' ДатаФормирования="{local_datetime(formed_at.astimezone(zone))}">'
            )
        )

    def write(self, document: OrderDocument) -> None:
        """Write one order.  It must have passed ``validation.check``."""
        self.append(self.render(document))

    def render(self, document: OrderDocument) -> bytes:
        """Return one order as XML, in the encoding of the file, without writing it."""
        xml = _order(document, self._version, self._zone)
        return self._encoded(f"\n<Контейнер>{xml}</Контейнер>" if self._version.containers else f"\n{xml}")

    def append(self, xml: bytes) -> None:
        """Write an order that ``render`` returned."""
        self._sink.write(xml)

    def finish(self) -> None:
        """End the file.  Without this it is not a document."""
        self._sink.write(self._encoded("\n</КоммерческаяИнформация>"))

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._encoding, "xmlcharrefreplace")


def _order(document: OrderDocument, version: Version, zone: tzinfo) -> str:
    created = local_datetime(document.created_at.astimezone(zone))
    taxes, item_taxes = _taxes(document)
    requisites = dict(filter(None, [_requisite(one.name, one.value) for one in document.requisites]))
    items = "".join([_item(item, tax, version) for item, tax in zip(document.items, item_taxes, strict=True)])
    return (
        f"<Документ><Ид>{text(document.id)}</Ид>"
        f"<Номер>{text(document.number)}</Номер>"
        f"<Дата>{created[:10]}</Дата>"
        "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль>"
        f"<Валюта>{text(document.currency)}</Валюта>"
        f"<Курс>{number(document.exchange_rate)}</Курс>"
        f"<Сумма>{amount(document.total)}</Сумма>"
        f"<Контрагенты>{_counterparty(document.counterparty, version)}</Контрагенты>"
        f"<Время>{created[11:]}</Время>"
        f"{_element('Комментарий', text(document.comment, COMMENT_LIMIT))}"
        f"{taxes}"
        f"<Товары>{items}</Товары>"
        f"{_element('ЗначенияРеквизитов', ''.join(requisites.values()))}</Документ>"
    )


def _counterparty(buyer: Counterparty, version: Version) -> str:
    name = line(buyer.name, NAME_LIMIT)
    return (
        f"<Контрагент>{_element('Ид', text(buyer.id))}<Наименование>{name}</Наименование>"
        f"{_company(buyer) if buyer.is_company else _person(buyer, name)}"
        f"{_address('Адрес', buyer.address)}"
        f"{_element('Контакты', ''.join([_contact(contact, version) for contact in buyer.contacts]))}"
        "<Роль>Покупатель</Роль></Контрагент>"
    )


def _company(buyer: Counterparty) -> str:
    """No ПолноеНаименование: with it UT calls the company a person and drops its legal address."""
    return (
        _element("ОфициальноеНаименование", line(buyer.official_name, NAME_LIMIT))
        + _address("ЮридическийАдрес", buyer.legal_address)
        + _element("ИНН", buyer.inn)
        + _element("КПП", buyer.kpp)
    )


def _person(buyer: Counterparty, name: str) -> str:
    """No ОфициальноеНаименование and no КПП: either makes a company of a person."""
    return (
        f"{_element('ИНН', buyer.inn)}<ПолноеНаименование>{name}</ПолноеНаименование>"
        f"{_element('Фамилия', line(buyer.last_name, NAME_LIMIT))}"
        f"{_element('Имя', line(buyer.first_name, NAME_LIMIT))}"
        f"{_element('Отчество', line(buyer.middle_name, NAME_LIMIT))}"
        f"{_address('АдресРегистрации', buyer.legal_address)}"
    )


def _address(tag: str, address: Address | None) -> str:
    presentation = line(address.presentation, PRESENTATION_LIMIT) if address else ""
    if address is None or not presentation:  # UT ignores an address without a presentation
        return ""
    values = {part.type.value: value for part in address.parts if (value := line(part.value))}
    parts = "".join(
        f"<АдресноеПоле><Тип>{type_}</Тип><Значение>{value}</Значение></АдресноеПоле>"
        for type_, value in values.items()
    )
    return f"<{tag}><Представление>{presentation}</Представление>{parts}</{tag}>"


def _contact(contact: Contact, version: Version) -> str:
    value = line(contact.value, CONTACT_LIMIT)
    if not value:
        return ""
    types = version.phone_types if contact.type is ContactType.PHONE else version.email_types
    return "".join([f"<Контакт><Тип>{name}</Тип><Значение>{value}</Значение></Контакт>" for name in types])


def _item(item: OrderItem, tax: str, version: Version) -> str:
    discount = _item_discount(item.discount) if version.row_discounts and item.discount else ""
    return (
        f"<Товар>{_product(item.id, item.article, item.name, item.unit, item.kind, item.is_service)}"
        f"<ЦенаЗаЕдиницу>{amount(item.price)}</ЦенаЗаЕдиницу>"
        f"<Количество>{number(item.quantity)}</Количество>"
        f"<Сумма>{amount(item.total)}</Сумма>{tax}{discount}</Товар>"
    )


@lru_cache(maxsize=4096)  # the same products stand on many orders
def _product(id: str, article: str, name: str, unit: Unit, kind: str, is_service: bool) -> str:
    name = _product_name(name, "#" in id)
    kinds = (("ВидНоменклатуры", kind), ("ТипНоменклатуры", "Услуга" if is_service else "Товар"))
    requisites = dict(filter(None, (_requisite(*one) for one in kinds)))
    return (
        f"<Ид>{text(id)}</Ид>"
        f"{_element('Артикул', line(article))}"
        f"<Наименование>{name}</Наименование>"
        f"{_unit(unit)}<ЗначенияРеквизитов>{''.join(requisites.values())}</ЗначенияРеквизитов>"
    )


def _product_name(name: str, has_variant: bool) -> str:
    """UT takes what follows ``#`` for the name of a Характеристика, and fails if there is none."""
    if not has_variant:
        return line(name.replace("#", "№"), NAME_LIMIT)
    product, mark, variant = name.partition("#")
    if len(name) <= NAME_LIMIT or len(variant) >= NAME_LIMIT - 1:
        return line(name, NAME_LIMIT)
    return line(product, NAME_LIMIT - len(variant) - 1) + mark + line(variant)


def _unit(unit: Unit) -> str:
    full_name = line(unit.full_name, NAME_LIMIT)
    international = line(unit.international)
    return (
        f'<БазоваяЕдиница Код="{text(unit.code)}"'
        + (f' НаименованиеПолное="{full_name}"' if full_name else "")
        + (f' МеждународноеСокращение="{international}"' if 0 < len(international) <= INTERNATIONAL_LIMIT else "")
        + f">{line(unit.short_name, NAME_LIMIT)}</БазоваяЕдиница>"
    )


def _item_discount(discount: Decimal) -> str:
    return (
        f"<Скидки><Скидка><Наименование>Скидка</Наименование><Сумма>{amount(discount)}</Сумма>"
        "<УчтеноВСумме>true</УчтеноВСумме></Скидка></Скидки>"
    )


def _taxes(document: OrderDocument) -> tuple[str, list[str]]:
    """Return Налоги of the document and of each row; all empty when no row has a rate.

    UT reads only from the document whether prices include VAT; it gives a row without a rate the one of the
    row before, so either all rows have one or none; and a row's 0 cannot override another rate of the document,
    which therefore gets the lowest one (commerceml.md, section 10).
    """
    items, included = document.items, document.vat_included
    if all(item.vat_rate is None for item in items):
        return "", [""] * len(items)
    rates = [item.vat_rate or money.ZERO for item in items]
    taxes = [money.vat(item.total, rate, included=included) for item, rate in zip(items, rates, strict=True)]
    return (
        _tax(sum(taxes, money.ZERO), min(rates), included),
        [_tax(tax, rate, included) for tax, rate in zip(taxes, rates, strict=True)],
    )


def _tax(total: Decimal, rate: Decimal, included: bool) -> str:
    before, after = _tax_frame(rate, included)
    return f"{before}{amount(total)}{after}"


@lru_cache(maxsize=64)
def _tax_frame(rate: Decimal, included: bool) -> tuple[str, str]:
    return (
        f"<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>{boolean(included)}</УчтеноВСумме><Сумма>",
        f"</Сумма><Ставка>{number(rate)}</Ставка></Налог></Налоги>",
    )


@lru_cache(maxsize=4096)  # statuses, methods, names of the site: few values stand on all orders
def _requisite(name: str, value: str) -> tuple[str, str] | None:
    """Return the name and the element; None without a value, which UT reads as that of the requisite before."""
    name, value = line(name, NAME_LIMIT), text(value, REQUISITE_LIMIT)
    if not name or not value:
        return None
    content = f"<Наименование>{name}</Наименование><Значение>{value}</Значение>"
    return name, f"<ЗначениеРеквизита>{content}</ЗначениеРеквизита>"


def _element(tag: str, content: str) -> str:
    return f"<{tag}>{content}</{tag}>" if content else ""
