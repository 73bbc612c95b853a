"""Which CommerceML version a client gets, and that it is remembered."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from django_onec_exchange.models import ExchangeSession, OrderBatch
from django_onec_exchange.protocol.errors import NotConfigured
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.conftest import body
from tests.shop.models import Order

from .conftest import RIGHT

pytestmark = pytest.mark.django_db

STOCK, OTHER = "1C+Enterprise/8.3.24", "python-requests/2.31"
Profile = ExchangeSession.Profile


def version_of(document: str) -> str:
    found = re.search('ВерсияСхемы="([^"]+)"', document)
    assert found, document[:200]
    assert ("<Контейнер>" in document) == (found[1] == "3.1")
    return found[1]


@pytest.fixture
def get_version(ask, make_order):
    """Return the version of the orders that a client gets who declares something in ``init``, or nothing."""
    make_order()

    def get(declared: str, agent: str = OTHER) -> str:
        headers = {"User-Agent": agent}
        response = ask("type=sale&mode=checkauth", auth=RIGHT, headers=dict(headers))
        token = body(response).split("\n")[2]
        if declared:
            init = body(ask(f"type=sale&mode=init&{declared}", cookie=token, headers=dict(headers)))
            promised = init.split("\nversion=")[1]
        document = body(ask("type=sale&mode=query", cookie=token, headers=dict(headers)))
        version = version_of(document)
        session = ExchangeSession.objects.latest("pk")
        assert session.version == version == OrderBatch.objects.latest("pk").version
        assert not declared or promised == version
        return version

    return get


@pytest.mark.parametrize("agent", [STOCK, OTHER], ids=["1C", "other"])
@pytest.mark.parametrize(
    ("declared", "version"),
    [
        ("version=1.0", "2.05"),  # older than all: the oldest there is
        ("version=2.04", "2.05"),
        ("version=2.05", "2.05"),
        ("version=2.5", "2.05"),
        ("version=2.07", "2.05"),
        ("version=2.08", "2.08"),
        ("version=2.8", "2.08"),
        ("version=2.09", "2.08"),
        ("version=2.9", "2.08"),
        ("version=2.10", "2.10"),  # ten is more than nine
        ("version=2.99", "2.10"),
        ("version=3.0", "2.10"),
        ("version=3.1", "3.1"),
        ("version=3.01", "3.1"),
        ("version=3.2", "3.1"),
        ("version=99.99", "3.1"),
        ("version=%203.1%20", "3.1"),
        ("version=2.09&cmlVersion=2.10", "2.10"),  # UNF
        ("cmlVersion=2.08", "2.08"),
    ],
)
def test_who_declares_a_version_gets_the_newest_not_above_it(get_version, account, agent, declared, version):
    assert get_version(declared, agent) == version


@pytest.mark.parametrize(
    ("agent", "version"),
    [
        ("1C+Enterprise/8.3", "2.10"),
        ("1C+Enterprise/8.2.19.130", "2.10"),
        ("python-requests/2.31", "3.1"),
        ("Mozilla/5.0 1C+Enterprise/8.3", "3.1"),
        ("", "3.1"),
    ],
)
def test_who_declares_none_is_told_by_its_program(get_version, account, agent, version):
    assert get_version("", agent) == version


@pytest.mark.parametrize("version", ["2.05", "2.08", "2.10"])
def test_the_version_of_stock_clients_is_a_setting(settings, get_version, account, version):
    settings.ONEC_EXCHANGE_STOCK_CLIENT_VERSION = version

    assert get_version("", STOCK) == version
    assert get_version("", OTHER) == "3.1"


@pytest.mark.parametrize("version", ["3.1", "2.09", "", None, ["2.10"]])
def test_a_stock_client_is_never_given_containers(settings, ask, sign_in, make_order, version):
    make_order()
    token = sign_in(headers={"User-Agent": STOCK})
    settings.ONEC_EXCHANGE_STOCK_CLIENT_VERSION = version

    answers = [
        body(ask(f"mode={mode}", cookie=token, headers={"User-Agent": STOCK}))
        for mode in ("init", "query", "success")
    ]

    assert answers == [f"failure\n{NotConfigured(what='ONEC_EXCHANGE_STOCK_CLIENT_VERSION')}"] * 3
    assert not Order.objects.get().sent_to_1c


@pytest.mark.parametrize(
    ("newest", "declared", "version"),
    [("2.08", "version=3.1", "2.08"), ("2.10", "version=3.1", "2.10"), ("2.08", "version=2.05", "2.05")],
)
def test_the_newest_version_of_the_site_is_a_setting(settings, get_version, account, newest, declared, version):
    settings.ONEC_EXCHANGE_COMMERCEML_VERSION = newest

    assert get_version(declared) == version
    assert get_version("") == newest


@pytest.mark.parametrize("forced", ["2.05", "2.08", "2.10", "3.1"])
@pytest.mark.parametrize("declared", ["", "version=2.08", "version=3.1", "version=2.09&cmlVersion=2.10"])
@pytest.mark.parametrize("agent", [STOCK, OTHER], ids=["1C", "other"])
def test_one_version_can_be_forced_on_everybody(settings, get_version, account, forced, declared, agent):
    settings.ONEC_EXCHANGE_FORCED_VERSION = forced

    assert get_version(declared, agent) == forced


def test_what_was_declared_once_holds_for_the_whole_session(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    ask("mode=init&version=2.08", cookie=token)

    cache.clear()

    for _ in range(2):
        assert version_of(body(ask("mode=query", cookie=token))) == "2.08"
    session = ExchangeSession.objects.get()
    assert (session.declared_version, session.version, session.profile) == ("2.08", "2.08", Profile.VERSIONED)


def test_it_may_be_declared_at_any_call_and_the_last_one_counts(ask, account, make_order):
    make_order()
    token = body(ask("mode=checkauth&version=2.05", auth=RIGHT)).split("\n")[2]
    assert ExchangeSession.objects.get().version == "2.05"

    assert version_of(body(ask("mode=query&version=3.1", cookie=token))) == "3.1"
    assert ExchangeSession.objects.get().declared_version == "3.1"


def test_what_one_session_declared_is_nothing_to_another(ask, sign_in, make_order):
    make_order()
    one, other = sign_in(), sign_in()
    ask("mode=init&version=2.05", cookie=one)

    assert version_of(body(ask("mode=query", cookie=other))) == "3.1"
    assert version_of(body(ask("mode=query", cookie=one))) == "2.05"


def test_a_version_declared_with_credentials_alone_is_remembered_too(ask, account, make_order):
    make_order()

    assert body(ask("mode=init&version=2.08", auth=RIGHT)).endswith("\nversion=2.08")

    assert version_of(body(ask("mode=query", auth=RIGHT))) == "2.08"


def test_a_nonsense_version_leaves_what_was_agreed(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    ask("mode=init&version=2.08", cookie=token)

    assert body(ask("mode=init&version=nonsense", cookie=token)).startswith("failure\n")

    assert ExchangeSession.objects.get().declared_version == "2.08"
    assert version_of(body(ask("mode=query", cookie=token))) == "2.08"


@pytest.mark.parametrize(
    ("kind", "options", "profile"),
    [
        (UT11, {}, Profile.STOCK),
        (UNF, {"bitrix": True}, Profile.STOCK),
        (UNF, {"subordinate": True}, Profile.SUBORDINATE),
        (BitrixModule, {"version": "2.08"}, Profile.VERSIONED),
        (UT11, {"user_agent": "curl/8"}, Profile.OTHER),
    ],
)
def test_who_the_client_is_stands_on_the_session(make_onec, make_order, kind, options, profile):
    make_order()

    make_onec(kind, **options).fetch_orders()

    assert ExchangeSession.objects.get().profile == profile


def test_a_stock_client_never_gets_containers_it_would_not_see(onec, make_order):
    make_order()

    report = onec.fetch_orders()

    assert [order.number for order in report.orders] == ["1001"]
