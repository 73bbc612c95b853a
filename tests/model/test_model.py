"""The delivery guarantee (docs/delivery.md) against everything the model can think of.

``--hypothesis-profile=fuzz`` looks much harder, and each time elsewhere.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import Exchange

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # the dead close no files
]


@pytest.mark.parametrize(
    "marker",
    [
        "django_onec_exchange.adapters.OrderMarker",
        "django_onec_exchange.adapters.LedgerOrderMarker",
        "tests.exchange.adapters.LedgerByDate",
    ],
    ids=["fields", "ledger", "ledger by date"],
)
def test_every_order_arrives_and_none_is_marked_that_did_not(marker, settings, account, audit_root, tmp_path):
    settings.ONEC_EXCHANGE_ORDER_MARKER = marker
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 3
    nowhere = tmp_path / "a file"
    nowhere.touch()

    class Here(Exchange):
        def set_audit_storage(self, works: bool) -> None:
            settings.ONEC_EXCHANGE_AUDIT_ROOT = str(audit_root if works else nowhere)

    examples = hypothesis_settings.default.max_examples // 3  # each takes half a second
    budget = hypothesis_settings(
        max_examples=examples, stateful_step_count=40, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Here, settings=budget)
