"""A shop that takes a catalogue, and uploads that lie apart for each test."""

from __future__ import annotations

import pytest

from .handlers import ShopCatalog
from .places import Place


@pytest.fixture(autouse=True)
def upload_root(settings, tmp_path):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    return tmp_path / "uploads"


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path / "place")


@pytest.fixture
def shop(settings):
    """Let the shop take a catalogue; returns what its handler was told."""
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"
    ShopCatalog.told = []
    return ShopCatalog


@pytest.fixture
def post(site):
    """Send a body as it is: ``post("mode=file&filename=a.xml", b"...", cookie=token)``."""

    def send(query, content, *, cookie, path="/1c/exchange/", **extra):
        headers = {"Cookie": f"onec_exchange={cookie}"}
        return site.post(
            f"{path}?{query}", data=content, content_type="application/octet-stream", headers=headers, **extra
        )

    return send
