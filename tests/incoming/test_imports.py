"""``import``: a file is applied once, in slices, and 1C is told the truth about it."""

from __future__ import annotations

import pytest
from django.db import transaction

from django_onec_exchange.models import ImportSession
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.shop.models import Product

from . import files

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


@pytest.mark.parametrize("zipped", [False, True], ids=["files", "zip"])
@pytest.mark.parametrize("kind", [UT11, UNF, BitrixModule])
def test_a_catalogue_reaches_the_shop(settings, make_onec, shop, kind, zipped):
    settings.ONEC_EXCHANGE_ZIP_UPLOADS = zipped
    options = {"seconds_before_import": 0} if kind is UNF else {}
    onec = make_onec(kind, **options)

    report = onec.send_catalog(
        {
            "import0_1.xml": files.catalog(["Чайник", "Кружка"]),
            "offers0_1.xml": files.offers({"Чайник": "250.00"}),
        }
    )

    assert report.error is None
    assert names() == ["Кружка", "Чайник"]
    assert ("prices", ["p-Чайник 250.00"]) in shop.told
    assert ("stocks", ["p-Чайник 3"]) in shop.told


def test_an_import_in_slices_goes_on_exactly_where_it_stopped(settings, make_onec, shop):
    settings.ONEC_EXCHANGE_IMPORT_TIME_SLICE = 1e-9
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    onec = make_onec()

    report = onec.send_catalog({"import0_1.xml": files.catalog([f"Товар {n}" for n in range(7)])})

    assert report.error is None
    assert [len(ids) for kind, ids in shop.told] == [2, 2, 2, 1]
    assert report.files[0].polls > 3
    assert len(names()) == 7


def test_a_product_that_does_not_fit_is_named_and_the_others_go_on(make_onec, shop, caplog):
    onec = make_onec()

    report = onec.send_catalog({"import0_1.xml": files.catalog(["a", "stumble", "b"])})

    assert report.error is None
    assert names() == ["a", "b"]
    record = ImportSession.objects.get()
    assert (record.applied_count, record.failed_count) == (2, 1)
    assert record.problems == [["p-stumble", "ValueError"]]
    assert "p-stumble" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_the_shop_does_after_a_chunk_may_fail_and_nothing_is_skipped(settings, make_onec, shop, monkeypatch):
    """Such as a full disk, when pictures are copied."""
    settings.ONEC_EXCHANGE_IMPORT_TIME_SLICE = 1e-9
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    save = shop.save_products

    def with_pictures(self, products, context):
        save(self, products, context)
        transaction.on_commit(full_disk)

    def full_disk():
        raise OSError("no space left on device")

    monkeypatch.setattr(shop, "save_products", with_pictures)

    report = make_onec().send_catalog({"import0_1.xml": files.catalog([f"Товар {n}" for n in range(8)])})

    assert report.error is None
    assert len(names()) == 8
    assert ImportSession.objects.get().position == 9
