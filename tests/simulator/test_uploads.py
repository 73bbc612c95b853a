"""Who sends what in which order, and how it is cut or packed as ``init`` says."""

import zipfile
from io import BytesIO

import pytest

from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.simulator.peers import LOGIN, ScriptedSite

IMPORT = ("import0_1.xml", "<каталог/>".encode())
OFFERS = ("offers0_1.xml", "<предложения/>".encode())
PICTURE = ("import_files/ab/abcd_1234.jpg", b"\xff\xd8picture")
CATALOG = (IMPORT, OFFERS, PICTURE)
ORDERS = (("orders-6f1e_1.xml", b"<orders/>"),)
UNLIMITED = "zip=no\nfile_limit=0"
VERSIONED = "zip=no\nfile_limit=1000\nsessid=tok-1\nversion=3.1"
STAMPED = f"{LOGIN}\ntimestamp=1700000000"


def quick_unf(site, **options):
    return UNF(site, seconds_before_import=0, **options)


# -- the order of calls


def test_ut_sends_a_catalogue_and_has_each_xml_imported():
    site = ScriptedSite()
    report = UT11(site).send_catalog(CATALOG)

    assert [(method, query) for method, query, _ in site.requests] == [
        ("GET", "type=catalog&mode=checkauth"),
        ("GET", "type=catalog&mode=init"),
        ("POST", "type=catalog&mode=file&filename=import0_1.xml"),
        ("POST", "type=catalog&mode=file&filename=offers0_1.xml"),
        ("POST", "type=catalog&mode=file&filename=import_files/ab/abcd_1234.jpg"),
        ("GET", "type=catalog&mode=import&filename=import0_1.xml"),
        ("GET", "type=catalog&mode=import&filename=offers0_1.xml"),
    ]
    assert site.uploads == list(CATALOG)
    assert report.succeeded
    assert (report.type, report.attempts, report.error, report.warnings) == ("catalog", 1, None, ())
    assert [(file.name, file.succeeded, file.polls) for file in report.files] == [
        (name, True, 0) for name, _ in CATALOG
    ]
    assert [step.sent for step in report.steps if step.mode == "file"] == [len(body) for _, body in CATALOG]


def test_ut_sends_orders_in_the_same_way():
    site = ScriptedSite()
    report = UT11(site, use_session_id=True).send_orders(ORDERS)

    assert site.queries == [
        "type=sale&mode=checkauth",
        "type=sale&mode=init&sessid=tok-1",
        "type=sale&mode=file&filename=orders-6f1e_1.xml&sessid=tok-1",
        "type=sale&mode=import&filename=orders-6f1e_1.xml&sessid=tok-1",
    ]
    assert report.succeeded
    assert "tok-1" not in str([step.query for step in report.steps])


@pytest.mark.parametrize("send", ["send_orders", "send_catalog"])
def test_ut_may_not_wait_for_the_import(send):
    site = ScriptedSite()
    report = getattr(UT11(site, wait_for_import=False), send)(CATALOG)

    assert site.modes == ["checkauth", "init", "file", "file", "file"]
    assert all(file.succeeded for file in report.files)


def test_unf_imports_a_catalogue_in_the_order_of_names():
    site = ScriptedSite()
    assert quick_unf(site).send_catalog(reversed(CATALOG)).succeeded

    assert site.queries[2:] == [
        "type=catalog&mode=file&filename=import0_1.xml",
        "type=catalog&mode=file&filename=import_files/ab/abcd_1234.jpg",
        "type=catalog&mode=file&filename=offers0_1.xml",
        "type=catalog&mode=import&filename=import0_1.xml",
        "type=catalog&mode=import&filename=offers0_1.xml",
    ]


@pytest.mark.parametrize("options", [{}, {"bitrix": True}])
def test_unf_never_has_orders_imported(options):
    site = ScriptedSite()
    report = quick_unf(site, **options).send_orders(ORDERS)

    assert site.modes == ["checkauth", "init", "file"]
    assert report.files[0].succeeded


def test_unf_with_the_bitrix_protocol_pastes_its_session_before_the_mode():
    site = ScriptedSite()
    quick_unf(site, bitrix=True).send_orders(ORDERS)

    assert site.queries == [
        "type=sale&mode=checkauth",
        "type=sale&sessid=tok-1&mode=init",
        "type=sale&sessid=tok-1&mode=file&filename=orders-6f1e_1.xml",
    ]


def test_unf_with_subordinate_documents_declares_the_version_on_each_call_and_imports():
    site = ScriptedSite(init=VERSIONED)
    assert quick_unf(site, subordinate=True).send_orders(ORDERS).succeeded

    assert site.queries == [
        "type=sale&mode=checkauth",
        "type=sale&sessid=tok-1&version=2.09&cmlVersion=2.10&mode=init",
        "type=sale&sessid=tok-1&version=2.09&cmlVersion=2.10&mode=file&filename=orders-6f1e_1.xml",
        "type=sale&sessid=tok-1&version=2.09&cmlVersion=2.10&mode=import&filename=orders-6f1e_1.xml",
    ]


def test_unf_waits_before_each_import(monkeypatch):
    slept = []
    monkeypatch.setattr("django_onec_exchange.simulator.clients.sleep", slept.append)
    site = ScriptedSite(**{"import": ["progress", "success", "success"]})
    UNF(site).send_catalog(CATALOG)

    assert slept == [5, 5, 5]


def test_the_bitrix_module_declares_its_version_in_init_and_sends_many_files():
    site = ScriptedSite(init=VERSIONED)
    names = ["groups___1.xml", "goods___1.xml", "offers___1.xml", "prices___1.xml", "rests___1.xml"]
    assert BitrixModule(site).send_catalog([(name, b"<x/>") for name in names]).succeeded

    assert site.queries == [
        "type=catalog&mode=checkauth",
        "type=catalog&mode=init&version=3.1&sessid=tok-1",
        *(f"type=catalog&mode=file&filename={name}&sessid=tok-1" for name in names),
        *(f"type=catalog&mode=import&filename={name}&sessid=tok-1" for name in names),
    ]


@pytest.mark.parametrize(("version", "imports"), [("3.1", ["import"]), ("2.08", ["import"]), (None, [])])
def test_the_bitrix_module_imports_orders_if_it_declared_a_version(version, imports):
    site = ScriptedSite(init=VERSIONED if version else UNLIMITED)
    assert BitrixModule(site, version=version).send_orders([("documents___1.xml", b"<x/>")]).succeeded

    assert site.modes == ["checkauth", "init", "file", *imports]


@pytest.mark.parametrize(
    ("login", "full", "end"),
    [
        (STAMPED, False, []),
        (STAMPED, True, ["deactivate&timestamp=1700000000", "complete"]),
        (LOGIN, True, ["complete"]),
        ("success\nonec\nv\nsessid=tok-1\ntimestamp=", True, ["complete"]),
    ],
)
def test_only_a_full_catalogue_is_completed_and_only_with_a_timestamp_is_the_rest_dropped(login, full, end):
    site = ScriptedSite(checkauth=login, init=VERSIONED)
    assert BitrixModule(site).send_catalog([IMPORT], full=full).succeeded

    assert site.queries[4:] == [f"type=catalog&mode={what}&sessid=tok-1" for what in end]


def test_nothing_is_dropped_or_completed_after_a_failure():
    site = ScriptedSite(checkauth=STAMPED, init=VERSIONED, **{"import": "failure"})
    assert not BitrixModule(site).send_catalog([IMPORT], full=True).succeeded

    assert site.modes[-1] == "import"


@pytest.mark.parametrize("mode", ["deactivate", "complete"])
def test_a_refused_end_is_an_error_though_every_file_was_taken(mode):
    site = ScriptedSite(checkauth=STAMPED, init=VERSIONED, **{mode: "failure\nНе сейчас"})
    report = BitrixModule(site).send_catalog([IMPORT], full=True)

    assert report.error == f"The site refused {mode}: Не сейчас."
    assert report.files[0].succeeded


# -- init


@pytest.mark.parametrize("said", ["zip=no\nfile_limit=10\n", "zip=no", VERSIONED, "", " \n"])
def test_ut_sends_nothing_unless_init_has_two_lines(said):
    site = ScriptedSite(init=said)
    report = UT11(site).send_orders(ORDERS)

    assert site.modes == ["checkauth", "init"]
    assert report.error
    assert not report.files[0].succeeded


@pytest.mark.parametrize(
    ("options", "said", "sends"),
    [
        ({}, "zip=no", True),
        ({}, "zip=no\nfile_limit=10\n", True),
        ({}, "", False),
        ({"bitrix": True}, "zip=no", False),
        ({"bitrix": True}, UNLIMITED, True),
        ({"bitrix": True}, VERSIONED, True),
    ],
)
def test_unf_is_content_with_less(options, said, sends):
    site = ScriptedSite(init=said)

    assert quick_unf(site, **options).send_orders(ORDERS).succeeded == sends
    assert ("file" in site.modes) == sends


@pytest.mark.parametrize(
    ("limit", "parts"),
    [
        ("1", [b"0", b"1", b"2", b"3", b"4"]),
        ("2", [b"01", b"23", b"4"]),
        ("5", [b"01234"]),
        ("6", [b"01234"]),
        ("0", [b"01234"]),
        ("many", [b"01234"]),
    ],
)
def test_a_file_above_the_limit_goes_in_parts_of_one_name(limit, parts, tmp_path):
    file = tmp_path / "on-disk"
    file.write_bytes(b"01234")
    site = ScriptedSite(init=f"zip=no\nfile_limit={limit}")
    report = UT11(site).send_orders({"orders-1_1.xml": file})

    assert site.uploads == [("orders-1_1.xml", part) for part in parts]
    assert set(site.queries[2:-1]) == {"type=sale&mode=file&filename=orders-1_1.xml"}
    assert site.modes.count("import") == 1
    assert report.succeeded
    assert report.files[0].bytes == 5
    assert bool(report.warnings) == (limit == "many")


def test_an_empty_file_is_one_empty_post():
    site = ScriptedSite()
    UT11(site).send_orders([("orders.xml", b"")])

    assert site.requests[2][0] == "POST"
    assert site.uploads == [("orders.xml", b"")]


@pytest.mark.parametrize("word", ["zip=yes", " ZIP=YES "])
def test_everything_is_packed_into_one_archive_if_the_site_wants_it(word):
    site = ScriptedSite(init=f"{word}\nfile_limit=100")
    report = UT11(site).send_catalog(CATALOG)

    (name,) = {name for name, _ in site.uploads}
    assert name.startswith("v8_")
    assert name.endswith("_1.zip")
    assert int(name.split("_")[1], 16) >= 0
    assert {len(part) for _, part in site.uploads[:-1]} == {100}
    with zipfile.ZipFile(BytesIO(b"".join(part for _, part in site.uploads))) as archive:
        assert [(member, archive.read(member)) for member in archive.namelist()] == list(CATALOG)
    assert [query for query in site.queries if "mode=import" in query] == [
        "type=catalog&mode=import&filename=import0_1.xml",
        "type=catalog&mode=import&filename=offers0_1.xml",
    ]
    assert all(file.succeeded for file in report.files)


@pytest.mark.parametrize("word", ["zip=no", "zip=1", "zip = yes", "yes"])
def test_any_other_word_means_separate_files(word):
    site = ScriptedSite(init=f"{word}\nfile_limit=100")
    UT11(site).send_catalog(CATALOG)

    assert site.uploads == list(CATALOG)


def test_a_refused_archive_takes_all_files_with_it():
    site = ScriptedSite(init="zip=yes\nfile_limit=0", file="failure\nfull")
    report = UT11(site).send_catalog(CATALOG)

    assert not any(file.succeeded for file in report.files)
    assert report.error.endswith(": full.")
    assert "import" not in site.modes
