"""Play a 1C until it has every order that waits."""

from __future__ import annotations

from functools import partial

from django_onec_exchange.simulator import ExchangeReport, HttpTransport, OneCClient, Progress


def exchange(client: OneCClient, transport: HttpTransport, tell: Progress) -> list[ExchangeReport]:
    """Let 1C exchange as its schedule would, again and again, until nothing is left or something is wrong.

    A stock configuration gets at most ``ONEC_EXCHANGE_QUERY_LIMIT`` orders at a time.
    """
    client.on_progress = tell
    transport.on_bytes = partial(tell, "bytes")
    reports = []
    while True:
        report = client.fetch_orders()
        reports.append(report)
        if report.error or not report.confirmed or not report.orders:
            return reports
