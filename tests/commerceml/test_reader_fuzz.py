"""Whatever comes in: the reader reads it or says that it is broken, and needs no more memory for more of it."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_onec_exchange.commerceml.errors import CommercemlError
from django_onec_exchange.commerceml.reader import detect, read_catalog, read_orders
from tests.commerceml.files import (
    BITRIX_GOODS,
    CATALOG_FILES,
    ORDER_FILES,
    UT_IMPORT,
    UT_OFFERS,
    UT_ORDER,
    UT_PRODUCT,
    a_file,
)
from tests.documents import ENCODINGS

Reader = Callable[[BinaryIO], Iterator[Any]]

ORDERS = "".join(ORDER_FILES.values())
CATALOG = "".join(CATALOG_FILES.values())
BODIES = {read_orders: ORDERS, read_catalog: CATALOG}
READERS = pytest.mark.parametrize("read", BODIES, ids=lambda read: read.__name__)

positions = st.floats(0, 1, exclude_max=True)
#: Names that mean something to the reader, in places where they do not belong.
_NAMES = """
    КоммерческаяИнформация Документ Контейнер Классификатор Каталог ПакетПредложений ИзмененияПакетаПредложений
    Группы Группа Свойства Свойство ТипыЦен ТипЦены Склады Склад ЕдиницыИзмерения ЕдиницаИзмерения Товары Товар
    Предложения Предложение Ид Номер Дата ХозОперация Сумма Наименование Значение ЗначенияРеквизитов
    ЗначениеРеквизита ЗначенияСвойств ЗначенияСвойства БазоваяЕдиница Цены Цена ЦенаЗаЕдиницу Остатки Остаток
    Количество СтавкиНалогов СтавкаНалога Ставка СтавкаНДС Описание Картинка ПодчиненныеДокументы
    ПодчиненныйДокумент ПометкаУдаления Контрагенты Неизвестное
"""
names = st.sampled_from(_NAMES.split())
attributes = st.sampled_from(
    ["", ' Статус="Удален"', ' Код="796"', ' ИдСклада="1" КоличествоНаСкладе="x"', ' СодержитТолькоИзменения="?"']
)
values = st.sampled_from(
    [
        "",
        " ",
        "Заказ товара",
        "Отпуск товара",
        "1",
        "-1,5",
        "1E9",
        "NaN",
        "²",
        "٣",
        "true",
        "2026-02-30",
        "0001-01-01",
    ]
) | st.text(st.characters(codec="utf-8", exclude_characters="<>&\r", exclude_categories=["Cc"]), max_size=8)
trees = st.recursive(
    values,
    lambda inner: st.builds(
        lambda name, attribute, content: f"<{name}{attribute}>{''.join(content)}</{name}>",
        names,
        attributes,
        st.lists(inner, max_size=4),
    ),
    max_leaves=40,
)


def attempt(read: Reader, data: bytes) -> list[Any] | None:
    """Return what is read, or None for a broken file; any other exception fails the test."""
    try:
        detect(io.BytesIO(data))
        return list(read(io.BytesIO(data)))
    except CommercemlError as error:
        assert "%(" not in str(error)
        return None


@READERS
@given(where=positions, encoding=st.sampled_from(ENCODINGS))
def test_a_file_cut_anywhere_is_broken_and_gives_no_half_objects(read, where, encoding):
    data = a_file(BODIES[read], encoding=encoding).getvalue().rstrip()
    whole = list(read(io.BytesIO(data)))
    got = []

    with pytest.raises(CommercemlError):
        got.extend(iter(read(io.BytesIO(data[: int(where * len(data))]))))

    assert got == whole[: len(got)]


@pytest.mark.parametrize("body", [UT_ORDER, BITRIX_GOODS], ids=["orders", "catalogue"])
def test_no_beginning_of_a_file_passes_for_the_whole(body):
    read = read_orders if body is UT_ORDER else read_catalog
    data = a_file(body).getvalue().rstrip()

    assert [end for end in range(len(data)) if attempt(read, data[:end]) is not None] == []


@READERS
@given(flips=st.lists(st.tuples(positions, st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes_are_read_or_refused(read, flips):
    data = bytearray(a_file(BODIES[read]).getvalue())
    for where, byte in flips:
        data[int(where * len(data))] = byte

    attempt(read, bytes(data))


@READERS
@given(data=st.binary(max_size=300))
def test_rubbish_is_refused(read, data):
    assert attempt(read, data) is None


@READERS
@given(body=st.lists(trees, max_size=6).map("".join))
def test_elements_in_any_order_and_place_are_read(read, body):
    assert attempt(read, a_file(body).getvalue()) is not None


@READERS
@given(body=st.lists(trees, max_size=6).map("".join), skip=st.integers(0, 12))
def test_reading_goes_on_where_it_stopped_in_any_file(read, body, skip):
    body = BODIES[read] + body

    assert list(read(a_file(body), skip=skip)) == list(read(a_file(body)))[skip:]


class Endless(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (part := next(self._parts, b"")):
            self._left += part
        block, self._left = self._left[:size], self._left[size:]
        return block


HEAD, TAIL = (part.encode() for part in a_file("|").getvalue().decode().split("|"))
STREAMS = {
    "products": (read_catalog, "<Каталог><Товары>", UT_PRODUCT, "</Товары></Каталог>"),
    "offers": (read_catalog, "", UT_OFFERS, ""),
    "groups": (read_catalog, "", UT_IMPORT, ""),
    "fields": (read_catalog, "<Каталог>", "<Описание>Товары</Описание>", "</Каталог>"),
    "unknown": (read_catalog, "<Неизвестное>", UT_PRODUCT, "</Неизвестное>"),
    "counterparties": (read_catalog, "<Контрагенты>", "<Контрагент><Ид>1</Ид></Контрагент>", "</Контрагенты>"),
    "orders": (read_orders, "", UT_ORDER, ""),
}


def peak_memory(name: str, times: int) -> int:
    read, before, repeated, after = STREAMS[name]
    parts = itertools.chain(
        [HEAD, before.encode()], itertools.repeat(repeated.encode(), times), [after.encode(), TAIL]
    )
    tracemalloc.start()
    try:
        for _ in read(Endless(parts)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", STREAMS)
def test_memory_does_not_grow_with_the_file(name):
    few = max(1, 200_000 // len(STREAMS[name][2].encode()))
    peak_memory(name, few)  # imports, caches

    assert peak_memory(name, few * 10) < peak_memory(name, few) + 200_000


def test_the_position_in_the_file_tells_how_far_the_work_is():
    file = a_file(f"<Каталог><Товары>{UT_PRODUCT * 400}</Товары></Каталог>")
    size = len(file.getvalue())

    told = [file.tell() / size - done / 400 for done, _ in enumerate(read_catalog(file))]

    assert all(-0.01 < ahead < 0.1 for ahead in told)
