"""The admin's pages on a telephone and in the dark."""

from __future__ import annotations

import pytest

from .looks import PHONE, complaints, hard_to_read, in_theme, on_a_phone, sticking_out
from .pages import OVERVIEW

BROKEN = 5


@pytest.fixture
def pages(shop, onec) -> list[str]:
    """Pages that have something to show: an order that was sent, and one that was left out."""
    shop.rows(f"UPDATE shop_order SET currency = 'рубли' WHERE id = {BROKEN}")
    onec.fetch_orders()
    ((delivery,),) = shop.rows("SELECT id FROM django_onec_exchange_orderdelivery WHERE order_id = '3'")
    return [
        OVERVIEW,
        "/admin/django_onec_exchange/skippedorder/",
        f"/admin/shop/order/{BROKEN}/onec/",
        "/admin/shop/order/3/onec/",
        f"/admin/shop/order/3/onec/{delivery}/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_readable_and_fit_a_telephone_in_either_theme(pages, admin, theme):
    with on_a_phone(admin), in_theme(admin, theme):
        for page in pages:
            admin.open(page)

            assert admin.chromium.execute_script("return document.documentElement.scrollWidth") == PHONE, page
            assert sticking_out(admin) == [], page
            assert hard_to_read(admin) == [], page


def test_what_is_wrong_with_a_page_would_be_noticed(admin):
    bad = "<p style='width: 500px; color: #777; background: #888'>wide and grey</p>"
    with on_a_phone(admin):
        admin.open(OVERVIEW)
        admin.chromium.execute_script("document.querySelector('#content').innerHTML += arguments[0]", bad)
        admin.chromium.execute_script("setTimeout(() => { throw new Error('a script fails') })")

        assert "P.: wide and grey" in sticking_out(admin)
        assert "P.: wide and grey" in hard_to_read(admin)
        assert any("a script fails" in complaint for complaint in complaints(admin.chromium))
