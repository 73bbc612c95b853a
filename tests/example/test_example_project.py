"""The example project, driven from outside as its contract says: manage.py in a process of its own."""

from __future__ import annotations

import re

import pytest


def seed(shop, *arguments):
    return shop.manage("seed_shop", "--exchange-user", "1c", "--exchange-password", "secret", *arguments)


def test_the_project_checks_clean_and_its_migrations_are_complete(shop):
    assert "no issues" in shop.manage("check")
    shop.manage("makemigrations", "--check", "--dry-run")


def test_the_tests_an_integrator_would_write_pass(shop):
    shop.manage("test", "shop")


def test_the_same_seed_makes_the_same_orders_and_another_seed_makes_others(new_shop):
    first, second, third = new_shop("first"), new_shop("second"), new_shop("third")
    for shop, number in ((first, "7"), (second, "7"), (third, "8")):
        seed(shop, "--orders", "40", "--broken", "3", "--seed", number)

    expected = first.orders_xml()

    assert expected.count("<Номер>".encode()) == 40
    assert second.orders_xml() == expected
    assert third.orders_xml() != expected


def test_seeding_again_adds_as_many_orders_with_new_numbers(shop):
    for _ in range(2):
        seed(shop, "--orders", "15")

    numbers = re.findall("<Номер>([^<]*)</Номер>", shop.orders_xml().decode())

    assert numbers == [f"{number:08}" for number in range(1, 31)]


def test_seeding_wants_user_and_password_together(shop):
    assert "--exchange-password" in shop.manage("seed_shop", "--exchange-user", "1c", succeeds=False)


def test_settings_come_from_the_environment_as_json(shop):
    seed(shop, "--orders", "5")

    shop.environ["ONEC_EXCHANGE_QUERY_LIMIT"] = "2"

    assert shop.orders_xml().count("<Номер>".encode()) == 2
    assert "ONEC_EXCHANGE_ENCODING" in shop.manage("check", succeeds=False, ONEC_EXCHANGE_ENCODING="utf-8")


PLACE_AN_ORDER = """
import django
django.setup()
from django.utils import timezone
from shop.models import Order
Order.objects.create(placed_at=timezone.now(), email="buyer@example.com")
"""


@pytest.mark.parametrize("worker", ["", "1"], ids=["at once", "by a worker"])
def test_an_order_is_confirmed_by_mail(shop, worker):
    shop.environ["TASKS_WORKER"] = worker
    shop.environ["DEBUG"] = "0"  # with it the worker would restart itself on changes of the code
    placed = shop.python("-c", PLACE_AN_ORDER, DJANGO_SETTINGS_MODULE="example.settings")
    assert placed.returncode == 0, placed.stderr.decode()
    at_once = "To: buyer@example.com" in placed.stdout.decode()

    by_worker = worker and "To: buyer@example.com" in shop.manage("db_worker", "--batch", "--no-startup-delay")

    assert (at_once, bool(by_worker)) == (not worker, bool(worker))
