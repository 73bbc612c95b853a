"""The documentation says what the code does: its tables equal the code, and its examples run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from configparser import ConfigParser
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import load_command_class
from django.urls import resolve
from django.utils import timezone
from django.utils.timezone import make_aware

import django_onec_exchange
from django_onec_exchange import adapters, checks, signals, simulator
from django_onec_exchange.adapters import OrderSerializer, wellknown
from django_onec_exchange.adapters.order_updates import FACTS, STATUS_PREFIX
from django_onec_exchange.commerceml.reader import DOCUMENTS, SECTIONS
from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.conf import OnecExchangeConf
from django_onec_exchange.models import ImportSession, OrderBatch, OrderDelivery
from django_onec_exchange.protocol.errors import ExchangeError
from django_onec_exchange.protocol.modes import TYPES_OF, Mode
from django_onec_exchange.status import ExchangeStatus, WindowStatus
from django_onec_exchange.testing import assert_adapter
from django_onec_exchange.views import ExchangeView
from tests.incoming import files
from tests.shop.models import Address, Customer, Order, Product, Sale, Variant

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "django_onec_exchange"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *sorted(DOCS.glob("*.md"))]
NAMES = [page.name for page in PAGES]

_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language, without their indentation."""
    return [
        re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        for indent, name, code in _FENCE.findall(text)
        if name == language
    ]


def sections(page: Path) -> dict[str, str]:
    """Return the text under each heading, up to the next one of any level."""
    found: dict[str, str] = {}
    title, fenced = "", False
    for line in page.read_text().splitlines(keepends=True):
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading:
            title = heading[2]
            assert title not in found, f"{page.name} has two sections {title!r}"
        found[title] = found.get(title, "") + line
    return found


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables: rows of cells, the head first, the rule left out."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not inside:
            found.append([])
        inside = True
        if not all(set(cell) <= {"-", ":"} for cell in cells):
            found[-1].append(cells)
    return found


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def table(page: str, heading: str = "", *, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column is called ``head``."""
    text = sections(DOCS / page)[heading] if heading else (DOCS / page).read_text()
    (rows,) = [rows for rows in tables(text) if rows[0][0] == head]
    return rows[1:]


# -- tables equal the code

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


def test_the_well_known_names_are_those_the_serializer_tries():
    page = (DOCS / "adapters.md").read_text()
    documented = [tuple(code(row[1])) for rows in tables(page) if rows[0] == ["what", "names"] for row in rows[1:]]
    known = [value for name, value in vars(wellknown).items() if name.isupper() and isinstance(value, tuple)]

    assert documented == known


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


def subclasses(cls: type) -> set[type]:
    return {one for child in cls.__subclasses__() for one in (child, *subclasses(child))}


def test_every_check_is_documented():
    documented = {code(row[0])[0] for row in table("operations.md", "Checks", head="id")}
    sources = (PACKAGE / "checks.py").read_text() + "".join(
        file.read_text() for file in (PACKAGE / "adapters").glob("*.py")
    )

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

    assert documented == list(ExchangeStatus.__dataclass_fields__)
    of_window = [code(row[0])[0] for row in table("operations.md", head="of `window`")]
    assert of_window == list(WindowStatus.__dataclass_fields__)


def test_the_adapters_of_the_table_exist():
    rows = table("adapters.md", "Adapters", head="class")

    for row in rows:
        assert all(hasattr(adapters, name) for name in code(row[0]))
        assert DEFAULTS[code(row[1])[0]].rpartition(".")[2] in (code(row[0])[0], "")  # a catalogue has no default
    assert len(rows) == len(adapters.Mount.__dataclass_fields__) - 1  # but its base
    context = [code(row[0])[0] for row in table("adapters.md", "Adapters", head="attribute")]
    fields = set(adapters.ExchangeContext.__dataclass_fields__)
    assert set(context) == fields | {"stock"}


def test_the_import_context_is_documented():
    documented = [code(row[0])[0] for row in table("adapters.md", "ImportContext", head="attribute")]

    assert set(documented) == set(adapters.ImportContext.__dataclass_fields__)


def test_the_methods_of_a_catalogue_handler_are_documented():
    documented = [code(row[0])[0] for row in table("adapters.md", head="method")]

    assert documented == [name for name in vars(adapters.CatalogHandler) if name[0] != "_" and name != "check"]


def test_the_methods_of_a_serializer_are_documented_with_what_they_are_given():
    documented = {code(row[0])[0]: row[1] for row in table("adapters.md", head="serializer method")}
    methods = dict(inspect.getmembers(OrderSerializer, inspect.isfunction))

    assert documented == {
        name: ", ".join(list(inspect.signature(method).parameters)[1:-1])
        for name, method in methods.items()
        if name[0] != "_" and name != "check"
    }


def test_what_1c_may_say_of_an_order_is_documented():
    documented = [code(row[0])[0] for row in table("adapters.md", head="key")]

    assert documented == [*FACTS, f"{STATUS_PREFIX}…"]


def test_what_is_read_is_documented():
    documented = {name for row in table("commerceml.md", head="in the root") for name in code(row[0])}

    assert documented == DOCUMENTS | SECTIONS | {"Контрагенты"}


def test_the_default_requisites_are_all_named():
    text = sections(DOCS / "adapters.md")["Requisites"].partition("The defaults are")[2]
    documented = {" ".join(name.split()) for name in re.findall("«(.+?)»", text, re.DOTALL)}
    source = (PACKAGE / "adapters" / "serializer.py").read_text()

    assert documented == set(re.findall(r'yield "(.+?)",', source))


# -- versions


def test_the_newest_change_is_this_version():
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.M)

    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == django_onec_exchange.__version__
    assert headings[1][1]


def test_the_readme_names_the_versions_that_are_tested():
    (matrix,) = [rows for rows in tables((ROOT / "README.md").read_text()) if rows[0][0] == ""]
    documented = {
        (row[0].split()[1], python.split()[1])
        for row in matrix[1:]
        for python, cell in zip(matrix[0][1:], row[1:], strict=True)
        if cell == "yes"
    }
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    classifiers = setup["metadata"]["classifiers"]
    tox = (ROOT / "tox.ini").read_text()

    assert {django for django, _ in documented} == set(re.findall(r"Django :: (\d+\.\d+)", classifiers))
    assert {python for _, python in documented} == set(re.findall(r"Python :: (\d\.\d+)", classifiers))
    assert documented == {
        (f"{versions[0]}.{versions[1]}", f"{python[0]}.{python[1:]}")
        for python, one, several in re.findall(r"py(\d+)-django(?:(\d+)|\{([\d,]+)\})\s*$", tox, re.M)
        for versions in (one or several).split(",")
    }


def test_ci_finds_the_test_command():
    command = re.search(r"<!-- test command -->\n```sh\n(python3 .+)\n```\n", (ROOT / "README.md").read_text())

    assert command
    assert command[1] in (DOCS / "contributing.md").read_text()


# -- links, addresses, commands


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.is_file(), target
        assert not anchor or anchor in {slug(title) for title in sections(file)}, target


def slug(heading: str) -> str:
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def test_every_promise_of_security_names_tests_that_exist():
    for promise, proof in table("security.md", "What is promised", head="promise"):
        named = code(proof)
        assert named, promise
        for path, _, function in (name.partition("::") for name in named):
            defined = {node.name for node in ast.parse((ROOT / path).read_text()).body if hasattr(node, "name")}
            assert function in defined, f"{path} has no {function}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_text_names_no_place_of_one_machine(page):
    assert not re.search(r"/(root|work|tmp|home)/|\bpypi\.", page.read_text())


def test_the_documented_addresses_are_answered():
    for spelling in ("/1c/exchange", "/1c/exchange/", "/1c/1c_exchange.php", "/1c/1c_exchange.php/"):
        assert f"`{spelling}`" in (DOCS / "quickstart.md").read_text()
        assert resolve(spelling).func.view_class is ExchangeView


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_have_the_options_that_are_shown(page):
    for line in "\n".join(blocks(page.read_text(), "sh")).splitlines():
        _, found, command = line.partition("manage.py onec_")
        if found:
            name, *arguments = f"onec_{command}".split()
            parser = load_command_class("django_onec_exchange", name).create_parser("manage.py", name)
            parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("page", "command"),
    [
        ("testing.md", "onec_simulate"),
        ("incoming.md", "onec_import"),
        ("operations.md", "onec_export"),
        ("cleanup.md", "onec_cleanup"),
        ("privacy.md", "onec_forget"),
    ],
)
def test_every_option_is_documented(page, command):
    documented = {name for row in table(page, head="option") for name in code(row[0]) if name[0] == "-"}
    parser = load_command_class("django_onec_exchange", command).create_parser("manage.py", "")
    own = [action for action in parser._actions if action.option_strings and action.dest not in DJANGOS_OPTIONS]

    assert documented == {action.option_strings[-1] for action in own}


DJANGOS_OPTIONS = {
    *("help", "version", "verbosity", "settings", "pythonpath"),
    *("traceback", "no_color", "force_color", "skip_checks"),
}


def test_the_reports_are_documented():
    for head, fields in (
        ("attribute", set(simulator.ExchangeReport.__dataclass_fields__)),
        ("of an upload", {*simulator.UploadReport.__dataclass_fields__, "succeeded"}),
    ):
        documented = {code(row[0])[0] for row in table("testing.md", head=head)}
        assert documented == fields - {"profile"}
    (of_files,) = [row[1] for row in table("testing.md", head="of an upload") if row[0] == "`files`"]
    assert code(of_files) == list(simulator.SentFile.__dataclass_fields__)


# -- Python


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_python_compiles(page):
    for source in blocks(page.read_text(), "python"):
        ast.parse(source)


ADAPTERS = sections(DOCS / "adapters.md")


def test_every_example_of_the_adapters_is_run():
    shown = {heading for heading, text in ADAPTERS.items() if blocks(text, "python")}
    run = set(re.findall(r'\bexample\("(.+?)"', Path(__file__).read_text()))

    assert shown - {"Adapters"} <= run  # the first names the classes that follow


@pytest.fixture
def example(settings, monkeypatch):
    """Run the examples of a section as the module ``shop.exchange``, and take over the settings they show."""

    def load(heading: str, text: dict[str, str] = ADAPTERS) -> ModuleType:
        module = ModuleType("shop.exchange")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for source in blocks(text[heading], "python"):
            exec(compile(in_tests(source), heading, "exec"), vars(module))
        for name, value in vars(module).items():
            if name.startswith("ONEC_EXCHANGE_"):
                setattr(settings, name, value)
        return module

    return load


def in_tests(source: str) -> str:
    """Turn the example's shop into that of the tests."""
    return source.replace("from shop.", "from tests.shop.")


@pytest.fixture
def company(db) -> Customer:
    return Customer.objects.create(
        company_name="Общество с ограниченной ответственностью «Пример»",
        inn="7701234567",
        kpp="770101001",
        email="buy@example.com",
    )


@pytest.fixture
def address(db) -> Address:
    return Address.objects.create(postal_code="101000", city="Москва", street="Мясницкая", house="1")


@pytest.fixture
def read():
    """Return a function that has an emulated UT read an order as the example's serializer makes it."""

    def read(order: Order, serializer: type[OrderSerializer]):
        return assert_adapter(Order.objects.get(pk=order.pk), serializer=serializer)

    return read


def numbers(report) -> list[str]:
    assert report.error is None
    assert report.confirmed
    return [order.number for order in report.orders]


@pytest.fixture
def sale(product) -> Sale:
    """An order that has none of the well-known names."""
    sale = Sale.objects.create(
        ref="S-17",
        placed=timezone.now() - timedelta(hours=1),
        who="Иван Образцов",
        mail="ivan@example.com",
        to_pay=Decimal(500),
        ship_to="Тверь, Советская 1",
    )
    sale.bought.create(goods=product, label="Чайник", cost=Decimal(250), pieces=2)
    return sale


def test_example_properties_under_the_well_known_names(example, sale):
    module = example("Properties under the well-known names")
    ((row,), named) = sale.bought.all(), type("Named", (module.SaleNames,), {})()
    named_row = type("NamedRow", (module.SaleRowNames,), {})()
    vars(named_row).update(vars(row), goods=row.goods)
    vars(named).update(vars(sale), pk=sale.pk, bought=[named_row])

    document = assert_adapter(named)

    assert (document.number, document.total, document.items[0].price) == ("S-17", 500, 250)
    assert document.counterparty.name == "Иван Образцов"


def test_example_a_serializer_of_your_own(example, sale):
    serializer = example("A serializer of your own").SaleSerializer

    document = assert_adapter(sale, serializer=serializer)
    sale.stage = "dropped"

    assert (document.number, document.total) == ("S-17", 500)
    assert document.counterparty.address.presentation == "Тверь, Советская 1"
    assert document.items[0].unit.code == "796"
    assert serializer().is_cancelled(sale, None)


def test_example_a_vendors_model_that_may_not_be_touched(
    example, settings, monkeypatch, onec, sale, django_assert_num_queries
):
    selling = example("A vendor's model that may not be touched")
    monkeypatch.setitem(sys.modules, "shop.selling", selling)
    example("A serializer of your own")
    before = Sale.objects.values().get()
    selector = selling.SaleSelector()
    (fetched,) = selector.fetch(selector.get_queryset(), [sale.pk])

    with django_assert_num_queries(0):
        assert [row.goods.name for row in fetched.bought.all()] == ["Чайник"]
    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == ["S-17"]
    assert onec.fetch_orders().orders == ()
    assert Sale.objects.values().get() == before


@pytest.mark.parametrize("name", ["OrdersWithUsers", "OrdersWithVariants"])
def test_example_what_reading_costs(
    example, settings, onec, make_order, company, make_account, django_assert_num_queries, name
):
    selector = getattr(example("What reading costs"), name)()
    company.user = make_account("buyer")
    company.save()
    order = make_order(customer=company)
    (fetched,) = selector.fetch(selector.get_queryset(), [order.pk])

    with django_assert_num_queries(0):
        assert [row.product.name for row in fetched.items.all()] == ["Чайник"]
        if name == "OrdersWithUsers":
            assert fetched.customer.user.username == "buyer"
        else:
            assert [list(row.product.variants.all()) for row in fetched.items.all()] == [[]]
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = f"shop.exchange.{name}"
    assert numbers(onec.fetch_orders()) == [order.number]


def test_example_paid_orders(example, settings, onec, make_order):
    example("Paid orders only")
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.PaidOrders"
    make_order()
    paid = make_order(is_paid=True)

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [paid.number]


def test_example_orders_from_a_day_on(example, settings, onec, make_order, time_machine):
    day = make_aware(example("Orders from a day on").RecentOrders.first_day)
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.RecentOrders"
    time_machine.move_to(day + timedelta(days=9))
    make_order(created_at=day - timedelta(seconds=1))
    recent = make_order(created_at=day)

    assert numbers(onec.fetch_orders()) == [recent.number]


def test_example_another_name_for_the_date(example, settings, onec, make_order):
    example("Another name for the date")
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.Orders"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.Marker"
    order = make_order()

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [order.number]
    assert onec.fetch_orders().orders == ()


def test_example_persons(example, read, make_order, make_account):
    user = make_account("ivan")
    user.first_name, user.last_name = "Иван", "Образцов"
    user.save()
    customer = Customer.objects.create(user=user, email="ivan@example.com")
    serializer = example("Persons").PersonsByUser

    assert read(make_order(customer=customer, customer_name=""), serializer).counterparty.name == "Иван Образцов"
    assert read(make_order(customer_name="Гость"), serializer).counterparty.name == "Гость"


def test_example_companies(example, read, make_order, company):
    buyer = read(make_order(customer=company), example("Companies").CompaniesByShortName).counterparty

    assert buyer.name == "ООО «Пример»"
    assert buyer.official_name == company.company_name


def test_example_guests(example, read, make_order, company):
    serializer = example("Guests").GuestsAreOneBuyer
    guests = [read(make_order(comment="до обеда"), serializer) for _ in range(2)]

    assert {guest.counterparty.name for guest in guests} == {"Розничный покупатель"}
    assert guests[0].comment.splitlines()[0] == "до обеда"
    assert "buyer1@example.com" in guests[0].comment
    assert read(make_order(customer=company), serializer).counterparty.inn == "7701234567"


def test_example_addresses(example, read, make_order, address):
    order = make_order(delivery_address=address)

    sent = read(order, example("Addresses").AddressesAsText).counterparty.address

    assert sent.presentation == "101000, Москва, Мясницкая, 1"
    assert not sent.parts
    assert len(read(order, OrderSerializer).counterparty.address.parts) == 4


def test_example_contacts(example, read, make_order):
    order = make_order(customer_phone="8 (900) 000-00-00")

    contacts = read(order, example("Contacts").OnePhoneForm).counterparty.contacts

    assert [contact.value for contact in contacts] == ["+79000000000", "buyer1@example.com"]


def test_example_units(example, read, make_order, product):
    serializer = example("Units").Rolls
    Product.objects.update(unit="рулон")

    assert read(make_order(), serializer).items[0].unit.code == "736"
    Product.objects.update(unit="кг")
    assert read(make_order(), serializer).items[0].unit.code == "166"


def test_the_units_that_are_known_are_named():
    named = code(sections(DOCS / "adapters.md")["Units"].split("by short name")[0])

    assert named == [unit.short_name for unit in adapters.items.OKEI.values()]


def test_example_variants(example, read, make_order, product):
    variant = Variant.objects.create(product=product, onec_id="11111111-55bc-11d9-848a-00112f43529a", name="синий")
    Variant.objects.update(sku="T-1-B")
    order = make_order()
    order.items.update(variant=variant)

    row = read(order, example("Variants").NamedVariants).items[0]

    assert row.name == "Чайник#синий, T-1-B"
    assert row.id == f"{product.onec_id}#{variant.onec_id}"
    assert read(order, OrderSerializer).items[0].name == "Чайник#синий"


def test_example_taxes(example, read, make_order, product):
    serializer = example("Taxes").ReducedRates

    assert read(make_order(), serializer).items[0].vat_rate == 22
    Product.objects.update(sku="FOOD-1")
    assert read(make_order(), serializer).items[0].vat_rate == 10


def test_example_discounts(example, read, make_order):
    order = make_order(discount=Decimal(50), total=Decimal(450))

    document = read(order, example("Discounts").NamedDiscounts)

    assert [discount.name for discount in document.discounts] == ["Промокод"]
    assert document.items[0].total == 450


def test_example_delivery(example, read, make_order):
    serializer = example("Delivery").CourierService

    by_courier = make_order(delivery_cost=Decimal(200), delivery_method="courier")
    assert read(by_courier, serializer).items[-1].name == "Доставка курьером"
    by_post = make_order(delivery_cost=Decimal(200), delivery_method="post")
    assert read(by_post, serializer).items[-1].name == "Доставка заказа"
    assert len(read(make_order(delivery_method="courier"), serializer).items) == 1


def requisites(document) -> dict[str, str]:
    return {requisite.name: requisite.value for requisite in document.requisites}


def test_example_requisites(example, read, make_order):
    sent = requisites(read(make_order(), example("Requisites").WithSource))

    assert sent["Источник заказа"] == "Сайт"
    assert sent["Статус заказа"] == "Новый"


def test_example_warehouse_organisation_agreement(example, read, make_order, company):
    order = make_order(customer=company, delivery_method="pickup")

    sent = requisites(read(order, example("Warehouse, organisation, agreement").BySeller))

    assert sent["Организация"] == "7701234567"
    assert sent["Склад"] == "Склад самовывоза"
    assert sent["Договор контрагента"] == "Договор оферты"


def test_example_comment(example, read, make_order):
    order = make_order(comment="до обеда", delivery_method="courier")

    assert read(order, example("Comment").LongerComment).comment == "до обеда\nДоставка: courier"


def test_example_currency_names(example, read, make_order):
    example("Currency names")

    assert read(make_order(currency="RUB"), OrderSerializer).currency == "руб"


def test_example_a_marker_that_does_more(example, settings, onec, make_order):
    example("A marker that does more")
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.AcceptingMarker"
    order = make_order()
    cancelled = make_order(status="paid")

    assert numbers(onec.fetch_orders()) == [order.number, cancelled.number]
    assert list(Order.objects.order_by("pk").values_list("sent_to_1c", "status")) == [
        (True, "accepted"),
        (True, "paid"),
    ]


def test_example_no_updated_at(example, settings, onec, make_order):
    example("No `updated_at`")
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.MarkerByContent"
    order = make_order()
    onec.checkauth()
    onec.query()
    order.items.update(price=Decimal(1))

    onec.success()

    assert numbers(onec.fetch_orders()) == [order.number]


@pytest.mark.parametrize("named", [False, True], ids=["by content", "by date"])
def test_example_a_model_nobody_may_alter(example, settings, onec, make_order, named):
    example("An Order model nobody may alter")
    if named:
        settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.Ledger"
    order = make_order()
    before = Order.objects.values().get(pk=order.pk)

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [order.number]
    assert onec.fetch_orders().orders == ()
    assert Order.objects.values().get(pk=order.pk) == before


def test_example_two_bases(example, settings, make_onec, make_order):
    example("Paid orders only")
    selector = sys.modules["shop.exchange"].PaidOrders
    urls = example("Two 1C bases")
    urls.PaidOrders = selector
    settings.ROOT_URLCONF = urls
    order, paid = make_order(), make_order(is_paid=True)

    for spelling in ("/1c/accounting/exchange", "/1c/accounting/exchange/"):
        onec = make_onec(path=spelling)
        onec.checkauth()
        assert [one.number for one in onec.query()] == [paid.number]
    onec.success()
    assert onec.confirmed
    assert numbers(make_onec().fetch_orders()) == [order.number, paid.number]


def test_example_which_orders_are_sent_again(example, settings, onec, make_order):
    delivery = sections(DOCS / "delivery.md")
    order = make_order(number="1001")
    fields, ledger = blocks(delivery["Send an order again"], "python")

    assert numbers(onec.fetch_orders()) == ["1001"]
    assert onec.fetch_orders().orders == ()
    exec(in_tests(fields), {})
    assert numbers(onec.fetch_orders()) == ["1001"]

    Order.objects.filter(pk=order.pk).update(sent_to_1c=False)
    OrderDelivery.objects.all().delete()
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    assert numbers(onec.fetch_orders()) == ["1001"]
    assert onec.fetch_orders().orders == ()
    exec(in_tests(ledger), {})
    assert numbers(onec.fetch_orders()) == ["1001"]


@pytest.fixture
def take_in(settings, make_onec, tmp_path, django_capture_on_commit_callbacks):
    """Return a function that has an emulated 1C send files to the shop."""
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    onec = make_onec(simulator.BitrixModule)

    def take_in(sent: dict[str, bytes], *, full: bool = False) -> simulator.UploadReport:
        with django_capture_on_commit_callbacks(execute=True):
            of_orders = any(name.startswith("orders") for name in sent)
            report = onec.send_orders(sent) if of_orders else onec.send_catalog(sent, full=full)
        assert report.error is None
        return report

    return take_in


def test_example_orders_that_come_back(example, take_in, make_order):
    example("Orders that come back")
    orders = [make_order(), make_order(status="paid"), make_order()]
    news = ({"Отменен": "true"}, {"Дата_оплаты": "2026-11-23"}, {"Проведен": "true"})
    documents = [files.order(order.number, **says) for order, says in zip(orders, news, strict=True)]

    take_in({"orders-1.xml": files.orders(*documents)})

    assert run_checks(tags=["onec_exchange"]) == []
    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "paid", "new"]


def test_example_more_than_the_status(example, settings, take_in, make_order):
    example("More than the status")
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "shop.exchange.WithPayment"
    paid, open_ = make_order(), make_order(is_paid=True)
    documents = [files.order(paid.number, Дата_оплаты="2026-11-23"), files.order(open_.number)]

    take_in({"orders-1.xml": files.orders(*documents)})

    assert list(Order.objects.values_list("is_paid", flat=True)) == [True, True]


def test_example_numbers_made_in_another_way(example, settings, take_in, make_order):
    example("Numbers made in another way")
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "shop.exchange.PrefixedNumbers"
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "shop.exchange.PrefixedUpdates"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"cancelled": "cancelled"}
    orders = [make_order(), make_order()]
    numbers = [f"70{orders[0].pk:06d}", f"71{orders[1].pk:06d}", "7", "70x"]

    take_in({"orders-1.xml": files.orders(*(files.order(f"{one:>03}", Отменен="true") for one in numbers))})

    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "new"]


GROUPS = files.document(
    "<Классификатор><Группы><Группа><Ид>g-1</Ид><Наименование>Кухня</Наименование><Группы><Группа><Ид>g-2</Ид>"
    "<Наименование>Чайники</Наименование></Группа></Группы></Группа></Группы></Классификатор>"
)


def test_example_the_catalogue(example, settings, monkeypatch, take_in):
    module = example("The catalogue")
    monkeypatch.setitem(sys.modules, "shop.catalog", module)
    Good, Group = module.Good, module.Group
    goods = files.catalog(["a", "b"]).decode().replace("</Товар>", "<Группы><Ид>g-2</Ид></Группы></Товар>")
    offers = files.offers({"a": "250.50"})

    take_in({"groups.xml": GROUPS, "import0_1.xml": goods.encode(), "offers0_1.xml": offers})
    take_in({"import0_1.xml": files.catalog(["b", "c"])}, full=True)

    assert run_checks(tags=["onec_exchange"]) == []
    assert Group.objects.get(onec_id="g-2").parent == Group.objects.get(onec_id="g-1")
    goods = Good.objects.order_by("onec_id").values_list("onec_id", "name", "sku", "group__onec_id", "is_hidden")
    assert list(goods) == [
        ("p-a", "a", "A-a", "g-2", True),
        ("p-b", "b", "A-b", "g-2", False),
        ("p-c", "c", "A-c", None, False),
    ]
    assert list(module.Price.objects.values_list("good__name", "type_id", "amount")) == [
        ("a", "retail", Decimal("250.50"))
    ]
    assert list(module.Stock.objects.values_list("good__name", "quantity")) == [("a", Decimal(3))]


def test_example_the_catalogue_of_the_readme(example, settings, monkeypatch, take_in):
    readme = sections(ROOT / "README.md")
    *_, source = blocks(readme["Fit it to your shop"], "python")
    module = example("Fit it to your shop", {"Fit it to your shop": f"```python\n{source}```\n"})
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "shop.exchange.ShopCatalog"

    take_in({"import0_1.xml": files.catalog(["a"])})

    assert list(module.Good.objects.values_list("name", "sku")) == [("a", "A-a")]


def test_example_pictures(example, settings, take_in, tmp_path):
    example("Pictures")
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "shop.exchange.WithPictures"
    settings.MEDIA_ROOT = str(tmp_path / "media")
    names = ("import_files/ab/a.jpg", "import_files/ab/a.html", "import_files/ab/missing.png")
    named = "".join(f"<Картинка>{name}</Картинка>" for name in names)
    document = files.catalog(["a"]).decode().replace("</Товар>", f"{named}</Товар>").encode()

    for content in (b"old", b"new"):
        take_in({"import0_1.xml": document, names[0]: content, names[1]: content})

    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert {path.name: path.read_bytes() for path in kept} == {"a.jpg": b"new"}


def test_example_lists_for_1c(example, make_onec):
    example("Lists for 1C")
    onec = make_onec(simulator.BitrixModule)
    onec.checkauth()

    info = onec.info()

    assert next((one.id, one.name) for one in info.statuses) == ("new", "Новый")
    kinds = [(one.id, one.name) for one in info.delivery_services]
    assert kinds == [("courier", "Курьер"), ("pickup", "Самовывоз")]


def test_example_the_adapters_of_the_readme(example, settings, onec, make_order):
    readme = sections(ROOT / "README.md")
    classes, named, _ = blocks(readme["Fit it to your shop"], "python")
    example("Fit it to your shop", {"Fit it to your shop": f"```python\n{classes}```\n```python\n{named}```\n"})
    make_order()
    paid = make_order(is_paid=True, comment="до обеда")

    (sent,) = onec.fetch_orders().orders

    assert sent.number == f"{paid.pk:08d}"
    assert sent.comment == "до обеда\nСайт: Новый"


def test_example_of_two_mounts_is_answered_and_checked_without_a_warning(settings):
    _, source = [
        block
        for title in ("2. Settings and addresses", "8. Enter it in 1C")
        for block in blocks(sections(DOCS / "quickstart.md")[title], "python")
        if block.startswith("# urls.py")
    ]
    settings.ROOT_URLCONF = ModuleType("urls")
    exec(source, vars(settings.ROOT_URLCONF))

    assert run_checks(tags=["urls", "onec_exchange"]) == []
    for address in ("/1c/exchange", "/bitrix/admin/1c_exchange.php"):
        assert resolve(address).func.view_class is ExchangeView


def test_example_old_orders(make_order):
    (source,) = blocks(sections(DOCS / "quickstart.md")["4. Old orders"], "python")
    day = make_aware(datetime(2026, 11, 23))
    make_order(created_at=day - timedelta(seconds=1))
    make_order(created_at=day)

    exec(in_tests(source), {})

    assert list(Order.objects.order_by("pk").values_list("sent_to_1c", flat=True)) == [True, False]


@pytest.mark.django_db
def test_example_the_account():
    (source,) = blocks(sections(DOCS / "quickstart.md")["5. An account for 1C"], "python")

    exec(source, {})

    assert get_user_model().objects.get(username="1c").has_perm("django_onec_exchange.use_exchange")


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
