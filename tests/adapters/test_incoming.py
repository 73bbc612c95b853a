"""What handlers of files from 1C are given, and what is loaded for them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from django_onec_exchange.adapters import (
    CatalogHandler,
    ExchangeLists,
    ImportContext,
    OrderUpdateHandler,
    load_adapters,
    load_catalog_handler,
    load_info_lists,
    load_order_update_handler,
    upsert,
)
from django_onec_exchange.commerceml.catalog import Product
from django_onec_exchange.models import ExchangeSession, InfoBase, OrderLink
from django_onec_exchange.protocol.errors import NotConfigured

# -- uploaded files


@pytest.fixture
def make_context(tmp_path):
    def make(**fields) -> ImportContext:
        values = {"base": InfoBase(name="default"), "folder": tmp_path / "upload", "started_at": timezone.now()}
        return ImportContext(adapters=load_adapters(), **values | fields)

    return make


@pytest.fixture
def context(make_context, tmp_path):
    picture = tmp_path / "upload" / "import_files" / "ab" / "x.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"picture")
    (tmp_path / "secret.txt").write_text("not of this upload")
    (tmp_path / "upload" / "link.txt").symlink_to(tmp_path / "secret.txt")
    return make_context()


@pytest.mark.parametrize(
    "name", ["import_files/ab/x.jpg", "import_files\\ab\\x.jpg", "import_files/./ab/../ab/x.jpg"]
)
def test_an_uploaded_file_is_found_by_the_name_a_document_gives_it(context, name):
    assert context.file(name).read_bytes() == b"picture"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "import_files/ab",
        "import_files/ab/y.jpg",
        "../secret.txt",
        "..\\secret.txt",
        "import_files/../../secret.txt",
        "link.txt",
        "/etc/passwd",
        "C:\\Windows\\win.ini",
        "a\x00b",
        "x" * 10_000,
        "x.jpg/" * 3,
    ],
)
def test_nothing_else_is_found(context, name):
    assert context.file(name) is None


def test_an_absolute_path_within_the_upload_is_within_the_upload(context, tmp_path):
    assert context.file(str(tmp_path / "secret.txt")) is None
    assert context.file(str(tmp_path / "upload" / "import_files" / "ab" / "x.jpg")) is not None


def test_without_a_folder_there_are_no_files(make_context):
    assert make_context(folder=None).file("x.jpg") is None


def test_the_adapters_of_orders_know_the_exchange_by_its_session(make_context):
    session = ExchangeSession(profile=ExchangeSession.Profile.VERSIONED, version="2.08")

    exchange = make_context(session=session).exchange

    assert (exchange.session, exchange.profile, exchange.version) == (session, "versioned", "2.08")
    assert make_context().exchange.version == "3.1"


# -- what is loaded


class MyHandler(OrderUpdateHandler):
    """Named by a setting or a view."""


class MyCatalog(CatalogHandler):
    """Named by a setting or a view."""


class MyLists(ExchangeLists):
    """Named by a setting or a view."""


LOADERS = {
    "ORDER_UPDATE_HANDLER": (load_order_update_handler, MyHandler),
    "CATALOG_HANDLER": (load_catalog_handler, MyCatalog),
    "INFO_LISTS": (load_info_lists, MyLists),
}
loaders = pytest.mark.parametrize(
    ("name", "load", "mine"), [(name, *pair) for name, pair in LOADERS.items()], ids=LOADERS
)


@loaders
def test_a_view_goes_before_the_setting_and_the_setting_before_the_default(settings, name, load, mine):
    default = type(load())

    setattr(settings, f"ONEC_EXCHANGE_{name}", f"{__name__}.{mine.__name__}")

    assert type(load()) is mine is not default
    assert type(load(mine.__base__)) is mine.__base__
    assert type(load(f"{__name__}.{mine.__name__}")) is mine


@loaders
@pytest.mark.parametrize("value", ["nowhere.Handler", "no_dots", "django_onec_exchange.adapters", None])
def test_what_cannot_be_loaded_is_named(settings, name, load, mine, value):
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    with pytest.raises(NotConfigured, match=f"ONEC_EXCHANGE_{name}"):
        load()


def test_a_site_takes_no_catalogue_unless_told_to():
    assert load_catalog_handler() is None


def test_a_catalogue_handler_does_nothing_that_is_not_filled_in(make_context):
    handler, context = CatalogHandler(), make_context()

    for name in dir(CatalogHandler):
        if name.startswith("save_"):
            getattr(handler, name)([Product(id="1")], context)
    handler.forget_products(["1"], context)
    handler.finish(context)

    assert handler.check() == []


# -- many rows at once


@pytest.mark.django_db
def test_rows_are_inserted_or_updated_in_one_query(django_assert_num_queries):
    base = InfoBase.objects.create(name="moscow")
    OrderLink.objects.create(base=base, order_id="1", onec_id="old", onec_number="stays")
    rows = [OrderLink(base=base, order_id=str(number), onec_id="new") for number in (1, 2)]

    with django_assert_num_queries(1):
        upsert(OrderLink, rows, by=["base", "order_id"], update=["onec_id"])

    saved = OrderLink.objects.order_by("order_id").values_list("order_id", "onec_id", "onec_number")
    assert list(saved) == [("1", "new", "stays"), ("2", "new", "")]


@pytest.mark.django_db
def test_of_rows_with_one_key_the_last_counts():
    base = InfoBase.objects.create(name="moscow")
    rows = [OrderLink(base=base, order_id="1", onec_id=onec_id) for onec_id in ("first", "last")]

    upsert(OrderLink, rows, by=["base", "order_id"], update=["onec_id"])
    upsert(OrderLink, [], by=["base", "order_id"], update=["onec_id"])

    assert OrderLink.objects.get().onec_id == "last"
