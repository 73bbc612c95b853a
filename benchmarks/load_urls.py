"""One exchange for each 1C of ``load.py``: each has a base, and a ledger, of its own."""

from __future__ import annotations

from django.urls import path

from django_onec_exchange.views import ExchangeView

from .load import IDLE, TRADES

urlpatterns = [
    path(
        f"{base}/",
        ExchangeView.as_view(base=base, marker="django_onec_exchange.adapters.LedgerOrderMarker"),
    )
    for base in (IDLE, *TRADES)
]
