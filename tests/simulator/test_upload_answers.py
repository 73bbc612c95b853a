"""What each 1C makes of the answers to what it sends: goes on, asks again, stops, tries again."""

from io import BytesIO
from urllib.parse import quote

import pytest

from django_onec_exchange.simulator import (
    UNF,
    UT11,
    Answer,
    BitrixModule,
    ExchangeStoppedError,
    Portion,
    TransferError,
)
from tests.simulator.peers import LOGIN, TEXT, ScriptedSite

CATALOG = (
    ("import0_1.xml", "<каталог/>".encode()),
    ("offers0_1.xml", "<предложения/>".encode()),
    ("import_files/ab/abcd_1234.jpg", b"\xff\xd8picture"),
)
ORDERS = (("orders-6f1e_1.xml", b"<orders/>"),)
STAMPED = f"{LOGIN}\ntimestamp=1700000000"


# -- the answers to file


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("failure\nНет места", "The site refused file import0_1.xml: Нет места."),
        ("FAILURE", "The site refused file import0_1.xml: no reason."),
        ("progress", "file import0_1.xml was answered with what 1C takes for a failure: progress"),
        ("", "file import0_1.xml was not answered."),
        ("<html>success</html>", "file import0_1.xml was answered with what 1C takes for a failure: <html>"),
        ("successful", "file import0_1.xml was answered with what 1C takes for a failure: successful"),
        (TransferError("No answer within 180 seconds."), "No answer within 180 seconds."),
    ],
)
def test_anything_but_success_ends_the_sending(said, told):
    site = ScriptedSite(file=said)
    report = UT11(site).send_catalog(CATALOG)

    assert site.modes == ["checkauth", "init", "file"]
    assert report.error.startswith(told)
    assert report.files[0].error == report.error
    assert [file.error for file in report.files[1:]] == [None, None]
    assert not any(file.succeeded for file in report.files)


def test_the_parts_after_a_refused_one_are_not_sent():
    site = ScriptedSite(init="zip=no\nfile_limit=4", file=["success", "failure\nno", "success"])
    report = UT11(site).send_orders([("orders.xml", b"0123456789")])

    assert site.uploads == [("orders.xml", b"0123"), ("orders.xml", b"4567")]
    assert report.error == "The site refused file orders.xml: no."


def test_more_lines_after_success_are_only_logged():
    site = ScriptedSite(init="zip=no\nfile_limit=4", file="Success \nПринято")
    report = UT11(site).send_orders([("orders.xml", b"0123456789")])

    assert report.succeeded
    assert report.warnings == ("file orders.xml: the site added «Принято», which 1C only logs.",)


def test_the_status_code_is_logged_and_the_body_believed():
    site = ScriptedSite(file=Answer(500, TEXT, b"success"))
    report = UT11(site).send_orders(ORDERS)

    assert report.succeeded
    assert report.warnings == ("file: HTTP 500; 1C logs it and reads the body all the same.",)


# -- import


def test_progress_is_answered_with_the_same_request_at_once():
    said = ["progress\nРазобрано 10 %", "Progress", "progress\n90 %", "success\nГотово", "success"]
    site = ScriptedSite(**{"import": said})
    report = UT11(site).send_catalog(CATALOG)

    assert site.queries[5:] == ["type=catalog&mode=import&filename=import0_1.xml"] * 4 + [
        "type=catalog&mode=import&filename=offers0_1.xml"
    ]
    assert report.succeeded
    assert [(file.polls, file.progress) for file in report.files] == [
        (3, ("Разобрано 10 %", "", "90 %")),
        (0, ()),
        (0, ()),
    ]


def test_an_import_that_never_ends_is_left():
    site = ScriptedSite(**{"import": "progress\n99 %"})
    report = UT11(site, max_polls=3).send_catalog(CATALOG)

    assert site.modes.count("import") == 3
    assert "progress 3 times" in report.error
    assert report.files[0].polls == 3


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("failure\nНе XML", "The site refused import of import0_1.xml: Не XML."),
        ("", "import of import0_1.xml was not answered."),
        ("error", "import of import0_1.xml was answered with what 1C takes for a failure: error (HTTP 200)."),
        (TransferError("No answer within 180 seconds."), "No answer within 180 seconds."),
    ],
)
def test_a_failed_import_is_the_last_if_no_file_succeeded(said, told):
    site = ScriptedSite(**{"import": [said, "success"]})
    report = UT11(site).send_catalog(CATALOG)

    assert site.modes.count("import") == 1
    assert report.error == told
    assert [(file.succeeded, file.error) for file in report.files] == [(False, told), (False, None), (True, None)]


def test_once_a_file_succeeded_the_others_are_tried_whatever_fails():
    files = [(f"offers0_{number}.xml", b"<x/>") for number in range(1, 6)]
    said = ["success", "failure\none", TransferError("two"), "success", "failure\nthree"]
    report = UT11(ScriptedSite(**{"import": said})).send_catalog(files)

    assert [file.succeeded for file in report.files] == [True, False, False, True, False]
    assert report.error == "The site refused import of offers0_2.xml: one."
    assert not report.succeeded


# -- attempts


def test_nothing_is_tried_again_unless_the_node_says_so():
    site = ScriptedSite(file="failure")
    report = UT11(site).send_orders(ORDERS)

    assert report.attempts == 1
    assert site.modes.count("checkauth") == 1


def test_each_attempt_logs_in_anew_and_sends_everything_again():
    site = ScriptedSite(
        checkauth=[LOGIN, LOGIN.replace("tok-1", "tok-2"), LOGIN.replace("tok-1", "tok-3")],
        **{
            "import": [
                "success",
                "progress",
                "failure",
                "progress\nhalf",
                TransferError("gone"),
                "success",
                "success",
            ]
        },
    )
    report = UT11(site, retries=5, use_session_id=True).send_catalog(CATALOG[:2])

    assert report.succeeded
    assert report.attempts == 3
    assert site.modes == [
        *["checkauth", "init", "file", "file", "import", "import", "import"],
        *["checkauth", "init", "file", "file", "import", "import"],
        *["checkauth", "init", "file", "file", "import", "import"],
    ]
    assert site.queries[-1].endswith("sessid=tok-3")
    assert [file.polls for file in report.files] == [0, 0]
    assert len(report.steps) == len(site.requests)


def test_the_last_attempt_is_the_one_that_counts():
    site = ScriptedSite(file=["failure\none", TransferError("two"), "failure\nthree"])
    report = UT11(site, retries=2).send_orders(ORDERS)

    assert report.attempts == 3
    assert report.error == "The site refused file orders-6f1e_1.xml: three."


@pytest.mark.parametrize("said", ["failure\nНет", "", TransferError("No answer within 180 seconds.")])
def test_a_refused_login_is_not_tried_again(said):
    site = ScriptedSite(checkauth=said)
    report = UT11(site, retries=3).send_orders(ORDERS)

    assert site.modes == ["checkauth"]
    assert report.attempts == 1
    assert report.error


def test_a_part_is_not_sent_twice_when_its_answer_broke_off():
    site = ScriptedSite(file=TransferError("The reply broke off.", partial=True))
    report = UNF(site, seconds_before_import=0).send_orders(ORDERS)

    assert site.modes.count("file") == 1
    assert report.error == "The reply broke off."


# -- step by step


def test_steps_may_be_played_one_by_one_left_out_and_repeated():
    site = ScriptedSite(init="zip=yes\nfile_limit=4")
    client = UT11(site)

    client.checkauth("catalog")
    client.init()
    client.upload("import.xml", b"012345")
    client.file("import.xml", b"0123")
    client.file("import.xml", Portion(BytesIO(b"012345"), 4, 2))
    client.import_file("import.xml")
    client.import_file("never-sent.xml")

    assert site.uploads == [("import.xml", part) for part in (b"0123", b"45", b"0123", b"45")]
    assert site.modes[-2:] == ["import", "import"]
    assert all(query.startswith("type=catalog&") for query in site.queries)


def test_steps_raise_what_an_operation_would_report():
    with pytest.raises(ExchangeStoppedError, match=r"refused file a\.xml: x"):
        UT11(ScriptedSite(file="failure\nx")).upload("a.xml", b"1")
    with pytest.raises(ExchangeStoppedError, match=r"import of a\.xml was not answered"):
        UT11(ScriptedSite(**{"import": ""})).import_file("a.xml")
    with pytest.raises(ExchangeStoppedError, match="refused complete"):
        BitrixModule(ScriptedSite(complete="failure")).complete()
    with pytest.raises(TransferError):
        UT11(ScriptedSite(file=TransferError("x"))).file("a.xml", b"1")


@pytest.mark.parametrize(
    ("login", "given", "sent"),
    [(STAMPED, None, "1700000000"), (STAMPED, "0", "0"), (STAMPED, "", ""), (LOGIN, None, "")],
)
def test_any_timestamp_can_be_sent_by_hand(login, given, sent):
    site = ScriptedSite(checkauth=login)
    client = BitrixModule(site)
    client.checkauth("catalog")
    client.deactivate(given)

    assert site.queries[1] == f"type=catalog&mode=deactivate&timestamp={sent}&sessid=tok-1"


@pytest.mark.parametrize("name", ["заказы.xml", quote("заказы.xml"), "C:\\v8_8789_c.xml", "/tmp/../a+b.xml"])
def test_a_name_is_glued_to_the_address_as_it_is(name):
    site = ScriptedSite()
    client = UT11(site)
    client.upload(name, b"1")
    client.import_file(name)

    assert site.queries == [f"type=sale&mode=file&filename={name}", f"type=sale&mode=import&filename={name}"]


def test_an_operation_after_an_upload_is_as_ever():
    site = ScriptedSite()
    client = UT11(site)

    assert client.send_catalog(CATALOG).succeeded
    assert client.fetch_orders().confirmed
    assert site.queries[-3:] == ["type=sale&mode=checkauth", "type=sale&mode=query", "type=sale&mode=success"]


# -- reports


def test_progress_is_told_in_bytes_and_files():
    told = []
    site = ScriptedSite(init="zip=no\nfile_limit=4", **{"import": ["progress", "success", "success"]})
    files = {"import.xml": b"0123456789", "offers.xml": b"01"}
    UT11(site, on_progress=lambda *what: told.append(what)).send_catalog(files)

    numbers = {kind: [count for one, count in told if one == kind] for kind, _ in told}
    assert numbers["size"] == [12]
    assert numbers["sent"][-1] == 12
    assert numbers["sent"] == sorted(numbers["sent"])
    assert numbers["imports"] == [2]
    assert numbers["imported"] == [1, 2]
    assert numbers["polls"] == [1]


def test_a_report_becomes_plain_values():
    site = ScriptedSite(**{"import": ["progress\n50 %", "success"]})
    plain = UT11(site, username="1c", password="secret").send_orders(ORDERS).as_dict()

    assert plain["succeeded"] is True
    assert plain["files"] == [
        {
            "name": "orders-6f1e_1.xml",
            "bytes": 9,
            "succeeded": True,
            "polls": 1,
            "progress": ["50 %"],
            "error": None,
        }
    ]
    assert [step["sent"] for step in plain["steps"]] == [0, 0, 9, 0, 0]
    assert "secret" not in str(plain)
