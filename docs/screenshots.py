"""Make the pictures of docs/admin.md out of the example shop: ``python -m docs.screenshots`` at the root.

It needs Chromium and ``pip install -e ".[test,browser]"``; look at what it made before you commit it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from django_onec_exchange.simulator import UT11, HttpTransport
from tests.browser.chromium import start
from tests.browser.pages import CSS, Pages
from tests.browser.served import runserver
from tests.example.project import Shop

IMAGES = Path(__file__).parent / "images"
PASSWORD = "for the pictures alone"  # noqa: S105  # of a shop that lives a minute
_SPREAD = """
from datetime import timedelta
from django_onec_exchange.models import OrderBatch
for number, batch in enumerate(OrderBatch.objects.order_by("-pk")):
    earlier = timedelta(days=number)
    batch.order_count = 4 + number * 7 % 9  # so that the days differ
    batch.marked_count = batch.confirmed_at and batch.order_count or 0
    batch.created_at -= earlier
    batch.confirmed_at = batch.confirmed_at and batch.confirmed_at - earlier
    batch.save()
"""


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = Shop(folder / "shop").with_database()
        seeding = ("seed_shop", "--exchange-user", "1c", "--exchange-password", "secret")
        shop.manage(*seeding, "--orders", "330", "--broken", "4")
        shop.manage(
            "createsuperuser", "--noinput", "--username=admin", "--email=", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        with runserver(shop, ONEC_EXCHANGE_QUERY_LIMIT="11", ONEC_EXCHANGE_SKIPPED_RETRY_INTERVAL="1") as address:
            onec = UT11(HttpTransport(f"{address}/1c/exchange/"), username="1c", password="secret")  # noqa: S106
            for number in range(30):
                onec.fetch_orders(confirm=number != 11)
            shop.manage("shell", "-v0", "-c", _SPREAD)
            chromium = start(folder / "profile", folder, size="1200,1000")
            try:
                _take(Pages(chromium, address).log_in("admin", PASSWORD))
            finally:
                chromium.quit()


def _take(admin: Pages) -> None:
    _save(admin.open("/admin/django_onec_exchange/infobase/"), "overview")
    _save(admin.open("/admin/shop/order/121/onec/"), "timeline")
    _save(admin.open("/admin/django_onec_exchange/skippedorder/"), "skipped")
    _save(admin.act("mark_as_sent"), "by-hand")


def _save(admin: Pages, name: str) -> None:
    remove = "document.querySelectorAll('#nav-sidebar, #toggle-nav-sidebar').forEach(one => one.remove())"
    admin.chromium.set_window_size(1200, 400)
    admin.chromium.execute_script(remove)
    height = admin.chromium.find_element(CSS, "#content").size["height"]
    admin.chromium.set_window_size(1200, min(1200, height + 140))
    admin.chromium.save_screenshot(str(IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main()
