"""Orders that 1C sends back: applied once, whether ``import`` comes or not."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import ImportSession, OrderLink
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.conftest import body

from . import files

pytestmark = pytest.mark.django_db

NAME = "orders-5b1d6a2e-1111-11ee-8000-000000000001_1.xml"


@pytest.fixture(autouse=True)
def statuses(settings):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"posted": "accepted", "shipped": "shipped"}
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ["new", "accepted", "shipped"]


@pytest.mark.parametrize("zipped", [False, True], ids=["files", "zip"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (UT11, {}),
        (UT11, {"wait_for_import": False}),
        (UNF, {"seconds_before_import": 0}),
        (UNF, {"seconds_before_import": 0, "subordinate": True}),
        (BitrixModule, {}),
    ],
    ids=["UT", "UT without import", "UNF", "UNF with subordinate documents", "Bitrix"],
)
def test_every_1c_can_send_statuses_back(settings, make_onec, make_order, kind, options, zipped):
    settings.ONEC_EXCHANGE_ZIP_UPLOADS = zipped
    order = make_order(number="1001")
    onec = make_onec(kind, **options)
    onec.fetch_orders()

    report = onec.send_orders({NAME: files.orders(files.order("1001", Проведен="true"))})

    assert report.error is None
    order.refresh_from_db()
    assert order.status == "accepted"
    assert order.sent_to_1c
    assert ImportSession.objects.get().position == 1  # once, though it was asked for twice


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
@pytest.mark.parametrize("namespace", ["", ' xmlns="urn:1C.ru:commerceml_2"', ' xmlns="urn:1C.ru:commerceml_210"'])
def test_namespaces_and_encodings_do_not_matter(onec, make_order, namespace, encoding):
    order = make_order(number="1001")
    text = files.orders(files.order("1001", Проведен="true")).decode()
    text = text.replace("UTF-8", encoding).replace(" ВерсияСхемы", f"{namespace} ВерсияСхемы")

    assert onec.send_orders({NAME: text.encode(encoding)}).error is None

    order.refresh_from_db()
    assert order.status == "accepted"


def test_a_file_in_chunks_is_applied_when_its_end_is_there(settings, onec, make_order):
    settings.ONEC_EXCHANGE_FILE_LIMIT = 100
    order = make_order(number="1001")

    report = onec.send_orders({NAME: files.orders(files.order("1001", Проведен="true"))})

    assert report.error is None
    order.refresh_from_db()
    assert order.status == "accepted"


def test_a_file_without_documents_is_success(onec):
    assert onec.send_orders({NAME: files.orders()}).error is None


def test_an_unknown_order_is_logged_and_is_success(onec, make_order, caplog):
    make_order(number="1001")

    assert onec.send_orders({NAME: files.orders(files.order("9999", Проведен="true"))}).error is None

    assert "9999" in caplog.text


def test_the_same_news_once_more_change_nothing(onec, make_order):
    order = make_order(number="1001")
    content = files.orders(files.order("1001", Проведен="true"))

    for _ in range(2):
        assert onec.send_orders({NAME: content}).error is None

    order.refresh_from_db()
    assert order.status == "accepted"
    assert OrderLink.objects.count() == 1


def test_news_do_not_make_an_order_wait_again(onec, make_order):
    make_order(number="1001")
    assert len(onec.fetch_orders().orders) == 1

    onec.send_orders({NAME: files.orders(files.order("1001", Проведен="true"))})

    assert onec.fetch_orders().orders == ()


def test_a_broken_file_is_refused_with_its_line_and_changes_nothing(onec, make_order):
    order = make_order(number="1001")
    content = files.orders(files.order("1001", Проведен="true")).replace(b"</\xd0\x94\xd0\xbe\xd0\xba", b"</")

    report = onec.send_orders({NAME: content})

    assert report.error is not None
    assert NAME in report.error
    order.refresh_from_db()
    assert order.status == "new"


def test_a_picture_may_come_with_the_orders(onec, make_order):
    """UT sends everything that lies in its folder."""
    make_order(number="1001")

    report = onec.send_orders(
        {"import_files/ab/x.jpg": b"\xff\xd8", NAME: files.orders(files.order("1001", Проведен="true"))}
    )

    assert report.error is None


def test_an_order_file_may_be_asked_for_by_its_import_alone(ask, sign_in, post, make_order):
    """A client may send it as ``type=catalog``; what is in it counts."""
    order = make_order(number="1001")
    token = sign_in()
    content = files.orders(files.order("1001", Проведен="true"))

    assert body(post(f"type=catalog&mode=file&filename={NAME}", content, cookie=token)) == "success"
    assert body(ask(f"type=catalog&mode=import&filename={NAME}", cookie=token)) == "success"

    order.refresh_from_db()
    assert order.status == "accepted"


def test_a_line_end_that_comes_in_a_request_of_its_own_changes_nothing(ask, sign_in, post, make_order):
    """The limit may cut a file right behind its root: it is whole then, and applied."""
    order = make_order(number="1001")
    token = sign_in()
    content = files.orders(files.order("1001", Проведен="true")).rstrip()

    for part in (content, b"\r\n"):
        assert body(post(f"type=sale&mode=file&filename={NAME}", part, cookie=token)) == "success"
    assert body(ask(f"type=sale&mode=import&filename={NAME}", cookie=token)) == "success"

    order.refresh_from_db()
    assert order.status == "accepted"
