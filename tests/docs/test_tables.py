"""The tables of the documentation equal the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django_onec_exchange import checks, doctor, signals
from django_onec_exchange.commerceml.reader import DOCUMENTS, SECTIONS
from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.conf import OnecExchangeConf
from django_onec_exchange.contrib.prometheus import ExchangeCollector
from django_onec_exchange.health import Level
from django_onec_exchange.models import ImportSession, OrderBatch, OrderDelivery
from django_onec_exchange.protocol.errors import ExchangeError
from django_onec_exchange.protocol.modes import TYPES_OF, Mode
from django_onec_exchange.status import ExchangeStatus, WindowStatus
from django_onec_exchange.views import ExchangeView

from .pages import DOCS, PACKAGE, PAGES, blocks, code, subclasses, table

#: By full name, as they are declared: the class's own attributes hold what the settings of the tests made of them.
DEFAULTS = OnecExchangeConf._meta.defaults


def test_every_setting_is_documented_with_its_default():
    documented = {
        code(row[0])[0]: ast.literal_eval(code(row[1])[0]) for row in table("settings.md", head="setting")
    }
    defaults = {name.removeprefix("ONEC_EXCHANGE_"): value for name, value in DEFAULTS.items()}

    assert documented == defaults
    assert [type(documented[name]) for name in defaults] == [type(value) for value in defaults.values()]


def test_settings_named_anywhere_exist():
    for page in PAGES:
        named = set(re.findall(r"ONEC_EXCHANGE_[A-Z_]*[A-Z]", page.read_text()))
        assert named <= set(DEFAULTS), page.name


def test_every_reason_for_leaving_an_order_out_is_documented():
    documented = [code(row[0])[0] for row in table("delivery.md", "Reasons", head="code")]

    assert len(documented) == len(set(documented))
    assert set(documented) == problem_codes()


def problem_codes() -> set[str]:
    """Return the first argument of every ``Problem(...)`` of the package that tells of an order."""
    return {
        call.args[0].value
        for folder in ("commerceml", "outgoing")
        for file in (PACKAGE / folder).glob("*.py")
        if file.name != "parser.py"  # tells of files
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("Problem", "problem")
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_reason_for_refusing_a_file_is_documented_with_its_sentence():
    documented = [row[0] for row in table("incoming.md", head="reason")]
    sentences = [
        re.sub(r"%\(\w+\)s", "…", call.args[0].value)
        for file in (PACKAGE / "commerceml" / "parser.py", PACKAGE / "incoming" / "applying.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "gettext_noop"
    ]

    assert sorted(documented) == sorted(sentences)


def test_every_refusal_is_documented_with_its_sentence():
    rows = table("troubleshooting.md", head="code")
    documented = {code(row[0])[0]: row[1] for row in rows}
    errors = {error.code: re.sub(r"%\(\w+\)s", "…", error.message) for error in subclasses(ExchangeError)}

    assert documented == errors


def test_every_finding_of_the_doctor_is_documented_with_its_remedy():
    documented = {code(row[0])[0]: row[1:] for row in table("doctor.md", head="code")}

    assert documented == {
        problem.code: [
            problem.level.word,
            *(re.sub(r"%\(\w+\)s", "…", text) for text in (problem.message, problem.remedy)),
        ]
        for problem in doctor.PROBLEMS
    }


def test_what_the_doctor_looks_at_is_documented():
    documented = [code(row[0])[0] for row in table("doctor.md", head="probe")]

    assert documented == [probe.name for probe in doctor.PROBES]


def test_every_check_is_documented():
    documented = {code(row[0])[0] for row in table("operations.md", "Checks", head="id")}
    files = (PACKAGE / "checks.py", PACKAGE / "security_checks.py", *(PACKAGE / "adapters").glob("*.py"))
    sources = "".join(file.read_text() for file in files)

    assert documented == set(re.findall(r'id="(onec_exchange\.[A-Z]\d+)"', sources))
    assert {name.rpartition(".")[2] for name in documented} == set(
        re.findall(r"^([EW]\d+) ", checks.__doc__, re.M)
    )


def test_the_modes_are_those_the_view_answers():
    rows = table("protocol.md", head="mode")
    documented = {Mode(code(row[0])[0]): set(code(row[1])) for row in rows}

    assert documented == {mode: set(types) for mode, types in TYPES_OF.items()}
    assert set(documented) == set(ExchangeView.handlers)


def test_the_versions_are_those_that_are_written():
    documented = {row[0]: row[1:] for row in table("commerceml.md", head="version")}

    assert list(documented) == list(VERSIONS)
    for name, (place, discounts, email) in documented.items():
        version = VERSIONS[name]
        assert ("Контейнер" in place) is version.containers
        assert ("Скидки" in discounts) is version.row_discounts
        assert tuple(re.findall("«(.+?)»", email)) == version.email_types


def test_the_states_are_those_of_the_models():
    for page, head, states in (
        ("delivery.md", "state of a delivery", OrderDelivery.State),
        ("delivery.md", "state of a batch", OrderBatch.State),
        ("incoming.md", "state of an import", ImportSession.State),
    ):
        assert [code(row[0])[0] for row in table(page, head=head)] == states.values


def test_the_signals_are_all_documented():
    documented = [code(row[0])[0] for row in table("signals.md", head="signal")]

    assert documented == [name for name, value in vars(signals).items() if type(value).__name__ == "Signal"]


def test_the_status_is_documented():
    documented = [code(row[0])[0] for row in table("operations.md", head="key")]

    assert documented == [*ExchangeStatus.__dataclass_fields__, "level", "findings"]
    of_window = [code(row[0])[0] for row in table("operations.md", head="of `window`")]
    assert of_window == list(WindowStatus.__dataclass_fields__)


def test_what_is_read_is_documented():
    documented = {name for row in table("commerceml.md", head="in the root") for name in code(row[0])}

    assert documented == DOCUMENTS | SECTIONS | {"Контрагенты"}


def test_every_finding_is_documented_with_its_levels():
    documented = {code(row[0])[0]: set(row[1].split(" or ")) for row in table("monitoring.md", head="code")}
    made: dict[str, set[str]] = {}
    for file in (PACKAGE / "health").glob("*.py"):
        for call in calls(file, "Finding"):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            levels = {node.attr for node in ast.walk(given["level"]) if isinstance(node, ast.Attribute)}
            made[given["code"].value] = {name.lower() for name in levels & set(Level.names)}

    assert documented == made


def test_every_metric_is_documented_and_the_alerts_name_no_other():
    documented = [code(row[0])[0] for row in table("monitoring.md", head="metric")]
    families = [family.name for family in ExchangeCollector().describe()]

    assert documented == families
    alerts = "".join(blocks((DOCS / "monitoring.md").read_text(), "yaml"))
    assert set(re.findall(r"onec_exchange_\w+", alerts)) <= set(families)


def calls(file: Path, name: str) -> list[ast.Call]:
    found = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    return [call for call in found if isinstance(call.func, ast.Name) and call.func.id == name]
