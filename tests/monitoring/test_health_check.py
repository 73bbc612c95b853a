"""The exchange on the page of django-health-check."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.monitoring.urls")]


@pytest.fixture
def page():
    def get(path: str = "/health/") -> tuple[int, dict[str, str]]:
        response = Client().get(f"{path}?format=json")
        return response.status_code, response.json()

    return get


def test_an_exchange_that_lives_is_healthy(onec, make_order, page):
    make_order()
    onec.fetch_orders()

    assert page() == (200, {"OneCExchange(base='default')": "OK"})


def test_an_error_is_unhealthy_and_told_by_its_code(onec, page, later):
    onec.fetch_orders()
    later(hours=27)

    assert page() == (500, {"OneCExchange(base='default')": "Unavailable: silent"})


def test_a_warning_is_unhealthy_only_if_that_is_wanted(onec, make_order, page):
    make_order(rows=0)
    onec.fetch_orders()

    assert page()[0] == 200
    assert page("/health/strict/") == (500, {"OneCExchange(base='default')": "Warning: orders-skipped"})


def test_a_check_is_about_one_base(onec, page, later):
    onec.fetch_orders()
    later(hours=27)

    assert page("/health/second/")[0] == 200


def test_the_page_tells_no_order_and_no_sentence(make_order, refusing, page):
    for _ in range(4):
        make_order()
    refusing(7, "1001", "1002", "1003", "1004")

    code, checks = page()

    assert code == 500
    assert checks == {"OneCExchange(base='default')": "Unavailable: onec-ill"}


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [("health_check", "health_check", "health"), ("prometheus", "prometheus_client", "prometheus")],
)
def test_without_its_library_a_module_names_the_extra(module, package, extra):
    program = (
        "import sys, django\n"
        f"sys.modules[{package!r}] = None\n"
        "django.setup()\n"
        f"import django_onec_exchange.contrib.{module}\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )

    assert "ImproperlyConfigured: The " in done.stderr
    assert f'pip install "django-onec-exchange[{extra}]"' in done.stderr
