"""The exchange as metrics."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from django_onec_exchange.contrib.prometheus import ExchangeCollector

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.monitoring.urls")]

TOKEN = "a token of this site alone"


@pytest.fixture
def scrape(settings):
    """Ask as Prometheus does, and return what ``(name, base)`` is; of findings, the codes."""
    settings.ONEC_EXCHANGE_METRICS_TOKEN = TOKEN

    def ask() -> dict:
        response = Client().get("/1c/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        return read(response.content.decode())

    return ask


def read(text: str) -> dict:
    values: dict = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name, base = sample.name.removeprefix("onec_exchange_"), sample.labels["base"]
            if name == "finding":
                values.setdefault((name, base), {})[sample.labels["code"]] = sample.labels["level"]
            else:
                values[name, base] = sample.value
    return values


def test_the_figures_follow_the_exchange(onec, make_order, scrape):
    make_order()
    make_order(rows=0)
    onec.fetch_orders()
    make_order()

    figures = scrape()

    assert figures["orders_waiting", "default"] == 1
    assert figures["orders_skipped", "default"] == 1
    assert figures["status", "default"] == 1
    assert figures["finding", "default"] == {"orders-skipped": "warning"}
    assert abs(figures["last_contact_timestamp_seconds", "default"] - timezone.now().timestamp()) < 60
    assert abs(figures["last_confirmation_timestamp_seconds", "default"] - timezone.now().timestamp()) < 60
    assert figures["exchanges_unconfirmed", "default"] == 0


def test_what_is_wrong_twice_is_one_series(settings, tmp_path, onec):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path)
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"
    onec.send_catalog({"import0_1.xml": b"<no XML"})
    onec.send_orders({"orders.xml": b"<no XML"})
    registry = CollectorRegistry()
    registry.register(ExchangeCollector())

    lines = [line for line in generate_latest(registry).decode().splitlines() if "import-failed" in line]

    assert lines == ['onec_exchange_finding{base="default",code="import-failed",level="error"} 1.0']


def test_what_never_happened_has_no_moment(scrape):
    figures = scrape()

    assert figures["status", "default"] == 1
    assert ("last_contact_timestamp_seconds", "default") not in figures


def test_each_base_has_figures_of_its_own(onec, make_order, scrape, later):
    make_order()
    onec.fetch_orders()
    later(hours=27)

    figures = scrape()

    assert (figures["status", "default"], figures["status", "second"]) == (2, 2)
    assert figures["finding", "default"] == {"silent": "error"}
    assert figures["finding", "second"] == {"waits-long": "error", "never-came": "warning"}
    assert (figures["orders_waiting", "default"], figures["orders_waiting", "second"]) == (0, 1)


def test_a_1c_that_is_ill_is_seen(make_order, refusing, scrape):
    for _ in range(4):
        make_order()
    refusing(7, "1001", "1002", "1003", "1004")

    figures = scrape()

    assert figures["exchanges_unconfirmed", "default"] == 6
    assert figures["orders_suspected", "default"] > 0


def test_a_site_that_is_not_set_up_still_says_so(settings, scrape):
    settings.ONEC_EXCHANGE_ORDER_MODEL = ""

    figures = scrape()

    assert figures["status", "default"] == 2
    assert figures["finding", "default"] == {"not-configured": "error"}
    assert ("orders_waiting", "default") not in figures


def test_nothing_that_tells_of_a_buyer_is_in_the_metrics(make_order, onec):
    make_order(customer_name="Иван Скрытный", customer_email="hidden@example.com")
    onec.fetch_orders()
    registry = CollectorRegistry()
    registry.register(ExchangeCollector())

    text = generate_latest(registry).decode()

    assert "Скрытный" not in text and "hidden" not in text and "1001" not in text


# -- who may read them


@pytest.mark.parametrize(
    "given", [None, "Bearer wrong", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_who_has_not_the_token_is_refused(scrape, given):
    response = Client().get("/1c/metrics", headers={"Authorization": given} if given else {})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert b"onec_exchange_" not in response.content


@pytest.mark.parametrize("given", [None, "Bearer ", "Bearer"])
def test_without_a_token_in_the_settings_nobody_gets_in_by_one(given):
    response = Client().get("/1c/metrics", headers={"Authorization": given} if given else {})

    assert response.status_code == 401


def test_people_who_may_see_the_exchange_see_the_metrics(client):
    user = get_user_model().objects.create_user("manager", password="x")
    client.force_login(user)
    assert client.get("/1c/metrics").status_code == 401

    user.user_permissions.add(Permission.objects.get(codename="view_exchangesession"))

    response = client.get("/1c/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert "no-store" in response["Cache-Control"]


def test_the_account_of_1c_sees_no_metrics(client, account):
    client.force_login(account)

    assert client.get("/1c/metrics").status_code == 401


def test_prometheus_gets_the_format_it_asks_for(settings):
    settings.ONEC_EXCHANGE_METRICS_TOKEN = TOKEN
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/openmetrics-text; version=1.0.0"}

    response = Client().get("/1c/metrics", headers=headers)

    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


# -- beside other metrics


def test_to_register_the_collector_asks_no_database(django_assert_num_queries):
    registry = CollectorRegistry()

    with django_assert_num_queries(0):
        registry.register(ExchangeCollector())

    with pytest.raises(ValueError, match="Duplicated"):
        registry.register(ExchangeCollector())


def test_a_database_that_fails_does_not_take_the_other_metrics_along(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(QuerySet, "_fetch_all", fail)
    registry = CollectorRegistry()
    registry.register(ExchangeCollector())

    text = generate_latest(registry).decode()

    assert "# TYPE onec_exchange_status gauge" in text
    assert "onec_exchange_status{" not in text
    assert "could not be read" in caplog.text


def test_a_scrape_counts_no_whole_table(onec, make_order, scrape, django_assert_max_num_queries):
    make_order()
    onec.fetch_orders()

    with django_assert_max_num_queries(70) as queries:
        scrape()

    counts = [one["sql"] for one in queries.captured_queries if "COUNT(" in one["sql"]]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)
