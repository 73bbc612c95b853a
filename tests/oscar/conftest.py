"""An Oscar shop with goods and buyers, an account for 1C, and emulated 1Cs."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec

import django
import pytest

if find_spec("oscar") is not None:  # the settings import it; without it the tests are skipped
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.oscar.settings"
    django.setup()

from django.utils import timezone

from django_onec_exchange.simulator import UT11, DjangoTransport

ENDPOINT = "/1c/exchange/"


@pytest.fixture(autouse=True)
def private_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"  # Oscar keeps its "image not found" there
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "audit")
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0


@pytest.fixture
def account(db):
    from django.contrib.auth.models import Permission, User

    user = User.objects.create_user("1c", password="secret")
    user.user_permissions.add(Permission.objects.get(codename="use_exchange"))
    return user


@pytest.fixture
def make_onec(client, account):
    def make(kind=UT11, **options):
        return kind(DjangoTransport(client, ENDPOINT), username="1c", password="secret", **options)

    return make


@pytest.fixture
def onec(make_onec):
    return make_onec()


@pytest.fixture
def make_product(db):
    """Make a product with a stock record; the price is without VAT."""
    from oscar.test.factories import create_product

    def make(title="Чайник", price="250.00", sku="T-1", **fields):
        return create_product(
            title=title,
            price=Decimal(price),
            partner_sku=sku,
            partner_name="1С",
            num_in_stock=100,
            product_class="Товары",
            **fields,
        )

    return make


@pytest.fixture
def teapot(make_product):
    return make_product(code="bd72d8f9-55bc-11d9-848a-00112f43529a")


@pytest.fixture
def cup(make_product):
    return make_product("Чашка", "83.33", "C-1", code="bd72d8fa-55bc-11d9-848a-00112f43529a")


@pytest.fixture
def make_offer(db):
    """Make an offer on the whole basket: Oscar's benefit ``type`` of so much."""
    from oscar.core.loading import get_model

    def make(type="Percentage", value="10", **fields):
        goods = get_model("offer", "Range").objects.create(name=type, includes_all_products=True)
        benefit = get_model("offer", "Benefit").objects.create(range=goods, type=type, value=Decimal(value))
        condition = get_model("offer", "Condition").objects.create(range=goods, type="Count", value=1)
        return get_model("offer", "ConditionalOffer").objects.create(
            name=f"{type} {value}", benefit=benefit, condition=condition, **fields
        )

    return make


@pytest.fixture
def make_voucher(make_offer):
    from oscar.core.loading import get_model

    def make(code, type, value):
        day, now = timedelta(days=1), timezone.now()
        voucher = get_model("voucher", "Voucher").objects.create(
            name=code, code=code, start_datetime=now - day, end_datetime=now + day
        )
        voucher.offers.add(make_offer(type, value, offer_type="Voucher"))
        return voucher

    return make
