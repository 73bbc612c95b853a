"""The quickstart's and the README's examples run."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db.models.signals import post_delete, post_save
from django.urls import resolve
from django.utils.timezone import make_aware

from django_onec_exchange.views import ExchangeView
from tests.shop.models import Order, OrderItem

from .examples import in_tests
from .pages import DOCS, ROOT, blocks, sections


def test_the_documented_addresses_are_answered():
    for spelling in ("/1c/exchange", "/1c/exchange/", "/1c/1c_exchange.php", "/1c/1c_exchange.php/"):
        assert f"`{spelling}`" in (DOCS / "quickstart.md").read_text()
        assert resolve(spelling).func.view_class is ExchangeView


def test_example_of_two_mounts_is_answered_and_checked_without_a_warning(settings):
    _, source = [
        block
        for title in ("2. Settings and addresses", "8. Enter it in 1C")
        for block in blocks(sections(DOCS / "quickstart.md")[title], "python")
        if block.startswith("# urls.py")
    ]
    settings.ROOT_URLCONF = ModuleType("urls")
    exec(source, vars(settings.ROOT_URLCONF))

    assert run_checks(tags=["urls", "onec_exchange"]) == []
    for address in ("/1c/exchange", "/bitrix/admin/1c_exchange.php"):
        assert resolve(address).func.view_class is ExchangeView


def of_step_3(file: str) -> str:
    title = "3. How orders remember that they were sent"
    shown = blocks(sections(DOCS / "quickstart.md")[title], "python")
    (source,) = [source for source in shown if source.startswith(f"# {file}")]
    return in_tests(source)


def test_example_a_changed_row_changes_its_order(make_order):
    order = make_order()
    module: dict[str, Any] = {}
    exec(of_step_3("shop/freshness.py"), module)
    before = Order.objects.get(pk=order.pk).updated_at

    try:
        order.items.get().save()
    finally:
        for signal in (post_save, post_delete):
            signal.disconnect(module["touch_order"], sender=OrderItem)

    assert Order.objects.get(pk=order.pk).updated_at > before


def test_example_dates_of_other_names_are_looked_for():
    module: dict[str, Any] = {}
    exec(of_step_3("shop/exchange.py"), module)

    messages = [*module["ShopSelector"]().check(), *module["ShopMarker"]().check()]

    assert [message.msg.partition(", ")[0] for message in messages] == [
        "ShopSelector.created_at_field is 'placed_at'",
        "ShopMarker.updated_at_field is 'modified'",
    ]


def test_example_old_orders(make_order):
    (source,) = blocks(sections(DOCS / "quickstart.md")["4. Old orders"], "python")
    day = make_aware(datetime(2026, 11, 23))
    make_order(created_at=day - timedelta(seconds=1))
    make_order(created_at=day)

    exec(in_tests(source), {})

    assert list(Order.objects.order_by("pk").values_list("sent_to_1c", flat=True)) == [True, False]


@pytest.mark.django_db
def test_example_the_account():
    (source,) = blocks(sections(DOCS / "quickstart.md")["5. An account for 1C"], "python")

    exec(source, {})

    assert get_user_model().objects.get(username="1c").has_perm("django_onec_exchange.use_exchange")


def test_example_the_adapters_of_the_readme(example, settings, onec, make_order):
    readme = sections(ROOT / "README.md")
    classes, named, _ = blocks(readme["Fit it to your shop"], "python")
    example("Fit it to your shop", {"Fit it to your shop": f"```python\n{classes}```\n```python\n{named}```\n"})
    make_order()
    paid = make_order(is_paid=True, comment="до обеда")

    (sent,) = onec.fetch_orders().orders

    assert sent.number == f"{paid.pk:08d}"
    assert sent.comment == "до обеда\nСайт: Новый"
