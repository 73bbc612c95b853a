"""What 1C is told when something fails: a sentence, a number to ask about, and no secrets."""

from __future__ import annotations

import logging
import re

import pytest
from django.conf import settings as site_settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import translation

from django_onec_exchange.models import ExchangeEvent, ExchangeSession
from django_onec_exchange.protocol import errors
from django_onec_exchange.views import ExchangeView
from tests.conftest import PASSWORD, body
from tests.shop.models import Order

from .conftest import RIGHT, WRONG
from .shop import SECRET, WatchingSelector

pytestmark = pytest.mark.django_db

INTERNAL = re.compile(r"failure\nThe site could not answer\. Give its administrator the number ([0-9a-f]{8})\.")


def break_query(monkeypatch, error: Exception) -> None:
    def fail(*args):
        raise error

    monkeypatch.setattr(ExchangeView, "handle_query", fail)


def test_an_unexpected_error_is_a_failure_with_a_number_that_the_log_has_too(settings, ask, sign_in, caplog):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.BrokenSelector"
    token = sign_in()

    response = ask("mode=query", cookie=token)

    found = INTERNAL.fullmatch(body(response))
    assert found
    assert response.status_code == 200
    records = [record for record in caplog.records if found[1] in record.getMessage()]
    assert [record.levelno for record in records] == [logging.ERROR]
    assert SECRET in str(records[0].exc_info[1])


def test_each_error_has_a_number_of_its_own(settings, ask, sign_in):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.BrokenSelector"
    token = sign_in()

    assert body(ask("mode=query", cookie=token)) != body(ask("mode=query", cookie=token))


def test_the_number_is_in_the_sessions_dialogue_as_well(settings, ask, sign_in):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.BrokenSelector"

    reply = body(ask("mode=query", cookie=sign_in()))

    event = ExchangeEvent.objects.get(mode="query")
    assert event.code == "internal"
    assert event.message == reply.removeprefix("failure\n")


@pytest.mark.parametrize("error", [RuntimeError, DatabaseError, OperationalError, InterfaceError, MemoryError])
def test_no_kind_of_error_gets_past_the_view(monkeypatch, ask, sign_in, error):
    token = sign_in()
    break_query(monkeypatch, error(SECRET))

    assert INTERNAL.fullmatch(body(ask("mode=query", cookie=token)))


@pytest.mark.parametrize("error", [DatabaseError, OperationalError, InterfaceError])
@pytest.mark.parametrize("mode", ["init", "success", "info"])
def test_a_dialogue_that_cannot_be_recorded_stops_nothing(
    monkeypatch, ask, sign_in, make_order, caplog, error, mode
):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    expected = body(ask(f"mode={mode}", cookie=token))

    def fail(**fields):
        raise error("server closed the connection")

    monkeypatch.setattr(ExchangeEvent.objects, "create", fail)
    response = ask(f"mode={mode}", cookie=token)

    assert response.status_code == 200
    assert body(response) == expected
    assert "not recorded" in caplog.text


def test_no_reply_and_no_log_line_holds_a_secret(settings, monkeypatch, ask, sign_in, make_order, caplog):
    order = make_order(customer_name="Секретов Иван", customer_email="secretov@example.com")
    token = sign_in()
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.BrokenSelector"
    settings.DEBUG = True

    replies = [
        ask("mode=query", cookie=token),
        ask("mode=query", cookie=token, auth=RIGHT),
        ask(f"mode=query&sessid={token}"),
        ask("mode=checkauth", auth=WRONG),
        ask("mode=query", cookie=token + "x"),
        ask(f"mode=dance&sessid={token}", auth=RIGHT),
        ask(f"mode=query&version=nonsense&sessid={token}", auth=RIGHT),
        ask("mode=import&filename=a.xml", cookie=token),
        ask("mode=success", cookie=token),
    ]

    for response in replies:
        reply = body(response)
        assert reply.startswith("failure\n")
        assert reply.count("\n") == 1
        for secret in (token, PASSWORD, SECRET, site_settings.SECRET_KEY, order.customer_name, "secretov"):
            assert secret not in reply
        for trace in ("Traceback", 'File "', ".py", "RuntimeError", "<html", "SELECT"):
            assert trace not in reply
    lines = [record.getMessage() for record in caplog.records]
    assert lines
    assert not [line for line in lines if token in line or PASSWORD in line]


def test_an_order_half_marked_is_not_marked(settings, ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.access.shop.BrokenMarker"
    assert INTERNAL.fullmatch(body(ask("mode=success", cookie=token)))
    assert not Order.objects.get().sent_to_1c

    del settings.ONEC_EXCHANGE_ORDER_MARKER
    assert body(ask("mode=success", cookie=token)) == "success"
    assert Order.objects.get().sent_to_1c


@pytest.mark.parametrize("setting", ["", "ru", "de"])
def test_adapters_are_asked_in_the_language_of_the_replies(settings, monkeypatch, ask, sign_in, setting):
    settings.ONEC_EXCHANGE_REPLY_LANGUAGE = setting
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.WatchingSelector"
    monkeypatch.setattr(WatchingSelector, "seen", [])

    body(ask("mode=query", cookie=sign_in(), headers={"Accept-Language": "fr"}))

    assert [language for _, language in WatchingSelector.seen] == [setting or "en"]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_sentences_come_in_the_language_of_the_setting(settings, ask, account, encoding):
    settings.ONEC_EXCHANGE_REPLY_LANGUAGE = "ru"
    settings.ONEC_EXCHANGE_ENCODING = encoding

    response = ask("mode=query")

    assert re.search("[а-яё]{3}", response.content.decode(encoding))
    assert "user name" not in response.content.decode(encoding)


def test_without_the_setting_they_come_in_the_language_of_the_site(settings, ask, account):
    settings.LANGUAGE_CODE = "ru"

    assert re.search("[а-яё]{3}", body(ask("mode=query")))


ERRORS = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.ExchangeError)
]
PARAMS = {
    "name": "mode",
    "minutes": 5,
    "what": "ONEC_EXCHANGE_ORDER_MODEL",
    "reference": "1a2b3c4d",
    "limit": 10485760,
    "reason": "The file ends in the middle, at line 3.",
}


@pytest.mark.parametrize("error", ERRORS)
def test_every_sentence_fits_where_unf_shows_it(error):
    with translation.override("ru"):
        for sentence in (error.message % PARAMS, translation.gettext(error.message) % PARAMS):
            assert 0 < len(sentence) < 255
            assert "<" not in sentence
            assert "\n" not in sentence
            assert sentence.endswith(".")


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in ERRORS]

    assert len(set(codes)) == len(codes) > 10


def test_a_failed_call_keeps_its_session_alive(settings, ask, sign_in):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.BrokenSelector"
    token = sign_in()

    ask("mode=query", cookie=token)

    assert body(ask("mode=init", cookie=token)).startswith("zip=")
    assert ExchangeSession.objects.count() == 1
