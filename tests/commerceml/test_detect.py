"""What a file holds, by what stands in it."""

from __future__ import annotations

import io

import pytest

from django_onec_exchange.commerceml import parser
from django_onec_exchange.commerceml.errors import BrokenFile
from django_onec_exchange.commerceml.reader import Content, detect
from tests.commerceml import files
from tests.commerceml.files import NAMESPACES, a_file


@pytest.mark.parametrize("xmlns", NAMESPACES)
@pytest.mark.parametrize(
    ("body", "content"),
    [
        *((body, Content.ORDERS) for body in files.ORDER_FILES.values()),
        *((body, Content.CATALOG) for body in files.CATALOG_FILES.values()),
        (files.COUNTERPARTIES, Content.COUNTERPARTIES),
        ("<Документ/>", Content.ORDERS),
        ("<Неизвестное/><Документ/>", Content.ORDERS),
        ("", Content.NOTHING),
        ("\n<Неизвестное><Документ/></Неизвестное>\n", Content.NOTHING),
    ],
)
def test_content_is_told_by_the_first_known_element(body, content, xmlns):
    assert detect(a_file(body, xmlns=xmlns)) is content


@pytest.mark.parametrize("body", ["", files.UT_ORDER])
def test_the_file_is_left_at_its_beginning(body):
    file = a_file(body)

    detect(file)

    assert file.tell() == 0


def test_a_refused_file_is_left_at_its_beginning_too():
    file = io.BytesIO(b"<html></html>")

    with pytest.raises(BrokenFile):
        detect(file)

    assert file.tell() == 0


def test_only_the_start_of_a_large_file_is_read():
    class Counted(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1) -> bytes:
            block = super().read(size)
            self.total += len(block)
            return block

    file = Counted(a_file(files.UT_IMPORT + files.UT_ORDER * 5000).getvalue())

    assert detect(file) is Content.CATALOG
    assert file.total == parser.BLOCK_SIZE


def test_a_file_that_ends_before_anything_is_known_is_broken():
    whole = a_file().getvalue()

    with pytest.raises(BrokenFile):
        detect(io.BytesIO(whole[:-5]))
