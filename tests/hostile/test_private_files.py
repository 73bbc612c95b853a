"""Audit copies and uploads hold personal data: no address of the site leads to them, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.test import Client

from django_onec_exchange.audit import get_storage
from django_onec_exchange.incoming.uploads import upload_root as uploads_lie_in
from django_onec_exchange.models import OrderBatch
from tests.conftest import body
from tests.incoming import files
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

SECRET = "Секретов"


@pytest.fixture
def kept(settings, tmp_path, onec, sign_in, post, make_order) -> list[Path]:
    """Where an audit copy and an upload lie, as on a site that set no folder of its own."""
    settings.BASE_DIR = tmp_path
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STATIC_ROOT = str(tmp_path / "static")
    settings.ONEC_EXCHANGE_AUDIT_ROOT = settings.ONEC_EXCHANGE_UPLOAD_ROOT = ""
    make_order(customer_name=SECRET)
    assert onec.fetch_orders().confirmed
    post("type=sale&mode=file&filename=orders.xml", files.orders(files.order(SECRET)), cookie=sign_in())
    found = [path for path in tmp_path.rglob("*.xml") if SECRET.encode() in path.read_bytes()]
    assert len(found) == 3  # the copy of what was sent, what came in, and its copy
    return found


def guesses(kept: list[Path], root: Path) -> set[str]:
    """Return the addresses under which a site might serve these files."""
    batch = OrderBatch.objects.get()
    names = {path.relative_to(root).as_posix() for path in kept} | {path.name for path in kept}
    names |= {batch.audit_file, f"{batch.pk}", f"{batch.pk}/download"}
    names |= {f"logs/{name}" for name in names} | {f"var/1c_exchange/logs/{name}" for name in names}
    prefixes = ["/", "/static/", "/media/", "/1c/", "/1c/exchange/", "/1c/exchange/..%2f..%2f", "/admin/onec/"]
    prefixes += ["/static/..%2f", "/media/../", "/media/..%2f", "/admin/django_onec_exchange/orderbatch/"]
    return {prefix + name for prefix in prefixes for name in names}


@pytest.mark.parametrize("who", ["a stranger", "1C", "a superuser"])
@pytest.mark.parametrize("serves_media", [False, True], ids=["as deployed", "as developed"])
def test_no_guessed_address_leads_to_a_private_file(
    settings, tmp_path, admin_user, sign_in, kept, serves_media, who
):
    if serves_media:
        settings.ROOT_URLCONF = "tests.hostile.media_urls"
    client = Client(raise_request_exception=False)
    if who == "a superuser":
        client.force_login(admin_user)
    cookie = {"Cookie": f"onec_exchange={sign_in()}"} if who == "1C" else {}

    for address in guesses(kept, tmp_path):
        response = client.get(address, headers=cookie)
        content = body(response)
        assert SECRET not in content, address
        assert response.status_code in (301, 302, 400, 401, 404) or content.startswith("failure\n"), address


def test_the_storage_of_the_copies_has_no_address_below_that_of_media(settings, kept):
    settings.MEDIA_URL = "/media/"

    assert not get_storage().url(OrderBatch.objects.get().audit_file).startswith("/media/")


def test_what_1c_calls_a_file_does_not_lead_out_of_its_folder(settings, tmp_path, sign_in, post, make_order):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    make_order(number="1001")
    token = sign_in()

    for name in (
        "..%5C..%5Cevil.xml",
        "....//evil.xml",
        "%2Fetc%2Fevil.xml",
        "a/..%2F..%2Fevil.xml",
        "%252e%252e/evil.xml",
    ):
        post(f"type=sale&mode=file&filename={name}", files.orders(files.order("1001")), cookie=token)

    inside = (uploads_lie_in(), Path(site_settings.ONEC_EXCHANGE_AUDIT_ROOT))
    for path in tmp_path.rglob("*evil.xml"):
        assert any(path.is_relative_to(folder) for folder in inside)
    assert not Order.objects.get().sent_to_1c
