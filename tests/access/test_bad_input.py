"""Requests that no 1C sends: each gets ``failure`` and a sentence, and leaves everything as it was."""

from __future__ import annotations

import logging
import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_onec_exchange.protocol.errors import BadRequest, BadVersion, NothingToConfirm, UnknownMode
from tests.conftest import body
from tests.shop.models import Order

from .conftest import RIGHT, refusal

pytestmark = pytest.mark.django_db

LONG = "x" * 1025
UNKNOWN = refusal(UnknownMode)


def bad(name: str) -> str:
    return refusal(BadRequest, name=name)


BAD_QUERIES = {
    "nothing at all": ("", UNKNOWN),
    "no mode": ("type=sale", UNKNOWN),
    "empty mode": ("type=sale&mode=", UNKNOWN),
    "blank mode": ("type=sale&mode=%20", UNKNOWN),
    "unknown mode": ("type=sale&mode=dance", UNKNOWN),
    "name of an attribute": ("type=sale&mode=__class__", UNKNOWN),
    "name of a method": ("type=sale&mode=handle_query", UNKNOWN),
    "two modes in one": ("type=sale&mode=query,success", UNKNOWN),
    "mode in Cyrillic": ("type=sale&mode=запрос", UNKNOWN),
    "unknown type": ("type=crm&mode=query", UNKNOWN),
    "type in Cyrillic": ("type=заказы&mode=query", UNKNOWN),
    "query of a catalogue": ("type=catalog&mode=query", UNKNOWN),
    "success of a catalogue": ("type=catalog&mode=success", UNKNOWN),
    "a sale is not completed": ("type=sale&mode=complete", UNKNOWN),
    "bytes of no encoding": ("type=sale&mode=%ff%fe", UNKNOWN),
    "broken percents": ("type=sale&mode=%zz%", UNKNOWN),
    "NUL in the mode": ("type=sale&mode=success%00", bad("mode")),
    "NUL in the type": ("type=sale%00&mode=success", bad("type")),
    "NUL in the session": ("type=sale&mode=success&sessid=a%00b", bad("sessid")),
    "NUL in the file name": ("type=sale&mode=success&filename=%00", bad("filename")),
    "very long mode": (f"type=sale&mode={LONG}", bad("mode")),
    "very long type": (f"type={LONG}&mode=success", bad("type")),
    "very long session": (f"type=sale&mode=success&sessid={LONG}", bad("sessid")),
    "very long version": (f"type=sale&mode=success&version={LONG}", bad("version")),
    "very long layout version": (f"type=sale&mode=success&cmlVersion={LONG}", bad("cmlVersion")),
    "very long zip": (f"type=sale&mode=success&zip={LONG}", bad("zip")),
    "absurdly long": ("type=sale&mode=success&filename=" + "я" * 100_000, bad("filename")),
}
BAD_VERSIONS = ["nonsense", "3", "3.1.1", "3,1", "-3.1", "v3.1", "3.", ".1", "3.1e5", "٣.١", "³.1", "100.1", "NaN"]


@pytest.fixture
def under_way(ask, sign_in, make_order) -> str:
    """The token of an exchange that was just handed an order."""
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    return token


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("known", [True, False], ids=["1C", "a stranger"])
@pytest.mark.parametrize(("query", "reply"), BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
def test_it_is_refused_in_words_and_changes_nothing(call, under_way, snapshot, query, reply, known, method):
    before = snapshot()

    response = call(method, query, **({"cookie": under_way, "auth": RIGHT} if known else {}))

    assert body(response) == reply
    assert response.status_code == 200
    assert snapshot() == before
    assert body(call("GET", "mode=success", cookie=under_way)) == "success"
    assert Order.objects.get().sent_to_1c


@pytest.mark.parametrize("parameter", ["version", "cmlVersion"])
@pytest.mark.parametrize("version", BAD_VERSIONS)
@pytest.mark.parametrize("mode", ["checkauth", "init"])
def test_a_version_that_is_no_version_is_refused(call, under_way, snapshot, mode, version, parameter):
    before = snapshot()

    response = call("GET", f"type=sale&mode={mode}&{parameter}={version}", cookie=under_way, auth=RIGHT)

    assert body(response) == refusal(BadVersion)
    assert response.status_code == 200
    assert snapshot() == before


def test_success_first_is_a_failure(ask, sign_in, make_order, snapshot):
    make_order()
    token = sign_in()
    before = snapshot()

    response = ask("type=sale&mode=success", cookie=token)

    assert body(response) == refusal(NothingToConfirm)
    assert response.status_code == 200
    assert snapshot() == before


@pytest.mark.parametrize("known", [True, False], ids=["1C", "a stranger"])
def test_thousands_of_parameters_are_bad_input_and_no_fault_of_the_site(call, under_way, snapshot, caplog, known):
    before = snapshot()
    caplog.clear()

    query = "type=sale&mode=success&" + "&".join(f"a{number}=1" for number in range(1500))
    response = call("GET", query, **({"cookie": under_way} if known else {}))

    assert response.status_code == 200
    assert body(response).startswith("failure\n")
    assert snapshot() == before
    # a stranger cannot fill the log with tracebacks, nor the mailbox of ADMINS
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("mode", ["checkauth", "query", "success", "file&filename=a.xml"])
@pytest.mark.parametrize("known", [True, False], ids=["1C", "a stranger"])
def test_a_large_body_is_not_read_into_memory(settings, call, under_way, mode, known):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    who = {"cookie": under_way, "auth": RIGHT} if known else {}
    response = call("POST", f"mode={mode}", content=b"\x00" * 3_000_000, **who)

    assert "number" not in body(response)  # no internal error
    assert response.status_code == (200 if known else 401)


def test_a_form_in_the_body_is_no_parameter(site, account):
    response = site.post("/1c/exchange/", {"type": "sale", "mode": "checkauth"})

    assert body(response) == UNKNOWN


def test_case_and_blanks_around_words_do_not_matter(call, under_way):
    assert body(call("GET", "type=%20SALE&mode=Success%20", cookie=under_way)) == "success"


def test_the_last_of_repeated_parameters_counts(call, under_way, snapshot):
    before = snapshot()

    assert body(call("GET", "mode=success&mode=dance", cookie=under_way)) == UNKNOWN
    assert snapshot() == before


WORDS = st.sampled_from(["type", "mode", "version", "cmlVersion", "sessid", "filename", "zip", "a", ""])
SIGNS = string.ascii_letters + string.digits + string.punctuation.replace("#", "") + "%яё\ufffd"
TEXT = st.text(alphabet=SIGNS, max_size=30)
VALUES = st.one_of(st.sampled_from(["sale", "catalog", "init", "info", "3.1", "yes", "%00", "%ff", "../a"]), TEXT)
QUERIES = st.lists(st.tuples(WORDS, VALUES), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, known=st.booleans())
def test_whatever_is_asked_is_answered_in_the_protocols_form(call, under_way, caplog, query, known):
    caplog.clear()

    response = call("GET", query, **({"cookie": under_way} if known else {}))

    answer = body(response)
    assert re.match(r"failure\n[^\n]+\Z|zip=no\nfile_limit=\d+(\nsessid=\S+\nversion=\S+)?\Z", answer), answer
    assert response.status_code in (200, 401)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
