"""A shop manager's day at the admin of the example shop."""

from __future__ import annotations

import time

from .onec import numbers_of
from .pages import OVERVIEW

ORDER = 1
CARD = ".onec-card[aria-label=default]"
TIMELINE = f"/admin/shop/order/{ORDER}/onec/"
SEND_AGAIN = ".onec-buttons form:nth-child(1) button"
MARK_AS_SENT = ".onec-buttons form:nth-child(2) button"


def number(shop) -> str:
    ((found,),) = shop.rows(f"SELECT number FROM shop_order WHERE id = {ORDER}")
    return found


def is_sent(shop) -> bool:
    ((found,),) = shop.rows(f"SELECT sent_to_1c FROM shop_order WHERE id = {ORDER}")
    return bool(found)


def delivery_of(shop) -> tuple[int, int]:
    query = f"SELECT id, batch_id FROM django_onec_exchange_orderdelivery WHERE order_id = '{ORDER}'"
    ((delivery, batch),) = shop.rows(query)
    return delivery, batch


def test_an_order_that_was_left_out_is_mended_and_sent(shop, admin, onec):
    shop.rows(f"UPDATE shop_order SET currency = 'рубли' WHERE id = {ORDER}")
    assert number(shop) not in numbers_of(onec.fetch_orders())
    assert not is_sent(shop)

    admin.open("/admin/django_onec_exchange/").follow("Как идёт обмен")
    assert admin.path == OVERVIEW
    assert admin.has(f"{CARD}.onec-attention [data-code=orders-skipped]")
    assert admin.has(f"{CARD} svg.onec-chart rect.onec-confirmed")
    reason = f"{number(shop)}\tВалюта заказа указана как «рубли»"
    assert reason in admin.text_of(CARD)

    admin.follow(number(shop))
    admin.type("#id_currency", "RUB").submit("[name=_save]")
    admin.open("/admin/django_onec_exchange/skippedorder/")
    assert "Валюта заказа указана как «рубли»" in admin.text_of("#result_list tbody")
    admin.act("retry")
    assert "При следующем обмене повторится выгрузка 1 заказа" in admin.text
    assert number(shop) in numbers_of(onec.fetch_orders())

    assert is_sent(shop)
    assert admin.open(OVERVIEW).has(f"{CARD}.onec-fine")
    admin.open(f"/admin/shop/order/{ORDER}/change/").submit(f"a[href='{TIMELINE}']")
    story = admin.text_of(".onec-timeline")
    assert "1С подтвердила заказ: отмечен как отправленный." in story
    assert "Пропущен." in story


def test_an_order_is_sent_again_after_a_question(shop, admin, onec):
    onec.fetch_orders()
    assert is_sent(shop)

    admin.open(TIMELINE).submit(SEND_AGAIN)
    assert "Эти заказы ещё раз уйдут в 1С" in admin.text
    assert is_sent(shop)
    admin.submit(".submit-row input[type=submit]")

    assert "Отправить в 1С повторно: 1 заказ." in admin.text
    assert numbers_of(onec.fetch_orders()) == [number(shop)]
    assert numbers_of(onec.fetch_orders()) == []
    assert is_sent(shop)


def test_an_order_marked_by_hand_does_not_go_to_1c(shop, admin, onec):
    admin.open(TIMELINE).submit(MARK_AS_SENT)
    admin.press(".submit-row input[type=submit]")
    assert admin.has("#id_note:invalid"), "the browser itself asks for the note"
    assert not is_sent(shop)

    admin.type("#id_note", "Ввели в 1С сами").submit(".submit-row input[type=submit]")

    assert "Отметить отправку вручную: 1 заказ." in admin.text
    assert "Ввели в 1С сами" in admin.text_of(".onec-timeline")
    assert number(shop) not in numbers_of(onec.fetch_orders())


def test_the_audit_copy_is_what_1c_received_byte_for_byte(shop, admin, onec, downloads):
    onec.fetch_orders()
    _delivery, batch = delivery_of(shop)
    copy = downloads / f"orders-{batch:08d}.xml"

    admin.open(f"/admin/django_onec_exchange/orderbatch/{batch}/change/").press("button.onec-tool")

    deadline = time.monotonic() + 10
    while not copy.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    (received,) = onec.transport.files
    assert number(shop).encode() in received
    assert copy.read_bytes() == received


def test_an_order_is_shown_as_it_stood_in_the_file(shop, admin, onec):
    onec.fetch_orders()
    delivery, _batch = delivery_of(shop)

    admin.open(TIMELINE).submit(f".onec-timeline a[href='{delivery}/']")

    xml = admin.text_of(".onec-xml")
    assert xml.startswith("<Документ>")
    assert f"<Номер>{number(shop)}</Номер>" in xml
    assert xml.count("<Документ>") == 1


def test_staff_without_permissions_sees_nothing_of_it(shop, staff, onec):
    onec.fetch_orders()
    delivery, batch = delivery_of(shop)

    assert "Обмен с 1С" not in staff.open("/admin/").text
    staff.open(f"/admin/shop/order/{ORDER}/change/")
    assert number(shop) in staff.text
    assert not staff.has("a[href$='/onec/']")
    assert not staff.open("/admin/shop/order/").has("option[value^=onec_]")
    for path in (
        OVERVIEW,
        TIMELINE,
        f"{TIMELINE}{delivery}/",
        "/admin/django_onec_exchange/skippedorder/",
        f"/admin/django_onec_exchange/orderbatch/{batch}/change/",
        f"/admin/django_onec_exchange/orderbatch/{batch}/audit/",
    ):
        assert staff.open(path).status == 403, path
