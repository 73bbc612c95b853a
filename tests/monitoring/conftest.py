"""A site whose exchange may be ill in many ways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.health import Finding, examine
from django_onec_exchange.simulator import Infobase
from tests.incoming.conftest import post  # noqa: F401


@pytest.fixture
def takes_files(settings, tmp_path):
    """The site takes catalogues, and keeps 1C waiting for none."""
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"


@pytest.fixture
def codes(db):
    """Examine a base and return the codes of what was found, the worst first."""
    return lambda base="default": [finding.code for finding in examine(base)]


@pytest.fixture
def finding(db):
    """Examine a base, expect one finding with this code, and return it."""

    def find(code: str, base: str = "default") -> Finding:
        (found,) = [one for one in examine(base) if one.code == code]
        return found

    return find


@pytest.fixture
def later(time_machine):
    """Let time pass: ``later(hours=3)``."""

    def pass_(**span: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(**span))

    return pass_


@pytest.fixture
def refusing(make_onec):
    """Exchange so many times with a 1C that refuses the orders with these numbers."""

    def run(times: int, *numbers: str) -> None:
        infobase = Infobase(refuse=lambda order: order.number in numbers)
        for _ in range(times):
            make_onec(infobase=infobase).fetch_orders()

    return run
