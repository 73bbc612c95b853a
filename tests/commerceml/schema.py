"""Judges a CommerceML order file: would every known reader load it, and as the shop meant it?

``schemas/`` holds the grammar, one XSD per version.  What XSD 1.0 cannot say, because it joins two fields,
stands here as rules.  A rule is a generator of faults: the line and what is wrong there.  Section numbers
are those of commerceml.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

VERSIONS = ("2.05", "2.08", "2.10", "3.1")

Fault = tuple[int, str]
Rule = Callable[[etree._Element], Iterator[Fault]]


def validate(xml: bytes, version: str) -> None:
    """Raise AssertionError, one line per fault, unless ``xml`` is a faultless order file of ``version``.

    The rules come after the grammar and only if it found nothing: they take the structure for granted.
    """
    faults = list(_prolog(xml))
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, remove_comments=True))
    except etree.XMLSyntaxError as exc:
        faults.append((exc.lineno or 0, f"not well-formed: {exc.msg}"))
    else:
        faults += _grammar(root, version) or [fault for rule in RULES for fault in rule(root)]
    if faults:
        lines = [f"line {line}: {what}" for line, what in sorted(set(faults))]
        raise AssertionError("\n".join([f"not an order file of CommerceML {version}:", *lines]))


@cache
def load_schema(version: str) -> etree.XMLSchema:
    if version not in VERSIONS:
        raise ValueError(f"no schema for CommerceML {version!r}, only for {', '.join(VERSIONS)}")
    return etree.XMLSchema(file=Path(__file__).parent / "schemas" / f"orders-{version}.xsd")


def _prolog(xml: bytes) -> Iterator[Fault]:
    # protocol.md §6, §17: 1C compares the first five characters; a BOM or a blank and nothing is read
    if not xml.startswith(b"<?xml "):
        yield 1, "the file does not begin with the XML declaration"


def _grammar(root: etree._Element, version: str) -> list[Fault]:
    schema = load_schema(version)
    faults = _schema_faults(schema, root)
    if root.tag != "КоммерческаяИнформация":  # 3.1 declares Документ as well, see orders-3.1.xsd
        faults.append((_line(root), f"the root is {root.tag}"))
    if root.getroottree().docinfo.doctype:
        faults.append((1, "a document type declaration"))
    for order in root.iterfind("Контейнер/Документ[1]"):
        faults += _schema_faults(schema, order)
    return faults


def _schema_faults(schema: etree.XMLSchema, element: etree._Element) -> list[Fault]:
    schema.validate(element)
    return [(entry.line, entry.message) for entry in schema.error_log]


# The file as a whole


def _no_namespaces(root: etree._Element) -> Iterator[Fault]:
    """§1: no xmlns.  The schemas see only those in use, and always let xsi:type and its like pass."""
    for element in root.iter("*"):
        if element.nsmap:
            yield _line(element), f"{element.tag} stands in the scope of a namespace declaration"
            return


def _clean_text(root: etree._Element) -> Iterator[Fault]:
    """protocol.md §17: no control characters and no U+FFFD.  XML itself lets DEL, U+0080-9F and CR pass."""
    for element in root.iter("*"):
        for text in (element.text, element.tail, *element.attrib.values()):
            for char in sorted(set(text or "")):
                if char == "\ufffd" or (unicodedata.category(char) == "Cc" and char not in "\t\n"):
                    yield _line(element), f"{element.tag} has the character U+{ord(char):04X}"


def _bare_dates(root: etree._Element) -> Iterator[Fault]:
    """§13: xs:date allows blanks around it, 1C does not."""
    for date in root.iter("Дата", "СрокПлатежа", "ДатаРождения", "ДатаРегистрации"):
        if date.text != date.text.strip():
            yield _line(date), f"{date.tag} has blanks around it"


def _orders_stand_once(root: etree._Element) -> Iterator[Fault]:
    """protocol.md §15: the second of two documents with one number overwrites the first."""
    for key in ("Номер", "Ид"):
        yield from _repeated([order.find(key) for order in _orders(root)])


def _names_stand_once(root: etree._Element) -> Iterator[Fault]:
    """§5, §7: several values share one requisite; of two address fields of a kind one is lost."""
    for requisites in root.iter("ЗначенияРеквизитов"):
        yield from _repeated(requisites.findall("ЗначениеРеквизита/Наименование"))
    for address in root.iter("Адрес", "ЮридическийАдрес", "АдресРегистрации"):
        yield from _repeated(address.findall("АдресноеПоле/Тип"))


def _container_holds_one_order(root: etree._Element) -> Iterator[Fault]:
    for container in root.iterfind("Контейнер"):
        for operation in container.findall("Документ/ХозОперация")[1:]:
            if operation.text == "Заказ товара":
                yield _line(operation), "an order that is not the first Документ of its Контейнер"


# Who buys


def _first_party_buys(root: etree._Element) -> Iterator[Fault]:
    """§3: only the first counterparty is read."""
    for order in _orders(root):
        role = order.find("Контрагенты/Контрагент/Роль")
        if role.text != "Покупатель":
            yield _line(role), f"the first Контрагент is {role.text}, not Покупатель"


#: §6, §7: whose sign is what; a sole trader is a person with an INN.
PERSON_ONLY = (
    "ПолноеНаименование",  # marks a company as a person in UT and drops its legal address
    "Фамилия",
    "Имя",
    "Отчество",
    "ДатаРождения",
    "МестоРождения",
    "Пол",
    "АдресРегистрации",
)
COMPANY_ONLY = ("КПП", "ЮридическийАдрес")


def _person_or_company(root: etree._Element) -> Iterator[Fault]:
    """§6: ОфициальноеНаименование makes a company, even an empty one."""
    for party in root.iterfind(".//Контрагенты/Контрагент"):
        company = party.find("ОфициальноеНаименование") is not None
        kind, foreign, digits = ("company", PERSON_ONLY, 10) if company else ("person", COMPANY_ONLY, 12)
        for element in party.iterchildren(*foreign):
            yield _line(element), f"a {kind} has {element.tag}"
        inn = party.find("ИНН")
        if inn is not None and len(inn.text) != digits:
            yield _line(inn), f"the ИНН of a {kind} has {digits} digits, not {len(inn.text)}"


# What is bought


def _names_without_hash(root: etree._Element) -> Iterator[Fault]:
    """§9: UT looks for a characteristic behind "#" and fails if Ид has none."""
    for item in root.iter("Товар"):
        if "#" in item.findtext("Наименование") and "#" not in item.findtext("Ид"):
            yield _line(item), "Наименование of a Товар has #, its Ид has not"


def _items_have_a_unit(root: etree._Element) -> Iterator[Fault]:
    """§8.2: two ways to say it in 3.1, one of them is needed."""
    for item in root.iter("Товар"):
        if item.find("БазоваяЕдиница") is None and item.find("Единица") is None:
            yield _line(item), "a Товар has neither БазоваяЕдиница nor Единица"


def _items_are_of_one_kind(root: etree._Element) -> Iterator[Fault]:
    """§8: ТипНоменклатуры has a single value."""
    for requisite in root.iterfind(".//Товар/ЗначенияРеквизитов/ЗначениеРеквизита"):
        if requisite.findtext("Наименование") == "ТипНоменклатуры" and len(requisite.findall("Значение")) > 1:
            yield _line(requisite), "ТипНоменклатуры has several values"


# What it costs


def _rows_make_the_total(root: etree._Element) -> Iterator[Fault]:
    """§11: 1C books the rows.  With VAT on top of the prices no fact says what the total is."""
    for order in _orders(root):
        if any(flag.text == "false" for flag in order.iterfind("Налоги/Налог/УчтеноВСумме")):
            continue
        total = order.find("Сумма")
        rows = sum(Decimal(row.text) for row in order.iterfind("Товары/Товар/Сумма"))
        if rows != Decimal(total.text):
            yield _line(total), f"Сумма is {total.text}, the rows make {rows}"


def _vat_is_declared(root: etree._Element) -> Iterator[Fault]:
    """§10: only the flag of the document counts; without it 1C adds VAT to the prices."""
    for items in root.iter("Товары"):
        document = items.getparent()
        flags = document.findall("Налоги/Налог/УчтеноВСумме")
        if not flags and any(_has_vat(item) for item in items):
            yield _line(document), "rows have VAT, the document has no Налоги"
        if len({flag.text for flag in flags}) > 1:
            yield _line(document), "УчтеноВСумме is both true and false"


def _rates_do_not_leak(root: etree._Element) -> Iterator[Fault]:
    """§10: UT keeps the rate of the row before, and no 0 overrides the rate of the document."""
    for items in root.iter("Товары"):
        rates = [_rate(item) for item in items]
        defaults = [rate.text for rate in items.getparent().iterfind("Налоги/Налог/Ставка")]
        for item, rate in zip(items, rates, strict=True):
            if rate is None and any(rates):
                yield _line(item), "a Товар without Ставка among others that have one"
            if rate is not None and _is_zero(rate) and not all(map(_is_zero, defaults)):
                yield _line(item), f"Ставка {rate} of a Товар cannot override that of the document"
        if len(set(defaults)) > 1 and not any(rates):
            yield _line(items), "several rates in the document and none in the rows"


def _has_vat(item: etree._Element) -> bool:
    return item.find("Налоги") is not None or item.find("СтавкиНалогов") is not None


def _rate(item: etree._Element) -> str | None:
    return item.findtext("Налоги/Налог/Ставка") or item.findtext("СтавкиНалогов/СтавкаНалога/Ставка")


def _is_zero(rate: str) -> bool:
    return not rate.strip("0.")


# What else is said about a document

#: §5, §13: how 1C takes these values apart.
DATE = r"\d{4}-\d\d-\d\d"
TIME = r"\d\d:\d\d:\d\d"
REQUISITE_FORMS = {
    "Отменен": "true|false",
    "Заказ оплачен": "true|false",  # a bad value undoes the posting
    "Оплачено": "true|false",
    "Дата отгрузки": f"{DATE}[T ]{TIME}",  # the date and the time are cut out by position
    "Дата оплаты": f"{DATE}([T ]{TIME})?",
}
#: §5: UNF writes a requisite that is named like a field of its order into that field.
FIELDS_OF_UNF = {"Курс", "Кратность", "Комментарий"}


def _requisites_are_understood(root: etree._Element) -> Iterator[Fault]:
    stock = root.get("ВерсияСхемы") != "3.1"
    # §5: UNF wants the date alone; ISO dates with a time are Bitrix's, from 2.1 on
    forms = REQUISITE_FORMS | ({"Дата оплаты": DATE} if stock else {})
    for requisite in _document_requisites(root):
        name = requisite.findtext("Наименование")
        if name in FIELDS_OF_UNF:
            yield _line(requisite), f"requisite {name} would overwrite a field of the order in UNF"
        for value in requisite.iterfind("Значение"):
            if name in forms and not re.fullmatch(forms[name], value.text, re.ASCII):
                yield _line(value), f"requisite {name} cannot be {value.text!r}"


def _card_payments_are_complete(root: etree._Element) -> Iterator[Fault]:
    """§14: what UNF reads of the only subordinate document it looks at."""
    for document in root.iter("ПодчиненныйДокумент"):
        if document.findtext("ХозОперация") != "Эквайринговая операция":
            continue
        names = {name.text for name in document.iterfind("ЗначенияРеквизитов/ЗначениеРеквизита/Наименование")}
        present = names | {child.tag for child in document}
        for missing in sorted({"Номер", "Сумма", "Оплачено", "Метод оплаты"} - present):
            yield _line(document), f"a card payment without {missing}"


def _document_requisites(root: etree._Element) -> Iterator[etree._Element]:
    for document in root.iter("Документ", "ПодчиненныйДокумент"):
        yield from document.iterfind("ЗначенияРеквизитов/ЗначениеРеквизита")


# Helpers


def _orders(root: etree._Element) -> list[etree._Element]:
    return root.findall("Документ") + root.findall("Контейнер/Документ[1]")


def _repeated(elements: list[etree._Element]) -> Iterator[Fault]:
    counts = Counter(element.text for element in elements)
    for element in elements:
        if counts[element.text] > 1:
            yield _line(element), f"{element.tag} {element.text} stands {counts[element.text]} times"


def _line(element: etree._Element) -> int:
    return element.sourceline or 0


RULES: tuple[Rule, ...] = (
    _no_namespaces,
    _clean_text,
    _bare_dates,
    _orders_stand_once,
    _names_stand_once,
    _container_holds_one_order,
    _first_party_buys,
    _person_or_company,
    _names_without_hash,
    _items_have_a_unit,
    _items_are_of_one_kind,
    _rows_make_the_total,
    _vat_is_declared,
    _rates_do_not_leak,
    _requisites_are_understood,
    _card_payments_are_complete,
)
