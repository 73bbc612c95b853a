"""The example shop in a real browser: they skip where there is none."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from django_onec_exchange.simulator import UT11
from tests.example.project import Shop

from .looks import complaints
from .onec import emulated_1c
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
def seeded(tmp_path_factory, chromium) -> Shop:
    """A shop with five orders, an administrator and a member of staff who sees orders alone."""
    shop = Shop(tmp_path_factory.mktemp("browser") / "shop").with_database()
    shop.manage("seed_shop", "--orders", "5", "--exchange-user", "1c", "--exchange-password", "secret")
    shop.manage("shell", "-v0", "-c", PEOPLE.format(password=PASSWORD))
    shutil.copy(shop.database, shop.folder / "seeded.sqlite3")
    return shop


@pytest.fixture(scope="session")
def address(seeded) -> Iterator[str]:
    with runserver(seeded) as address:
        yield address


@pytest.fixture
def shop(seeded, address) -> Shop:
    """The shop as it was before anybody exchanged with it, while its server runs."""
    kept, database = (sqlite3.connect(path) for path in (seeded.folder / "seeded.sqlite3", seeded.database))
    with closing(kept), closing(database):
        kept.backup(database)
    shutil.rmtree(seeded.folder / "audit_root", ignore_errors=True)
    return seeded


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
def admin(chromium, address, shop) -> Pages:
    return Pages(chromium, address).log_in("admin", PASSWORD)


@pytest.fixture
def staff(chromium, address, shop) -> Pages:
    return Pages(chromium, address).log_in("staff", PASSWORD)


@pytest.fixture(autouse=True)
def sound(chromium) -> Iterator[None]:
    """No page that a test meets has a script that fails or a static file that is missing."""
    yield
    assert complaints(chromium) == []


@pytest.fixture
def onec(address, shop) -> UT11:
    return emulated_1c(f"{address}/1c/exchange/")
