"""``manage.py check`` judges every value and every name among our settings (E003, W010)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from django_onec_exchange.conf import OnecExchangeConf
from tests.conftest import ids

NAMES = sorted(name for name in vars(OnecExchangeConf) if name.isupper())
# Django itself asks the database, whether it knows JSON
pytestmark = pytest.mark.django_db

YES_OR_NO = [name for name in NAMES if isinstance(getattr(OnecExchangeConf, name), bool)]
TEXTS = ["SITE_NAME", "ORGANIZATION", "WAREHOUSE", "AGREEMENT", "REPLY_LANGUAGE"]
BAD_VALUES = {
    "COMMERCEML_VERSION": ["", "3", "3.2", 3.1, None, ["3.1"]],
    "STOCK_CLIENT_VERSION": ["", "2.09", "3.1", None, ["2.10"]],
    "FORCED_VERSION": ["2.09", 3.1, ["2.08"], None],
    "ENCODING": ["", "cp1251 ", "koi8-r", "UTF-99", None, ["utf-8"]],
    "MONEY_MISMATCH": ["", "Skip", True, None],
    "QUERY_LIMIT": [0, -1, "1000", None, 2.5],
    "QUERY_TIME_BUDGET": [0, -1, "60", None, float("nan"), float("inf")],
    "CHUNK_SIZE": [0, -1, "500", None, 2.5],
    "FILE_LIMIT": [0, -1, "10M", None],
    "SESSION_LIFETIME": [0, -1, "48h", None],
    "TIME_ZONE": ["Moscow", "Europe/Nowhere", "../etc", 3, None],
    "ALLOWED_NETWORKS": [["203.0.113.7/24"], ["office"], "203.0.113.0/24", [None], 5],
    "TRUSTED_PROXIES": [-1, "1"],
    "AUTH_FAILURE_LIMIT": ["10"],
    "AUTH_FAILURE_WINDOW": ["15m"],
    "WINDOW_ENABLED": [None, 1, "yes"],
    "WINDOW_TOLERANCE": [-1, "1", None],
    "WINDOW_ATTEMPTS": [1, 0, "3", 2.5, None],
    "SKIPPED_RETRY_INTERVAL": ["1h"],
    **{name: [-1, "1h", None] for name in ("ALERT_SILENCE", "ALERT_UNCONFIRMED", "ALERT_WAITING")},
    "ALERT_SKIPPED": [-1, "1", 1.5, None],
    "DEFAULT_UNIT": [
        *[("796", "шт"), "796", None, ("796", "шт", "Штука", 5)],
        *[("шт", "шт", "Штука", "PCE"), ("7960", "шт", "Штука", "PCE"), ("796", " ", "Штука", "PCE")],
    ],
    "DEFAULT_VAT_RATE": ["20%", "", 0.2, 300, -1, True, "16.67", ["20"]],
    "DELIVERY_VAT_RATE": ["20%", 0.2, 300, True],
    "CURRENCY": ["рубли", "", "R1B", None, 643],
    "CURRENCY_NAMES": [{"RUB": "рубль"}, {"RUB": None}, {643: "руб"}, ["RUB"], None],
    "DELIVERY_ID": ["", " ", "x" * 81, 17, None],
    "DELIVERY_NAME": ["", " ", None],
    "COOKIE_NAME": ["", "a=b", 5],
    "AUDIT_ROOT": [5, None, b"logs"],
    "UPLOAD_ROOT": [5, None],
    "ORDER_STATUSES": [None, ["paid"], {"Paid": "paid"}, {1: "paid"}],
    "ORDER_STATUS_SEQUENCE": [None, "new", ["new", 1]],
    **{name: ["false", "no", "", 0, 1, None] for name in YES_OR_NO},
    **{name: [5, None, ["text"]] for name in TEXTS},
}


@pytest.mark.parametrize(("name", "value"), [(name, bad) for name, values in BAD_VALUES.items() for bad in values])
def test_a_value_that_means_nothing(settings, found, name, value):
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    messages = found()

    assert ids(messages) == {"E003"}
    assert f"ONEC_EXCHANGE_{name} " in messages[0].msg
    assert repr(value) in messages[0].msg
    assert messages[0].hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORCED_VERSION", ""),
        ("FORCED_VERSION", "2.05"),
        ("ENCODING", "windows-1251"),
        ("MONEY_MISMATCH", "send"),
        ("QUERY_TIME_BUDGET", 0.5),
        ("TIME_ZONE", "Asia/Yekaterinburg"),
        ("TIME_ZONE", ""),
        ("ALLOWED_NETWORKS", []),
        ("ALLOWED_NETWORKS", ("203.0.113.7", "2001:db8::/32")),
        ("AUTH_FAILURE_LIMIT", 0),
        ("DEFAULT_VAT_RATE", "20"),
        ("DEFAULT_VAT_RATE", 0),
        ("DEFAULT_VAT_RATE", Decimal("20.00")),
        ("CURRENCY", "руб"),
        ("CURRENCY_NAMES", {"RUB": "руб", "USD": "USD"}),
        ("DEFAULT_UNIT", ["112", "л", "", ""]),
        ("UPLOAD_ROOT", Path("/srv/uploads")),
    ],
)
def test_a_value_that_means_something(settings, found, name, value):
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    assert found() == []


def test_every_bad_value_is_told(settings, found):
    settings.ONEC_EXCHANGE_ENCODING = "ebcdic"
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 0

    assert len(found()) == 2


def test_a_currency_that_has_another_name_in_1c(settings, found):
    settings.ONEC_EXCHANGE_CURRENCY = "рубли"
    settings.ONEC_EXCHANGE_CURRENCY_NAMES = {"рубли": "руб"}

    assert found() == []


@pytest.mark.parametrize("name", NAMES)
def test_no_setting_takes_just_anything(settings, found, name):
    setattr(settings, f"ONEC_EXCHANGE_{name}", object())

    messages = found()

    assert ids(messages) in ({"E001"}, {"E002"}, {"E003"})
    assert all(f"ONEC_EXCHANGE_{name} " in message.msg for message in messages)


@pytest.mark.parametrize(
    ("token", "codes"), [("", set()), ("x" * 20, set()), ("x" * 19, {"E003"}), ("ж" * 20, {"E003"})]
)
def test_a_token_of_the_metrics_is_long_or_empty(settings, found, token, codes):
    settings.ONEC_EXCHANGE_METRICS_TOKEN = token

    assert ids(found()) == codes


@pytest.mark.parametrize("name", ["GUEST_ID_SECRET", "METRICS_TOKEN"])
def test_a_secret_is_not_shown(settings, found, name):
    setattr(settings, f"ONEC_EXCHANGE_{name}", b"not for the terminal")

    (message,) = found()

    assert message.id == "onec_exchange.E003"
    assert f"ONEC_EXCHANGE_{name} is of type bytes" in message.msg
    assert "terminal" not in str(message)


# -- W010: names that are none of ours


@pytest.mark.parametrize(
    ("name", "meant"),
    [("QUERY_LIMITS", "QUERY_LIMIT"), ("ORDERMODEL", "ORDER_MODEL"), ("AUDIT_REQIRED", "AUDIT_REQUIRED")],
)
def test_a_setting_whose_name_is_misspelt(settings, found, name, meant):
    setattr(settings, f"ONEC_EXCHANGE_{name}", "a secret")

    (message,) = found()

    assert message.id == "onec_exchange.W010"
    assert f"ONEC_EXCHANGE_{name} " in message.msg
    assert f"ONEC_EXCHANGE_{meant}?" in message.hint
    assert "secret" not in str(message)


def test_a_setting_that_resembles_none(settings, found):
    settings.ONEC_EXCHANGE_XYZZY = 1

    (message,) = found()

    assert message.id == "onec_exchange.W010"
    assert message.hint
