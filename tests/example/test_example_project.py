"""The example project, driven from outside as its contract says: manage.py in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import django_onec_exchange

PROJECT = Path(__file__).resolve().parents[2] / "example_project"
FORMED_AT = re.compile(rb' \xd0\x94\xd0\xb0\xd1\x82\xd0\xb0[^=]+="[^"]*"')  # ДатаФормирования

#: Fetch the waiting orders over Django's test client and print the reply.
FETCH = """
import sys, django
django.setup()
from base64 import b64encode
from django.test import Client
basic = "Basic " + b64encode(b"1c:secret").decode()
client = Client(SERVER_NAME="localhost", headers={"User-Agent": "1C+Enterprise/8.3", "Authorization": basic})
client.get("/1c/exchange/?type=sale&mode=checkauth")
sys.stdout.buffer.write(client.get("/1c/exchange/?type=sale&mode=query").getvalue())
"""


class Shop:
    """The project with a database of its own in an empty folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEC_EXCHANGE_")}
        for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DEBUG", "ALLOWED_HOSTS", "LANGUAGE_CODE"):
            kept.pop(name, None)
        self.environ = kept | {
            "PYTHONPATH": str(Path(django_onec_exchange.__file__).parents[1]),
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(folder),
            "TERM": "dumb",
        }

    def with_database(self, migrated: Path | None = None) -> Shop:
        """Give it a file of its own: a copy of a migrated one, or one that is migrated now."""
        self.database = self.folder / "shop.sqlite3"
        self.environ["DATABASE_URL"] = f"sqlite:///{self.database}"
        self.environ["ONEC_EXCHANGE_AUDIT_ROOT"] = f'"{self.folder / "logs"}"'
        if migrated is None:
            self.manage("migrate", "-v0")
        else:
            shutil.copy(migrated, self.database)
        return self

    def manage(self, *arguments: str, succeeds: bool = True, **environ: str) -> str:
        """Run a command of manage.py and return what it wrote."""
        done = self.python("manage.py", *arguments, **environ)
        output = (done.stdout + done.stderr).decode()
        assert (done.returncode == 0) is succeeds, output
        return output

    def orders_xml(self) -> bytes:
        """What 1C would be given now, without the moment at which it was made."""
        done = self.python("-c", FETCH, DJANGO_SETTINGS_MODULE="example.settings")
        assert done.returncode == 0, done.stderr.decode()
        assert FORMED_AT.search(done.stdout)
        return FORMED_AT.sub(b"", done.stdout)

    def python(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=PROJECT,
            env=self.environ | environ,
            capture_output=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("example") / "migrated").with_database().database


@pytest.fixture
def new_shop(tmp_path, migrated):
    return lambda name: Shop(tmp_path / name).with_database(migrated)


@pytest.fixture
def shop(new_shop):
    return new_shop("shop")


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


def test_the_demo_delivers_every_order_and_shows_it(tmp_path):
    shop = Shop(tmp_path / "demo")
    before = sorted(PROJECT.glob("*"))

    output = shop.manage("demo", "--orders", "60")

    assert output.count("1С получила 60 из 60, отмечено переданными 60") == 2
    assert output.count("Не переданы и записаны с причиной 10 из 10") == 2
    assert "передан " in output
    for path in re.findall(r"^  (/.*\.xml)$", output, re.MULTILINE):
        assert Path(path).is_relative_to(shop.folder)
        assert Path(path).stat().st_size
    assert sorted(PROJECT.glob("*")) == before, "without --keep the demo leaves this project alone"


def test_the_demo_works_again_in_a_database_that_has_orders(shop):
    shop.manage("demo", "--orders", "5", "--keep")

    output = shop.manage("demo", "--orders", "5", "--keep")

    assert output.count("1С получила 5 из 5, отмечено переданными 5") == 2


def test_the_demo_fails_if_1c_did_not_get_the_orders(tmp_path):
    """A stock 1C finds nothing inside the containers of 3.1, and says success all the same."""
    shop = Shop(tmp_path / "demo")

    output = shop.manage("demo", "--orders", "5", succeeds=False, ONEC_EXCHANGE_FORCED_VERSION='"3.1"')

    assert "Заказ 00000001 не дошёл до 1С." in output
