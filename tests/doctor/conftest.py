"""A live site, and a doctor that calls it as an integrator does: by the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.conftest import ENDPOINT, PASSWORD, USERNAME

LIMIT = 300_000  # bytes in one request: three uploads of the doctor


class Report:
    """What the command said with ``--json``, and its exit code."""

    def __init__(self, text: str, code: int) -> None:
        self.code = code
        self.told = json.loads(text)
        self.findings = self.told["findings"]

    @property
    def codes(self) -> list[str]:
        """What is wrong, in the order in which it was found."""
        return [one["code"] for one in self.findings if one["level"] in ("warning", "error")]

    def about(self, code: str) -> dict[str, Any]:
        return next(one for one in self.findings if one["code"] == code)


def run(address: str, *arguments: str) -> Report:
    out, code = StringIO(), 0
    try:
        call_command("onec_doctor", address, "--json", "--timeout", "5", *arguments, stdout=out)
    except SystemExit as end:
        code = int(end.code)
    return Report(out.getvalue(), code)


@pytest.fixture(autouse=True)
def quick(settings, tmp_path, monkeypatch):
    settings.ONEC_EXCHANGE_FILE_LIMIT = LIMIT
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.SECURE_SSL_REDIRECT = False
    monkeypatch.setenv("ONEC_PASSWORD", PASSWORD)


@pytest.fixture
def site_url(live_server, account) -> str:
    """The address that 1C is given."""
    return live_server.url + ENDPOINT


@pytest.fixture
def examine() -> Callable[..., Report]:
    """Run the doctor with the account of 1C."""

    def examine(address: str, *arguments: str) -> Report:
        return run(address, "--user", USERNAME, "--password-env", "ONEC_PASSWORD", *arguments)

    return examine
