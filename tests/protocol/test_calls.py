"""What 1C asks, out of whatever parameters it sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_onec_exchange.protocol.calls import ExchangeCall
from django_onec_exchange.protocol.errors import BadRequest, BadVersion, ExchangeError, UnknownMode
from django_onec_exchange.protocol.modes import ExchangeType, Mode

PARAMETERS = ("type", "mode", "version", "cmlVersion", "sessid", "filename", "zip")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"type": "catalog", "mode": "checkauth"},
            {"type": ExchangeType.CATALOG, "mode": Mode.CHECKAUTH},
            id="UT tests the connection",
        ),
        pytest.param(
            {"type": "sale", "mode": "query"},
            {"type": ExchangeType.SALE, "mode": Mode.QUERY},
            id="UT asks for orders",
        ),
        pytest.param({"mode": "query"}, {"type": None, "mode": Mode.QUERY}, id="no type"),
        pytest.param({"type": "  ", "mode": "query"}, {"type": None, "mode": Mode.QUERY}, id="blank type"),
        pytest.param(
            {"type": " SALE ", "mode": "Success"},
            {"type": ExchangeType.SALE, "mode": Mode.SUCCESS},
            id="case and blanks",
        ),
        pytest.param(
            {"type": "sale", "mode": "init", "version": "3.1", "sessid": " abc "},
            {"type": ExchangeType.SALE, "mode": Mode.INIT, "version": "3.1", "sessid": "abc"},
            id="the Bitrix module declares a version",
        ),
        pytest.param(
            {"type": "sale", "sessid": "abc", "version": "2.09", "cmlVersion": "2.10", "mode": "init"},
            {
                "type": ExchangeType.SALE,
                "mode": Mode.INIT,
                "sessid": "abc",
                "version": "2.09",
                "cml_version": "2.10",
            },
            id="UNF declares two, in an order of its own",
        ),
        pytest.param(
            {"type": "sale", "mode": "file", "filename": "C:\\v8_8789_c.xml"},
            {"type": ExchangeType.SALE, "mode": Mode.FILE, "filename": "C:\\v8_8789_c.xml"},
            id="file name as it is",
        ),
        pytest.param({"mode": "query", "zip": "yes"}, {"type": None, "mode": Mode.QUERY, "zip": True}, id="zip"),
        pytest.param({"mode": "query", "zip": " YES "}, {"type": None, "mode": Mode.QUERY, "zip": True}, id="ZIP"),
        pytest.param(
            {"mode": "query", "zip": "no"}, {"type": None, "mode": Mode.QUERY, "zip": False}, id="no zip"
        ),
        pytest.param(
            {"mode": "query", "page": "\x00" * 5000},
            {"type": None, "mode": Mode.QUERY},
            id="what nobody asked for",
        ),
    ],
)
def test_a_call_is_read(parameters, expected):
    assert ExchangeCall.parse(parameters) == ExchangeCall(**expected)


#: protocol.md, sections 3 to 11: who is asked what.
KNOWN = {
    "checkauth": {"sale", "catalog"},
    "init": {"sale", "catalog"},
    "query": {"sale"},
    "success": {"sale"},
    "file": {"sale", "catalog"},
    "import": {"sale", "catalog"},
    "info": {"sale"},
    "complete": {"catalog"},
    "deactivate": {"catalog"},
}


@pytest.mark.parametrize("type_", ["sale", "catalog"])
@pytest.mark.parametrize("mode", KNOWN)
def test_a_mode_is_known_in_its_types(mode, type_):
    parameters = {"type": type_, "mode": mode}

    if type_ in KNOWN[mode]:
        assert ExchangeCall.parse(parameters).mode == mode
    else:
        with pytest.raises(UnknownMode):
            ExchangeCall.parse(parameters)


@pytest.mark.parametrize("mode", KNOWN)
def test_every_mode_may_come_without_a_type(mode):
    assert ExchangeCall.parse({"mode": mode}).type is None


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"type": "sale"},
        {"type": "sale", "mode": ""},
        {"type": "sale", "mode": "quer"},
        {"type": "sale", "mode": "query success"},
        {"type": "sale", "mode": "запрос"},
        {"type": "crm", "mode": "query"},
        {"type": "reference", "mode": "init"},
        {"type": "sale,catalog", "mode": "init"},
    ],
)
def test_nonsense_is_an_unknown_mode(parameters):
    with pytest.raises(UnknownMode):
        ExchangeCall.parse(parameters)


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("value", ["x" * 1025, "query\x00", "\x00"], ids=["long", "NUL at the end", "NUL"])
def test_a_parameter_that_no_client_sends_is_refused_by_name(name, value):
    with pytest.raises(BadRequest) as refused:
        ExchangeCall.parse({"type": "sale", "mode": "query"} | {name: value})

    assert f"“{name}”" in str(refused.value)
    assert value not in str(refused.value)


def test_a_path_of_a_kilobyte_is_still_a_file_name():
    assert ExchangeCall.parse({"mode": "file", "filename": "x" * 1024}).filename == "x" * 1024


@pytest.mark.parametrize("name", ["version", "cmlVersion"])
@pytest.mark.parametrize(
    "version", ["3", "3.", ".1", "3.1.0", "3,1", "v3.1", "-3.1", "3.100", "٣.١", "3.1\n2", "latest"]
)
def test_what_is_no_version_is_refused(version, name):
    with pytest.raises(BadVersion):
        ExchangeCall.parse({"mode": "init", name: version})


@pytest.mark.parametrize(
    ("parameters", "declares"),
    [
        ({"mode": "init"}, False),
        ({"mode": "init", "version": "", "cmlVersion": " "}, False),
        ({"mode": "init", "version": " 2.09 "}, True),
        ({"mode": "init", "cmlVersion": "2.10"}, True),
    ],
)
def test_only_a_version_declares_a_version(parameters, declares):
    assert ExchangeCall.parse(parameters).declares_version is declares


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text() | st.sampled_from(["sale", "query", "3.1", "yes"])))
def test_any_request_is_a_call_or_an_error_that_1c_can_be_told(parameters):
    try:
        call = ExchangeCall.parse(parameters)
    except ExchangeError as error:
        assert str(error)
        assert error.code in {"bad-request", "unknown-mode", "bad-version"}
    else:
        assert call.mode == parameters["mode"].strip().lower()
