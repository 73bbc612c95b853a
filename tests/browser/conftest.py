"""The example shop in a real browser: they skip where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from django_onec_exchange.simulator import UT11, HttpTransport
from tests.example.project import Shop

from .pages import Pages
from .served import runserver

PASSWORD = "for the tests alone"
PEOPLE = """
from django.contrib.auth.models import Permission, User
User.objects.create_superuser("admin", password={password!r})
staff = User.objects.create_user("staff", password={password!r}, is_staff=True)
staff.user_permissions.add(Permission.objects.get(codename="view_order"))
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory, chromium) -> Shop:
    """A shop with five orders, an administrator and a member of staff who sees orders alone."""
    shop = Shop(tmp_path_factory.mktemp("browser") / "shop").with_database()
    shop.manage("seed_shop", "--orders", "5", "--exchange-user", "1c", "--exchange-password", "secret")
    shop.manage("shell", "-v0", "-c", PEOPLE.format(password=PASSWORD))
    return shop


@pytest.fixture(scope="session")
def address(shop) -> Iterator[str]:
    with runserver(shop) as address:
        yield address


@pytest.fixture(scope="session")
def downloads(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory, downloads) -> Iterator:
    pytest.importorskip("selenium", reason='needs Selenium: pip install -e ".[browser]"')
    from .chromium import installed, start

    if installed() is None:
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    driver = start(tmp_path_factory.mktemp("profile"), downloads)
    yield driver
    driver.quit()


@pytest.fixture
def admin(chromium, address) -> Pages:
    return Pages(chromium, address).log_in("admin", PASSWORD)


@pytest.fixture
def staff(chromium, address) -> Pages:
    return Pages(chromium, address).log_in("staff", PASSWORD)


@pytest.fixture
def onec(address):
    """An emulated 1C that exchanges with the shop over its socket."""
    return UT11(HttpTransport(f"{address}/1c/exchange/"), username="1c", password="secret")
