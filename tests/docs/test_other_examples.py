"""The examples of the signals run, and so do the tests shown to integrators."""

from __future__ import annotations

import os
import subprocess
import sys

from django_onec_exchange import signals

from .pages import DOCS, ROOT, blocks


def test_example_signals(onec, make_order, caplog, django_capture_on_commit_callbacks):
    (source,) = blocks((DOCS / "signals.md").read_text(), "python")
    receivers: dict[str, object] = {"__name__": "django_onec_exchange.example"}
    exec(source, receivers)
    make_order()
    make_order(rows=0)

    with caplog.at_level("INFO"), django_capture_on_commit_callbacks(execute=True):
        onec.fetch_orders()
    signals.orders_marked.disconnect(receivers["tell_the_managers"])
    signals.order_skipped.disconnect(receivers["ask_for_help"])

    assert "1C has 1 more orders" in caplog.text
    assert "1C does not get order 1002: The order has no items." in caplog.text


def test_the_tests_shown_to_integrators_pass(tmp_path):
    for source in blocks((DOCS / "testing.md").read_text(), "python"):
        (tmp_path / source.split("\n")[0].removeprefix("# tests/")).write_text(source)
    (tmp_path / "conftest.py").write_text(
        "from decimal import Decimal\n"
        "import pytest\n"
        "from tests.conftest import *\n"
        "@pytest.fixture\n"
        "def order(make_order):\n"
        "    return make_order(total=Decimal(500))\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]

    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # ours is in use

    done = subprocess.run(
        [*command, "--rootdir", ROOT, tmp_path],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
