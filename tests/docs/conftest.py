"""What the examples of the documentation need."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from types import ModuleType

import pytest
from django.utils import timezone

from django_onec_exchange import simulator
from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.testing import assert_adapter
from tests.shop.models import Address, Customer, Order, Sale

from .examples import ADAPTERS, in_tests
from .pages import blocks


@pytest.fixture
def example(settings, monkeypatch):
    """Run the examples of a section as the module ``shop.exchange``, and take over the settings they show."""

    def load(heading: str, text: dict[str, str] = ADAPTERS) -> ModuleType:
        module = ModuleType("shop.exchange")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for source in blocks(text[heading], "python"):
            exec(compile(in_tests(source), heading, "exec"), vars(module))
        for name, value in vars(module).items():
            if name.startswith("ONEC_EXCHANGE_"):
                setattr(settings, name, value)
        return module

    return load


@pytest.fixture
def company(db) -> Customer:
    return Customer.objects.create(
        company_name="Общество с ограниченной ответственностью «Пример»",
        inn="7701234567",
        kpp="770101001",
        email="buy@example.com",
    )


@pytest.fixture
def address(db) -> Address:
    return Address.objects.create(postal_code="101000", city="Москва", street="Мясницкая", house="1")


@pytest.fixture
def read():
    """Return a function that has an emulated UT read an order as the example's serializer makes it."""

    def read(order: Order, serializer: type[OrderSerializer]):
        return assert_adapter(Order.objects.get(pk=order.pk), serializer=serializer)

    return read


@pytest.fixture
def sale(product) -> Sale:
    """An order that has none of the well-known names."""
    sale = Sale.objects.create(
        ref="S-17",
        placed=timezone.now() - timedelta(hours=1),
        who="Иван Образцов",
        mail="ivan@example.com",
        to_pay=Decimal(500),
        ship_to="Тверь, Советская 1",
    )
    sale.bought.create(goods=product, label="Чайник", cost=Decimal(250), pieces=2)
    return sale


@pytest.fixture
def take_in(settings, make_onec, tmp_path, django_capture_on_commit_callbacks):
    """Return a function that has an emulated 1C send files to the shop."""
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    onec = make_onec(simulator.BitrixModule)

    def take_in(sent: dict[str, bytes], *, full: bool = False) -> simulator.UploadReport:
        with django_capture_on_commit_callbacks(execute=True):
            of_orders = any(name.startswith("orders") for name in sent)
            report = onec.send_orders(sent) if of_orders else onec.send_catalog(sent, full=full)
        assert report.error is None
        return report

    return take_in
