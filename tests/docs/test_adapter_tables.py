"""The adapters' pages equal the code, and no example is left out."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from django_onec_exchange import adapters
from django_onec_exchange.adapters import OrderSerializer, wellknown
from django_onec_exchange.adapters.order_updates import FACTS, STATUS_PREFIX
from django_onec_exchange.conf import OnecExchangeConf

from .examples import ADAPTERS
from .pages import DOCS, PACKAGE, blocks, code, table, tables


def test_the_well_known_names_are_those_the_serializer_tries():
    page = (DOCS / "adapters" / "reading.md").read_text()
    documented = [tuple(code(row[1])) for rows in tables(page) if rows[0] == ["what", "names"] for row in rows[1:]]
    known = [tuple(value) for value in vars(wellknown).values() if isinstance(value, wellknown.WellKnown)]

    assert documented == known


def test_the_adapters_of_the_table_exist():
    rows = table("adapters.md", "Adapters", head="class")

    for row in rows:
        assert all(hasattr(adapters, name) for name in code(row[0]))
        default = OnecExchangeConf._meta.defaults[code(row[1])[0]]
        assert default.rpartition(".")[2] in (code(row[0])[0], "")  # a catalogue has no default
    assert len(rows) == len(adapters.Mount.__dataclass_fields__) - 1  # but its base
    context = [code(row[0])[0] for row in table("adapters.md", "Adapters", head="attribute")]
    fields = set(adapters.ExchangeContext.__dataclass_fields__)
    assert set(context) == fields | {"stock"}


def test_the_import_context_is_documented():
    documented = [code(row[0])[0] for row in table("adapters/catalogue.md", "ImportContext", head="attribute")]

    assert set(documented) == set(adapters.ImportContext.__dataclass_fields__)


def test_the_methods_of_a_catalogue_handler_are_documented():
    documented = [code(row[0])[0] for row in table("adapters/catalogue.md", head="method")]

    assert documented == [name for name in vars(adapters.CatalogHandler) if name[0] != "_" and name != "check"]


def test_the_methods_of_a_serializer_are_documented_with_what_they_are_given():
    documented = {code(row[0])[0]: row[1] for row in table("adapters/reading.md", head="serializer method")}
    methods = dict(inspect.getmembers(OrderSerializer, inspect.isfunction))

    assert documented == {
        name: ", ".join(list(inspect.signature(method).parameters)[1:-1])
        for name, method in methods.items()
        if name[0] != "_" and name != "check"
    }


def test_what_1c_may_say_of_an_order_is_documented():
    documented = [code(row[0])[0] for row in table("adapters/updates.md", head="key")]

    assert documented == [*FACTS, f"{STATUS_PREFIX}…"]


def test_the_default_requisites_are_all_named():
    text = ADAPTERS["Requisites"].partition("The defaults are")[2]
    documented = {" ".join(name.split()) for name in re.findall("«(.+?)»", text, re.DOTALL)}
    source = (PACKAGE / "adapters" / "serializer.py").read_text()

    assert documented == set(re.findall(r'yield "(.+?)",', source))


def test_the_units_that_are_known_are_named():
    named = code(ADAPTERS["Units"].split("by short name")[0])

    assert named == [unit.short_name for unit in adapters.items.OKEI.values()]


def test_every_example_of_the_adapters_is_run():
    shown = {heading for heading, text in ADAPTERS.items() if blocks(text, "python")}
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    run = set(re.findall(r'\bexample\("(.+?)"', tests))

    assert shown <= run
