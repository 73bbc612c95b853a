"""What the overview tells a manager about a 1C infobase: here the accountants' one, which gets paid orders."""

from __future__ import annotations

import pytest

from .onec import emulated_1c
from .pages import OVERVIEW

CARD = ".onec-card[aria-label=accounting]"
UNPAID = 4


@pytest.fixture
def accounting(address, shop):
    return emulated_1c(f"{address}/1c/accounting/exchange/")


def test_the_overview_says_in_words_how_the_exchange_stands(shop, admin, accounting):
    card = admin.open(OVERVIEW).text_of(CARD)
    assert "1С ещё ни разу не обменивалась с сайтом." in card
    assert "Последнее обращение 1С\nникогда" in card

    accounting.fetch_orders()
    card = admin.open(OVERVIEW).text_of(CARD)
    assert card.startswith("accounting: Всё в порядке")
    assert "никогда" not in card
    assert "Ждут отправки\n0" in card

    shop.rows(f"UPDATE shop_order SET currency = 'рубли', is_paid = 1 WHERE id = {UNPAID}")
    accounting.fetch_orders()
    card = admin.open(OVERVIEW).text_of(CARD)
    assert card.startswith("accounting: Требует внимания")
    assert "Заказов пропущено\n1" in card
    assert "Валюта заказа указана как «рубли», а 1С принимает ровно три буквы." in card
