"""``complete`` and ``deactivate``: only a full catalogue, applied without errors, tells what is gone."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import ExchangeSession
from django_onec_exchange.simulator import BitrixModule
from tests.conftest import body
from tests.shop.models import Product

from . import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def bitrix(make_onec, shop):
    return make_onec(BitrixModule)


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


def send(onec, *goods: str, full: bool = True, changes_only: bool = False, **options: str):
    content = files.catalog(goods, changes_only=changes_only, **options)
    return onec.send_catalog({"import0_1.xml": content}, full=full)


def test_what_a_full_catalogue_no_longer_names_is_told(bitrix, shop):
    send(bitrix, "a", "b", "c")
    shop.told.clear()

    report = send(bitrix, "b", "d")

    assert report.error is None
    assert ("forgotten", ["p-a", "p-c"]) in shop.told
    assert shop.told[-1] == ("finish", [])
    assert names() == ["b", "d"]


def test_it_is_told_once(bitrix, shop):
    send(bitrix, "a", "b")
    send(bitrix, "b")
    shop.told.clear()

    send(bitrix, "b")

    assert [one for one in shop.told if one[0] == "forgotten"] == []


def test_changes_alone_never_pass_for_a_full_catalogue(bitrix, shop):
    send(bitrix, "a", "b")

    report = send(bitrix, "b", changes_only=True)

    assert report.error is not None  # deactivate is refused
    assert names() == ["a", "b"]


def test_an_upload_with_an_error_forgets_nothing(bitrix, shop):
    send(bitrix, "a", "b")

    report = send(bitrix, "b", "stumble")

    assert report.error is not None
    assert names() == ["a", "b"]


def test_another_catalogue_is_left_alone(bitrix, shop):
    send(bitrix, "a", id_="catalog-1")
    send(bitrix, "b", id_="catalog-2")

    send(bitrix, "c", id_="catalog-2")

    assert names() == ["a", "c"]


def test_deactivate_wants_the_time_of_this_session(ask, sign_in, post, shop):
    for goods in (["a", "b"], ["b"]):
        token = sign_in()
        post("type=catalog&mode=file&filename=import0_1.xml", files.catalog(goods), cookie=token)
        assert body(ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token)) == "success"
    start = int(ExchangeSession.objects.latest("pk").started_at.timestamp())

    for timestamp in ("", "0", str(start - 1), "yesterday"):
        answer = body(ask(f"type=catalog&mode=deactivate&timestamp={timestamp}", cookie=token))
        assert answer.startswith("failure\n")
        assert names() == ["a", "b"]
    assert body(ask(f"type=catalog&mode=deactivate&timestamp={start}", cookie=token)) == "success"

    assert names() == ["b"]


def test_a_catalogue_that_is_not_all_imported_yet_is_not_complete(ask, sign_in, post, shop):
    token = sign_in()
    post("type=catalog&mode=file&filename=import0_1.xml", files.catalog(["a", "b"]), cookie=token)
    ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token)
    token = sign_in()
    for name, goods in (("import0_1.xml", ["a"]), ("import0_2.xml", ["b"])):
        post(f"type=catalog&mode=file&filename={name}", files.catalog(goods), cookie=token)
    ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token)

    ask("type=catalog&mode=complete", cookie=token)

    assert names() == ["a", "b"]


def test_complete_without_an_upload_is_success(ask, sign_in, shop):
    """In incremental exchanges, too, the module may say that it is done."""
    assert body(ask("type=catalog&mode=complete", cookie=sign_in())) == "success"
    assert shop.told == [("finish", [])]


@pytest.mark.parametrize("mode", ["complete", "deactivate&timestamp=1"])
def test_a_shop_that_takes_no_catalogue_says_so(ask, sign_in, mode):
    answer = body(ask(f"type=catalog&mode={mode}", cookie=sign_in()))

    assert answer.startswith("failure\n")
