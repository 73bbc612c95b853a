"""An exchange to serialize for, and things that are no Django models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from django_onec_exchange.adapters import ExchangeContext, OrderSerializer, load_adapters
from django_onec_exchange.commerceml.documents import OrderDocument
from django_onec_exchange.commerceml.validation import check
from django_onec_exchange.models import InfoBase


@pytest.fixture
def context() -> ExchangeContext:
    """An exchange with a base that no database knows: serializing needs none."""
    return ExchangeContext(
        base=InfoBase(name="default"), cutoff=timezone.now(), version="2.10", adapters=load_adapters()
    )


@pytest.fixture
def serialize(context) -> Callable[..., OrderDocument]:
    """Serialize an order as a new exchange would."""

    def run(order: Any, serializer: type[OrderSerializer] = OrderSerializer) -> OrderDocument:
        return serializer().serialize(order, context)

    return run


@pytest.fixture
def problems(context) -> Callable[[OrderDocument], list[str]]:
    """Return the codes of what validation finds."""
    return lambda document: [problem.code for problem in check(document, stock=context.stock)]
