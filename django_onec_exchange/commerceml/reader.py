"""Read what 1C sends, one object at a time: whatever the size of the file, one is held in memory.

A file is read from where it stands, in blocks, so ``file.tell()`` tells how far the work is.  Unknown elements
are passed over and odd values are forgiven; only a file that is no well-formed CommerceML raises BrokenFile, and
objects before the damage may have come by then.

The same file always gives the same objects in the same order, so work that stopped after N of them goes on with
``skip=N``: those are parsed again, but nothing is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial
from itertools import groupby, islice
from typing import BinaryIO
from xml.etree.ElementTree import Element

from . import catalog_elements as from_xml
from .catalog import CatalogObject
from .fields import children, text
from .order_elements import order_update, orders
from .parser import Part, elements
from .updates import OrderUpdate

ROOT = "КоммерческаяИнформация"
DOCUMENT_DEPTH = 2  # root, Документ or Контейнер
FIELD_DEPTH = 3  # root, Каталог, Наименование
OBJECT_DEPTH = 4  # root, Каталог, Товары, Товар


class Content(Enum):
    """What a file holds, whatever its name."""

    ORDERS = "orders"
    CATALOG = "catalog"
    COUNTERPARTIES = "counterparties"
    NOTHING = "nothing"  # a whole file without anything that is known: UT sends one when no order has changed


DOCUMENTS = frozenset({"Документ", "Контейнер"})
PACKAGES = frozenset({"ПакетПредложений", "ИзмененияПакетаПредложений"})
SECTIONS = PACKAGES | {"Классификатор", "Каталог"}

_CONTENTS: dict[str, Content] = (
    dict.fromkeys(DOCUMENTS, Content.ORDERS)
    | dict.fromkeys(SECTIONS, Content.CATALOG)
    | {"Контрагенты": Content.COUNTERPARTIES}
)

Maker = Callable[[], CatalogObject]
_OBJECTS: dict[str, Callable[[Element], CatalogObject]] = {
    "ТипЦены": from_xml.price_type,
    "Склад": from_xml.warehouse,
    "ЕдиницаИзмерения": from_xml.measure_unit,
    "Товар": from_xml.product,
    "Предложение": from_xml.offer,
}


def detect(file: BinaryIO) -> Content:
    """Tell what a file holds by the first of its elements that is known, and go back to its beginning."""
    try:
        for around, element in elements(file, root=ROOT, depth=OBJECT_DEPTH):
            _, *below = (*around, element)
            if below and below[0].tag in _CONTENTS:
                return _CONTENTS[below[0].tag]
        return Content.NOTHING
    finally:
        file.seek(0)


def read_orders(file: BinaryIO, *, skip: int = 0) -> Iterator[OrderUpdate]:
    """Yield the orders; payments and shipments come with their order, those that stand alone do not come."""
    for document, others in islice(_orders(file), skip, None):
        yield order_update(document, others)


def read_catalog(file: BinaryIO, *, skip: int = 0) -> Iterator[CatalogObject]:
    """Yield the objects of a catalogue; of each Каталог or package of offers, a ``CatalogInfo`` before its own."""
    for make in islice(_catalog(file), skip, None):
        yield make()


def _orders(file: BinaryIO) -> Iterator[tuple[Element, list[Element]]]:
    for _, element in elements(file, root=ROOT, depth=DOCUMENT_DEPTH):
        if element.tag in DOCUMENTS:
            yield from orders(element)


def _catalog(file: BinaryIO) -> Iterator[Maker]:
    """Yield what makes each object, in the order of the file."""
    for_offers = False  # in 3.1 the classifier of offers stands after their, otherwise empty, package
    for section, parts in groupby(elements(file, root=ROOT, depth=OBJECT_DEPTH), key=_section):
        for_offers = for_offers or section.tag in PACKAGES
        if section.tag in SECTIONS:
            yield from _section_objects(section, parts, for_offers)


def _section(part: Part) -> Element:
    """Return the child of the root that an element is in, or is."""
    around, element = part
    return around[1] if len(around) > 1 else element


def _section_objects(section: Element, parts: Iterable[Part], for_offers: bool) -> Iterator[Maker]:
    fields: dict[str, str] = {}
    announced = section.tag == "Классификатор"  # which is no catalogue
    for around, element in parts:
        if len(around) == FIELD_DEPTH - 1:
            fields[element.tag] = (element.text or "").strip()
            continue
        makers = list(_makers(element, for_offers)) if len(around) == OBJECT_DEPTH - 1 else []
        if not announced and (makers or element is section):
            announced = True
            yield partial(from_xml.catalog_info, section, fields)
        yield from makers


def _makers(element: Element, for_offers: bool) -> Iterator[Maker]:
    if element.tag == "Группа":
        yield from _groups(element)
    elif element.tag == "Свойство":
        yield partial(from_xml.property_, element, for_offers=for_offers)
    elif element.tag in _OBJECTS:
        yield partial(_OBJECTS[element.tag], element)


def _groups(top: Element) -> Iterator[Maker]:
    """Flatten a group with those in it, parents first."""
    waiting = [(top, "")]
    while waiting:
        element, parent_id = waiting.pop()
        yield partial(from_xml.group, element, parent_id)
        id_ = text(element, "Ид")
        waiting.extend((child, id_) for child in reversed(children(element, "Группы", "Группа")))
