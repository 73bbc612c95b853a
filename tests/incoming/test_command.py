"""``manage.py onec_import``: the files of 1C without 1C."""

from __future__ import annotations

import zipfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from django_onec_exchange.models import ExchangeSession, ImportSession
from tests.shop.models import Order, Product

from . import files

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "webdata"
    path.mkdir()
    (path / "offers0_1.xml").write_bytes(files.offers({"a": "250.00"}))
    (path / "import0_1.xml").write_bytes(files.catalog(["a", "b"]))
    return path


def test_a_folder_is_imported_in_the_order_of_what_refers_to_what(shop, folder, capsys):
    call_command("onec_import", folder)

    assert [kind for kind, _ in shop.told] == ["products", "prices", "stocks"]
    assert names() == ["a", "b"]
    assert "import0_1.xml: done; CatalogInfo 1, Product 2" in capsys.readouterr().out


def test_a_file_and_an_archive_do_as_well(shop, folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("import0_1.xml", files.catalog(["c"]))

    call_command("onec_import", folder / "import0_1.xml")
    call_command("onec_import", tmp_path / "all.zip")

    assert names() == ["a", "b", "c"]


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(shop, folder, capsys, upload_root, audit_root):
    call_command("onec_import", folder, "--dry-run")

    assert "Product 2" in capsys.readouterr().out
    assert names() == []
    assert not ImportSession.objects.exists()
    assert not ExchangeSession.objects.exists()
    assert not list(upload_root.rglob("*.xml"))
    assert not audit_root.exists()


def test_a_dry_run_of_orders_counts_what_would_become_of_them(settings, make_order, tmp_path, capsys):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"posted": "accepted"}
    make_order(number="1001")
    path = tmp_path / "orders.xml"
    path.write_bytes(files.orders(files.order("1001", Проведен="true"), files.order("9999")))

    call_command("onec_import", path, "--dry-run")

    assert "changed 1, unknown 1" in capsys.readouterr().out
    assert Order.objects.get().status == "new"


def test_without_a_catalogue_handler_the_setting_is_named(db, folder, capsys):
    with pytest.raises(CommandError):
        call_command("onec_import", folder)

    told = capsys.readouterr().out
    assert "ONEC_EXCHANGE_CATALOG_HANDLER" in told
    assert "in 1C" not in told


def test_what_was_not_taken_is_named_and_is_an_error(shop, tmp_path, capsys):
    path = tmp_path / "import0_1.xml"
    path.write_bytes(files.catalog(["a", "stumble"]))

    with pytest.raises(CommandError):
        call_command("onec_import", path)

    assert "p-stumble: ValueError" in capsys.readouterr().out
    assert names() == ["a"]


def test_a_whole_catalogue_is_ended_only_if_one_says_so(shop, folder, tmp_path):
    call_command("onec_import", folder, "--complete")
    whole = tmp_path / "import0_1.xml"
    whole.write_bytes(files.catalog(["b"]))
    call_command("onec_import", whole)
    assert names() == ["a", "b"]
    assert shop.told[-1][0] == "products"

    call_command("onec_import", whole, "--complete", "--dry-run")
    assert names() == ["a", "b"]
    call_command("onec_import", whole, "--complete")

    assert names() == ["b"]
    assert shop.told[-2:] == [("forgotten", ["p-a"]), ("finish", [])]


def test_a_catalogue_with_errors_is_never_taken_for_whole(shop, folder, tmp_path):
    call_command("onec_import", folder)
    path = tmp_path / "import0_1.xml"
    path.write_bytes(files.catalog(["b", "stumble"]))

    with pytest.raises(CommandError):
        call_command("onec_import", path, "--complete")

    assert names() == ["a", "b"]


def test_buyers_are_refused_in_words_of_their_own(db, tmp_path, capsys):
    path = tmp_path / "contragents.xml"
    path.write_bytes(files.document("<Контрагенты><Контрагент><Ид>1</Ид></Контрагент></Контрагенты>"))

    with pytest.raises(CommandError):
        call_command("onec_import", path)

    told = capsys.readouterr().out
    assert "counterparties" in told
    assert "ONEC_EXCHANGE_CATALOG_HANDLER" not in told


@pytest.mark.parametrize("arguments", [["nowhere.xml"], [".", "--base", "unknown"]])
def test_mistakes_are_told(arguments):
    with pytest.raises(CommandError):
        call_command("onec_import", *arguments)


def test_a_broken_file_is_told_with_its_line(shop, tmp_path, capsys):
    path = tmp_path / "import0_1.xml"
    path.write_bytes(files.catalog(["a"])[:-10])

    with pytest.raises(CommandError):
        call_command("onec_import", path)

    assert "line 3" in capsys.readouterr().out
