"""Play a 1C until it has every order that waits, and has sent all it has to send."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from django_onec_exchange.simulator import (
    BitrixModule,
    ExchangeReport,
    HttpTransport,
    OneCClient,
    Progress,
    UploadReport,
)


def exchange(client: OneCClient, tell: Progress) -> list[ExchangeReport]:
    """Let 1C exchange as its schedule would, again and again, until nothing is left or something is wrong.

    A stock configuration gets at most ``ONEC_EXCHANGE_QUERY_LIMIT`` orders at a time.
    """
    client.on_progress = tell
    if isinstance(client.transport, HttpTransport):
        client.transport.on_bytes = partial(tell, "bytes")
    reports = []
    while True:
        report = client.fetch_orders()
        reports.append(report)
        if report.error or not report.confirmed or not report.orders:
            return reports


def upload(client: OneCClient, files: Mapping[str, Path], tell: Progress) -> UploadReport:
    """Send a catalogue; a 1C that knows how to says at the end that it was a whole one."""
    client.on_progress = tell
    if isinstance(client, BitrixModule):
        return client.send_catalog(files, full=True)
    return client.send_catalog(files)


def written(files: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """Write the files of an upload into the folder 1C sends from, and return where each is."""
    paths = {name: folder / name for name in files}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    return paths
