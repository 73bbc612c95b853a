"""Every log record has an event and fields, they are documented, and none of them tells of a person."""

from __future__ import annotations

import ast
import io
import json
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import body
from tests.docs.pages import DOCS, PACKAGE, blocks, code, sections, table
from tests.incoming import files

pytestmark = pytest.mark.django_db

LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
#: What log.py gives for a batch and for an import.
SHARED = {"of_batch": {"base", "session", "batch"}, "of_import": {"base", "import_id", "file"}}


def functions(file: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))


def log_calls(function: ast.FunctionDef) -> list[ast.Call]:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and ast.unparse(call.func.value) == "logger"
    ]


def dictionaries(function: ast.FunctionDef) -> dict[str, list[ast.Assign]]:
    """Return the dictionaries that a function names, by name, in their order."""
    named: dict[str, list[ast.Assign]] = {}
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Dict)
            and isinstance(node.targets[0], ast.Name)
        ):
            named.setdefault(node.targets[0].id, []).append(node)
    return named


def fields_of(given: ast.expr, line: int, named: dict[str, list[ast.Assign]]) -> dict[str, ast.expr | None]:
    """Return the fields of an ``extra``: a dictionary, what log.py gives, or a name for the last one above."""
    if isinstance(given, ast.Name):
        above = [node for node in named[given.id] if node.lineno < line]
        return fields_of(max(above, key=lambda node: node.lineno).value, line, named)
    if isinstance(given, ast.Call):
        return dict.fromkeys(SHARED[given.func.id])
    fields: dict[str, ast.expr | None] = {}
    for key, value in zip(given.keys, given.values, strict=True):
        fields |= fields_of(value, line, named) if key is None else {key.value: value}
    return fields


def logged() -> dict[str, tuple[str, set[str]]]:
    """Return every event of the package: its level, and its fields."""
    found: dict[str, tuple[str, set[str]]] = {}
    for file in PACKAGE.rglob("*.py"):
        for function in functions(file):
            for call in log_calls(function):
                (extra,) = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
                fields = fields_of(extra, call.lineno, dictionaries(function))
                event = fields.pop("event").value
                level = {"exception": "ERROR"}.get(call.func.attr, call.func.attr.upper())
                assert found.setdefault(event, (level, set(fields))) == (level, set(fields)), event
    return found


def test_every_event_is_documented_with_its_level_and_fields():
    rows = table("monitoring.md", "Log", head="event")
    documented = {code(row[0])[0]: (row[1], set(code(row[2]))) for row in rows}

    assert documented == logged()


@pytest.fixture
def records(caplog):
    caplog.set_level(logging.DEBUG, logger="django_onec_exchange")
    return lambda event: [record for record in caplog.records if getattr(record, "event", "") == event]


def test_an_exchange_can_be_followed_by_its_fields(onec, make_order, records):
    make_order()
    bad = make_order(rows=0)

    onec.fetch_orders()

    (signed_in,), (prepared,), (confirmed,) = map(records, ("signed_in", "batch_prepared", "batch_confirmed"))
    assert signed_in.session == prepared.session == confirmed.session
    assert (prepared.base, prepared.orders, prepared.skipped) == ("default", 1, 1)
    assert (confirmed.batch, confirmed.marked) == (prepared.batch, 1)
    (skipped,) = records("order_skipped")
    assert (skipped.order_id, skipped.code) == (str(bad.pk), "no-items")


def test_a_refused_call_tells_its_code(ask, sign_in, records):
    body(ask("mode=success", cookie=sign_in()))
    body(ask("mode=nonsense"))

    assert [(one.mode, one.code) for one in records("refused")] == [
        ("success", "nothing-to-confirm"),
        ("", "unknown-mode"),
    ]


SECRETS = {
    "name": "Константин Скрытнов",
    "email": "hidden.buyer@example.com",
    "phone": "+79161234567",
    "comment": "позвоните жене",
    "street": "Потайной переулок",
}


def test_no_record_tells_of_a_buyer_or_holds_a_secret(settings, ask, make_onec, make_order, caplog, tmp_path):
    """Whatever happens: orders that go and that are left out, files that come, passwords right and wrong."""
    caplog.set_level(logging.DEBUG)
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"
    buyer = {
        "customer_name": SECRETS["name"],
        "customer_email": SECRETS["email"],
        "customer_phone": SECRETS["phone"],
        "comment": SECRETS["comment"],
    }
    make_order(**buyer)
    make_order(rows=0, **buyer)
    make_order(total=10**9, **buyer)
    onec = make_onec()

    for confirm in (False, False, False, True):
        onec.fetch_orders(confirm=confirm)
    token = onec.checkauth().cookie_value
    onec.send_orders({"orders.xml": files.orders(files.order("77-777", Комментарий=SECRETS["comment"]))})
    onec.send_catalog({"import0_1.xml": files.catalog(["a", "stumble"])})
    make_onec(password="wrong-password-of-1c").fetch_orders()
    ask("mode=query", cookie="stolen-token-of-1c")
    ask(f"mode=query&sessid={token}x")

    told = "\n".join(map(everything, caplog.records))
    assert "order_skipped" in told and "import_done" in told and "not-authenticated" in told
    for secret in (*SECRETS.values(), "wrong-password-of-1c", "stolen-token-of-1c", "secret", token):
        assert secret not in told


def everything(record: logging.LogRecord) -> str:
    """Return all that a record of ours holds: its sentence, its traceback and its fields."""
    if not record.name.startswith("django_onec_exchange"):
        return ""
    return f"{logging.Formatter().format(record)} {vars(record)}"


def test_example_json_on_one_line(onec, make_order, caplog):
    page = sections(DOCS / "monitoring.md")["Log"]
    (source,), (shown,) = blocks(page, "python"), blocks(page, "json")
    settings: dict = {}
    exec(source, settings)
    configurator = logging.config.DictConfigurator(settings["LOGGING"])
    handler = logging.StreamHandler(out := io.StringIO())
    handler.setFormatter(configurator.configure_formatter(settings["LOGGING"]["formatters"]["json"]))
    caplog.set_level(settings["LOGGING"]["loggers"]["django_onec_exchange"]["level"], "django_onec_exchange")
    make_order()

    logging.getLogger("django_onec_exchange").addHandler(handler)
    try:
        onec.fetch_orders()
    finally:
        logging.getLogger("django_onec_exchange").removeHandler(handler)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    (confirmed,) = [line for line in lines if line["event"] == "batch_confirmed"]
    assert list(confirmed) == list(json.loads(shown))
    assert (confirmed["orders"], confirmed["marked"], confirmed["level"]) == (1, 1, "INFO")
