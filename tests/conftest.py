"""What the tests share: a shop with orders, an account for 1C, and emulated 1Cs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from django_onec_exchange.simulator import UT11, DjangoTransport, OneCClient

from .shop.models import Order, OrderItem, Product

hypothesis_settings.register_profile("tests", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.register_profile("fuzz", deadline=None, max_examples=5000)  # by hand, and new ones each time
hypothesis_settings.load_profile("tests")

collect_ignore = ["oscar"]  # a project of its own: `pytest tests/oscar`

ENDPOINT = "/1c/exchange/"
SECOND = "/1c/second/exchange/"  # the address of another base
USERNAME, PASSWORD = "1c", "secret"


@pytest.fixture(autouse=True)
def audit_root(settings, tmp_path):
    """Audit copies of each test lie apart."""
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "audit")
    return tmp_path / "audit"


def ids(messages) -> set[str]:
    return {message.id.removeprefix("onec_exchange.") for message in messages}


@pytest.fixture
def found():
    """Return our messages of ``manage.py check``, as the whole project runs it."""

    def run():
        return [message for message in run_checks() if (message.id or "").startswith("onec_exchange.")]

    return run


@pytest.fixture
def make_account(db) -> Callable[..., User]:
    def make(username: str = USERNAME, password: str = PASSWORD, *, permitted: bool = True) -> User:
        user = get_user_model().objects.create_user(username, password=password)
        if permitted:
            user.user_permissions.add(Permission.objects.get(codename="use_exchange"))
        return user

    return make


@pytest.fixture
def account(make_account) -> User:
    """The user 1C signs in as."""
    return make_account()


@pytest.fixture
def product(db) -> Product:
    return Product.objects.create(
        onec_id="bd72d8f9-55bc-11d9-848a-00112f43529a", name="Чайник", sku="T-1", unit="шт"
    )


@pytest.fixture
def make_order(product) -> Callable[..., Order]:
    """Make an order of two teapots for 500, by a guest, one minute after the one before."""
    made = 0

    def make(*, rows: int = 1, price: str = "250", quantity: str = "2", **fields: Any) -> Order:
        nonlocal made
        made += 1
        fields.setdefault("number", f"{1000 + made}")
        fields.setdefault("created_at", timezone.now() - timedelta(days=1) + timedelta(minutes=made))
        fields.setdefault("customer_name", f"Покупатель {made}")
        fields.setdefault("customer_email", f"buyer{made}@example.com")
        order = Order.objects.create(**fields)
        for _ in range(rows):
            OrderItem.objects.create(
                order=order, product=product, price=Decimal(price), quantity=Decimal(quantity)
            )
        return order

    return make


@pytest.fixture
def site() -> Client:
    """A client of the site as 1C meets it: errors are replies, and CSRF is checked."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def make_onec(site, account) -> Callable[..., Any]:
    """Make an emulated 1C that knows the account; UT 11.5 unless told otherwise."""

    def make(kind: type[OneCClient] = UT11, *, path: str = ENDPOINT, **options: Any) -> Any:
        options.setdefault("username", USERNAME)
        options.setdefault("password", PASSWORD)
        return kind(DjangoTransport(site, path), **options)

    return make


@pytest.fixture
def onec(make_onec) -> UT11:
    return make_onec()


@pytest.fixture
def ask(site) -> Callable[..., Any]:
    """Send one call as it is: ``ask("mode=query", cookie=token)`` returns the HTTP response."""

    def send(query: str, *, path: str = ENDPOINT, auth: str | None = None, cookie: str = "", **extra: Any) -> Any:
        headers: dict[str, str] = extra.pop("headers", {})
        if auth is not None:
            headers["Authorization"] = "Basic " + b64encode(auth.encode()).decode()
        if cookie:
            headers["Cookie"] = f"onec_exchange={cookie}"
        return site.get(f"{path}?{query}", headers=headers, **extra)

    return send


@pytest.fixture
def sign_in(ask, account) -> Callable[..., str]:
    """Play ``checkauth`` and return the token."""

    def sign(path: str = ENDPOINT, auth: str = f"{USERNAME}:{PASSWORD}", **extra: Any) -> str:
        response = ask("type=sale&mode=checkauth", path=path, auth=auth, **extra)
        return response.content.decode().split("\n")[2]

    return sign


def body(response: Any) -> str:
    """Return the text of a reply, streamed or not, read to its end."""
    raw: bytes = response.getvalue() if response.streaming else response.content
    return raw.decode()
