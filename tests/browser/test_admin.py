"""A shop manager's day at the admin of the example shop."""

from __future__ import annotations

import time

OVERVIEW = "/admin/django_onec_exchange/infobase/"
ORDER = 1
CARD = ".onec-card[aria-label=default]"


def number(shop) -> str:
    ((found,),) = shop.rows(f"SELECT number FROM shop_order WHERE id = {ORDER}")
    return found


def is_sent(shop) -> bool:
    ((found,),) = shop.rows(f"SELECT sent_to_1c FROM shop_order WHERE id = {ORDER}")
    return bool(found)


def test_an_order_that_was_left_out_is_mended_and_sent(shop, admin, onec):
    shop.rows(f"UPDATE shop_order SET currency = 'рубли', sent_to_1c = 0 WHERE id = {ORDER}")
    onec.fetch_orders()
    assert not is_sent(shop)

    admin.open("/admin/django_onec_exchange/").follow("Как идёт обмен")
    assert admin.path == OVERVIEW
    assert admin.has(f"{CARD}.onec-attention [data-code=orders-skipped]")
    assert admin.has(f"{CARD} svg.onec-chart rect.onec-confirmed")

    admin.follow(number(shop))
    admin.type("#id_currency", "RUB").submit("[name=_save]")
    admin.open("/admin/django_onec_exchange/skippedorder/").act("retry")
    assert "При следующем обмене повторится выгрузка 1 заказа" in admin.text
    onec.fetch_orders()

    assert is_sent(shop)
    assert admin.open(OVERVIEW).has(f"{CARD}.onec-fine")
    admin.open(f"/admin/shop/order/{ORDER}/change/").submit(f"a[href='/admin/shop/order/{ORDER}/onec/']")
    assert "1С подтвердила заказ: отмечен как отправленный." in admin.text
    assert "Пропущен." in admin.text


def test_an_order_is_sent_again_after_a_question(shop, admin, onec):
    onec.fetch_orders()
    assert is_sent(shop)

    admin.open(f"/admin/shop/order/{ORDER}/onec/").submit(".onec-buttons form:first-child button")
    assert "Эти заказы ещё раз уйдут в 1С" in admin.text
    assert is_sent(shop)
    admin.submit(".submit-row input[type=submit]")

    assert "Отправить в 1С повторно: 1 заказ." in admin.text
    assert [order.number for order in onec.fetch_orders().orders] == [number(shop)]
    assert is_sent(shop)


def test_the_audit_copy_of_a_file_is_downloaded(shop, admin, onec, downloads):
    onec.fetch_orders()
    query = "SELECT id FROM django_onec_exchange_orderbatch WHERE audit_file != '' ORDER BY id LIMIT 1"
    ((batch,),) = shop.rows(query)
    copy = downloads / f"orders-{batch:08d}.xml"

    admin.open(f"/admin/django_onec_exchange/orderbatch/{batch}/change/").press("button.onec-tool")

    deadline = time.monotonic() + 10
    while not copy.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "<КоммерческаяИнформация" in copy.read_text("utf-8")


def test_staff_without_permissions_sees_nothing_of_it(shop, staff, onec):
    onec.fetch_orders()

    staff.open(f"/admin/shop/order/{ORDER}/change/")
    assert number(shop) in staff.text
    assert not staff.has("a[href$='/onec/']")
    assert not staff.open("/admin/shop/order/").has("option[value=onec_send_again]")
    for path in (OVERVIEW, f"/admin/shop/order/{ORDER}/onec/", "/admin/django_onec_exchange/orderbatch/1/change/"):
        assert "403" in staff.open(path).text
