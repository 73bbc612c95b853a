"""What the tests of access share: calls of any method, and proof that nothing was changed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from django_onec_exchange.models import ExchangeSession, InfoBase, OrderBatch, OrderDelivery, SkippedOrder
from django_onec_exchange.protocol.errors import ExchangeError
from tests.conftest import ENDPOINT, PASSWORD, USERNAME
from tests.shop.models import Order

RIGHT = f"{USERNAME}:{PASSWORD}"
WRONG = f"{USERNAME}:wrong"


def basic(credentials: str, encoding: str = "utf-8") -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(credentials.encode(encoding)).decode()


def refusal(error: type[ExchangeError], **params: object) -> str:
    """Return the body 1C gets for an error of this kind."""
    return f"failure\n{error(**params)}"


@pytest.fixture
def call(site) -> Callable[..., Any]:
    """Send a call by any HTTP method: ``call("POST", "mode=query", auth="user:password")``."""

    def send(
        method: str,
        query: str,
        *,
        path: str = ENDPOINT,
        auth: str | None = None,
        cookie: str = "",
        content: bytes = b"",
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> Any:
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = basic(auth)
        if cookie:
            headers["Cookie"] = f"onec_exchange={cookie}"
        return site.generic(
            method, f"{path}?{query}", content, "application/octet-stream", headers=headers, **extra
        )

    return send


@pytest.fixture
def snapshot(db) -> Callable[[], dict[str, Any]]:
    """Return all that an exchange may change, except when it was last heard of."""

    def take() -> dict[str, Any]:
        rows = {
            model.__name__: list(model._base_manager.order_by("pk").values())
            for model in (Order, InfoBase, ExchangeSession, OrderBatch, OrderDelivery, SkippedOrder)
        }
        for session in rows["ExchangeSession"]:
            del session["last_seen_at"]
        return rows | {"Django sessions": Session.objects.count()}

    return take
