"""Settings: one list, typed, read live; none that is missing or wrong crashes a request."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence

import pytest
from django.conf import settings as site_settings
from django.test import override_settings

from django_onec_exchange.conf import Conf, OnecExchangeConf, conf
from django_onec_exchange.protocol.errors import NotConfigured
from tests.conftest import body
from tests.shop.models import Order

NAMES = sorted(name for name in vars(OnecExchangeConf) if name.isupper())
SET_BY_THE_TESTS = {"ORDER_MODEL", "AUDIT_ROOT"}
OPTIONAL = [name for name in NAMES if name not in SET_BY_THE_TESTS]
ADAPTERS = ["ORDER_SELECTOR", "ORDER_SERIALIZER", "ORDER_MARKER"]


def test_every_setting_has_a_type_and_every_type_a_setting():
    assert len(NAMES) > 30
    assert sorted(Conf.__annotations__) == NAMES


def test_every_setting_has_its_default_in_djangos_settings():
    written = {name for name in dir(site_settings) if name.startswith("ONEC_EXCHANGE_")}

    assert written == {f"ONEC_EXCHANGE_{name}" for name in NAMES}


@pytest.mark.parametrize("name", OPTIONAL)
def test_every_default_is_of_its_type(name):
    expected = typing.get_type_hints(Conf)[name]
    kinds = typing.get_args(expected) if type(None) in typing.get_args(expected) else (expected,)
    plain = tuple(typing.get_origin(kind) or kind for kind in kinds)

    assert isinstance(getattr(conf, name), (*plain, int) if float in plain else plain)
    assert set(plain) <= {str, int, float, bool, tuple, Sequence, Mapping, type(None)}


@pytest.mark.parametrize("name", NAMES)
def test_an_override_counts_at_once_and_ends_at_once(name):
    before = getattr(conf, name)
    other = object()

    with override_settings(**{f"ONEC_EXCHANGE_{name}": other}):
        assert getattr(conf, name) is other

    assert getattr(conf, name) == before


def test_a_setting_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="QUERY_LIMITS"):
        conf.QUERY_LIMITS  # noqa: B018


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_setting_that_is_missing_has_its_default(settings, name):
    default = getattr(site_settings, f"ONEC_EXCHANGE_{name}")

    delattr(settings, f"ONEC_EXCHANGE_{name}")

    assert not hasattr(site_settings, f"ONEC_EXCHANGE_{name}")
    assert getattr(conf, name) == default


def test_a_missing_order_model_has_its_default_as_well(settings):
    del settings.ONEC_EXCHANGE_ORDER_MODEL

    assert conf.ORDER_MODEL == ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPTIONAL)
def test_no_missing_setting_crashes_an_exchange(settings, onec, make_order, name):
    make_order()
    delattr(settings, f"ONEC_EXCHANGE_{name}")

    report = onec.fetch_orders()

    assert report.error is None
    assert report.confirmed
    assert Order.objects.get().sent_to_1c


@pytest.mark.django_db
def test_without_an_audit_folder_of_its_own_the_project_has_one(settings, tmp_path, onec, make_order):
    make_order()
    settings.BASE_DIR = tmp_path
    del settings.ONEC_EXCHANGE_AUDIT_ROOT

    assert onec.fetch_orders().confirmed
    assert len([*(tmp_path / "var" / "1c_exchange" / "logs").rglob("*.xml")]) == 1


@pytest.mark.django_db
def test_all_settings_missing_at_once_only_lack_the_model(settings, ask, account, make_order, tmp_path):
    make_order()
    settings.BASE_DIR = tmp_path
    for name in NAMES:
        delattr(settings, f"ONEC_EXCHANGE_{name}")
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Order"

    token = body(ask("mode=checkauth", auth="1c:secret")).split("\n")[2]

    assert body(ask("mode=query", cookie=token)).startswith("<?xml")
    assert body(ask("mode=success", cookie=token)) == "success"


# -- wrong values


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["query", "success"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            (name, value)
            for name in ADAPTERS
            for value in ("nowhere.Adapter", "django_onec_exchange.adapters.Nothing", "", "no_dots")
        ],
        *[(name, "django_onec_exchange.adapters") for name in ADAPTERS],  # the class forgotten
        *[("ORDER_MODEL", value) for value in ("", "Order", "shop.Nothing", "nowhere.Order", None, 5)],
    ],
)
def test_a_wrong_adapter_is_named_to_1c(settings, ask, sign_in, make_order, name, value, mode):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    response = ask(f"mode={mode}", cookie=token)

    assert response.status_code == 200
    assert body(response) == f"failure\n{NotConfigured(what=f'ONEC_EXCHANGE_{name}')}"
    assert not Order.objects.get().sent_to_1c


class UnmakableSerializer:
    def __init__(self):
        raise RuntimeError("no shop today")


@pytest.mark.django_db
def test_why_an_adapter_cannot_be_made_stands_in_the_log(settings, ask, sign_in, make_order, caplog):
    make_order()
    token = sign_in()
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.test_conf.UnmakableSerializer"

    answer = body(ask("mode=query", cookie=token))

    assert answer == f"failure\n{NotConfigured(what='ONEC_EXCHANGE_ORDER_SERIALIZER')}"
    assert "no shop today" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCODING", "nonsense"),
        ("ENCODING", None),
        ("REPLY_LANGUAGE", "nonsense"),
        ("REPLY_LANGUAGE", 5),
        ("TIME_ZONE", "Europe/Nowhere"),
        ("COMMERCEML_VERSION", "nonsense"),
        ("STOCK_CLIENT_VERSION", "9.9"),
        ("FORCED_VERSION", "9.9"),
        ("QUERY_LIMIT", "1000"),
        ("QUERY_LIMIT", 2.5),
        ("QUERY_TIME_BUDGET", "60"),
        ("CHUNK_SIZE", 0),
        ("CHUNK_SIZE", -1),
        ("CHUNK_SIZE", None),
        ("SESSION_LIFETIME", "48h"),
        ("TRUSTED_PROXIES", "1"),
        ("AUTH_FAILURE_LIMIT", "10"),
        ("AUTH_FAILURE_WINDOW", "15m"),
        ("ALLOWED_NETWORKS", ["office"]),
        ("COOKIE_NAME", None),
        ("AUDIT_ROOT", 5),
        ("DEFAULT_UNIT", ("796",)),
        ("CURRENCY_NAMES", None),
        ("MONEY_MISMATCH", "nonsense"),
        ("SKIPPED_RETRY_INTERVAL", "1h"),
    ],
)
def test_a_wrong_value_is_answered_in_the_protocols_form_and_marks_nothing_unsent(
    settings, onec, make_order, name, value
):
    make_order()
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    report = onec.fetch_orders()

    assert {step.status for step in report.steps} <= {200, 401}
    assert report.confirmed or report.steps[-1].first_line == "failure"
    assert Order.objects.get().sent_to_1c is (report.confirmed and len(report.orders) == 1)
