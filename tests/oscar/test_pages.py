"""A guest buys on Oscar's own pages, and 1C gets the order."""

from __future__ import annotations

from decimal import Decimal

import pytest

pytest.importorskip("oscar", reason="django-oscar is not installed; `tox run -e oscar` installs it")

from django.urls import reverse
from oscar.core.loading import get_model

from .checkout import address

Order = get_model("order", "Order")


def test_what_a_guest_bought_on_the_pages_reaches_1c(client, onec, teapot):
    country = address().country
    country.is_shipping_country = True
    country.save()

    client.post(reverse("basket:add", args=[teapot.pk]), {"quantity": 2})
    client.post(reverse("checkout:index"), {"username": "anna@example.com", "options": "anonymous"})
    where = {"first_name": "Анна", "last_name": "Образцова", "line1": "Тверская ул., 1", "line4": "Москва"}
    client.post(
        reverse("checkout:shipping-address"),
        where | {"postcode": "125009", "country": "RU", "phone_number": "+79161234567"},
    )
    client.get(reverse("checkout:shipping-method"))  # the only one, which is free
    client.post(reverse("checkout:preview"), {"action": "place_order"})

    order = Order.objects.get()
    (received,) = onec.fetch_orders().orders
    assert received.number == order.number
    assert received.total == order.total_incl_tax == Decimal("500.00")
    assert received.counterparty.name == "Анна Образцова"
    assert received.counterparty.phones == ("+79161234567",)
    assert received.counterparty.address == "125009, Россия, Москва, Тверская ул., 1"
