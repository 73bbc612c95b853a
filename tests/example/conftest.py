"""Shops of the example project, each with a database of its own."""

from __future__ import annotations

import pytest

from .project import PROJECT, Shop


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("example") / "migrated").with_database().database


@pytest.fixture
def new_shop(tmp_path, migrated):
    return lambda name: Shop(tmp_path / name).with_database(migrated)


@pytest.fixture
def shop(new_shop):
    return new_shop("shop")


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """The demo, played once: its shop, with all that it left, and what it said."""
    shop = Shop(tmp_path_factory.mktemp("demo") / "played")
    before = sorted(PROJECT.glob("*"))
    shop.output = shop.manage("demo", "--orders", "60")
    assert sorted(PROJECT.glob("*")) == before, "without --keep the demo leaves this project alone"
    (shop.folder,) = shop.folder.glob("onec-demo-*")
    shop.database = shop.folder / "db.sqlite3"
    return shop
