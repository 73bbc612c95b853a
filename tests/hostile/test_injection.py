"""Lines, bytes and lengths that were put where a name or a number belongs."""

from __future__ import annotations

import gzip
import logging
import re
from itertools import product

import pytest

from django_onec_exchange.models import ExchangeSession, IncomingFile
from tests.access.conftest import RIGHT
from tests.conftest import body
from tests.incoming import files

pytestmark = pytest.mark.django_db

FORGED = "root: all is well"
LINE_ENDS = ["%0A", "%0D", "%0D%0A", "%E2%80%A8", "%C2%85", "%0B", "%1E", "\\n"]
UPLOAD = "type=catalog&mode=file&filename=import0_1.xml"


def errors(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.fixture
def lines(caplog):
    """Return every line that was logged, as a file would have it."""
    caplog.set_level("DEBUG")
    formatter = logging.Formatter("%(levelname)s %(message)s")

    def read() -> list[str]:
        text = [formatter.format(record) for record in caplog.records if not record.exc_info]
        return [line for one in text for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", one)]

    return read


@pytest.mark.parametrize("mode", ["file", "import"])
def test_a_file_name_makes_no_line_of_its_own(call, sign_in, lines, mode):
    token = sign_in()

    for end in LINE_ENDS:
        response = call("POST", f"mode={mode}&filename=a{end}{FORGED}", content=b"<a/>", cookie=token)
        assert body(response).count("\n") <= 1, end
        assert not [value for value in response.headers.values() if FORGED in value], end
    assert not [line for line in lines() if line.startswith(FORGED)]


@pytest.mark.parametrize("parameter", ["type", "mode", "version", "cmlVersion", "sessid", "zip", "timestamp", "x"])
def test_no_parameter_makes_a_header_or_a_line_of_its_own(ask, sign_in, lines, parameter):
    token = sign_in()

    for mode, end in product(("query", "init", "deactivate"), LINE_ENDS):
        response = ask(f"mode={mode}&{parameter}=a{end}X-Forged: {FORGED}", cookie=token)
        body(response)
        assert "X-Forged" not in response
        assert not [value for value in response.headers.values() if FORGED in value]
    assert not [line for line in lines() if FORGED in line]


def test_the_file_that_a_browser_would_save_has_a_name_of_ours(ask, sign_in):
    response = ask("mode=query&filename=a.html%22%0D%0AX-Forged:%201", cookie=sign_in())
    body(response)

    assert response["Content-Disposition"] == 'attachment; filename="orders.xml"'


@pytest.mark.parametrize("name", ["User-Agent", "X-Forwarded-For", "Cookie", "Authorization", "Referer", "Accept"])
def test_no_header_makes_a_line_of_the_log(settings, ask, account, lines, name):
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1

    for end in ("\n", "\r\n", "\x0b", "\x85"):
        ask("mode=query", headers={name: f"a{end}{FORGED}"})

    assert not [line for line in lines() if FORGED in line]


def test_the_number_of_an_order_makes_no_line_of_the_log(sign_in, post, lines):
    news = files.orders(files.order("1001").replace("1001</Номер>", f"1001&#10;{FORGED}</Номер>"))

    assert body(post("type=sale&mode=file&filename=orders.xml", news, cookie=sign_in())) == "success"

    assert [line for line in lines() if FORGED in line]
    assert not [line for line in lines() if line.startswith(FORGED)]


def test_the_number_of_an_order_that_cannot_be_applied_makes_no_line_of_the_log(
    settings, sign_in, post, make_order, caplog
):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.hostile.shop.StumblingUpdates"
    make_order(number="1001")
    news = files.orders(files.order("1001").replace("1001</Номер>", f"1001&#10;{FORGED}</Номер>"))

    post("type=sale&mode=file&filename=orders.xml", news, cookie=sign_in())

    assert [one for one in errors(caplog) if FORGED in one]
    assert not [one for one in errors(caplog) if "\n" in one]


def test_the_id_of_a_product_makes_no_line_of_the_log(ask, sign_in, post, shop, caplog):
    token = sign_in()
    content = files.catalog(["stumble"]).replace(b"p-stumble", f"p-1&#10;{FORGED}".encode())
    post(UPLOAD, content, cookie=token)

    answer = body(ask("mode=import&filename=import0_1.xml", cookie=token))

    assert answer.count("\n") == 1
    assert [one for one in errors(caplog) if FORGED in one]
    assert not [one for one in errors(caplog) if "\n" in one]


# -- what a server takes from a header


@pytest.mark.parametrize("known", [True, False], ids=["1C", "a stranger"])
@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "unicode_escape", "cp037", "windows-1251", "x"])
def test_the_charset_of_a_body_does_not_change_what_an_address_says(site, sign_in, caplog, charset, known):
    """Django reads the address by it; some make half characters, which nothing can store or hash."""
    token = sign_in()
    caplog.clear()

    def say(query: str) -> tuple[int, str]:
        response = site.generic(
            "POST",
            f"/1c/exchange/?{query}",
            b"x",
            f"text/plain; charset={charset}",
            headers={"Cookie": f"onec_exchange={token if known else 'x'}"},
        )
        return response.status_code, body(response).split("\n")[0]

    assert say("type=sale&mode=init&version=%33.1") == (200, "zip=no" if known else "failure")
    for half in (r"\ud800", "+2AA-"):
        for name in ("sessid", "type", "mode", "version", "filename"):
            assert say(f"mode=success&{name}={half}") == (200, "failure")
    assert errors(caplog) == []


@pytest.mark.parametrize(
    "length",
    ["", "x", "-1", "-0", "+4", "4.0", "4e0", "0x4", "4_0", "4,4", "4 4", "NaN", "²", "9" * 5000, "9" * 20, "0"],
)
def test_a_length_that_is_none_stores_nothing_and_is_no_fault_of_the_site(
    site, sign_in, upload_root, caplog, length
):
    token = sign_in()

    response = site.generic(
        "POST",
        f"/1c/exchange/?{UPLOAD}",
        b"<a/>",
        "application/octet-stream",
        headers={"Cookie": f"onec_exchange={token}"},
        CONTENT_LENGTH=length,
    )

    assert response.status_code == 200
    assert body(response).startswith("failure\n")
    assert [path for path in upload_root.rglob("*.xml") if path.stat().st_size] == []
    assert errors(caplog) == []


def test_a_length_with_leading_zeros_is_that_length(site, sign_in, upload_root):
    site.generic(
        "POST",
        f"/1c/exchange/?{UPLOAD}",
        b"<a/>",
        "application/octet-stream",
        headers={"Cookie": f"onec_exchange={sign_in()}"},
        CONTENT_LENGTH="0004",
    )

    (stored,) = upload_root.rglob("*.xml")
    assert stored.read_bytes() == b"<a/>"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity", "gzip, gzip"])
def test_a_body_is_never_unpacked_on_its_way(ask, sign_in, post, shop, upload_root, encoding):
    """A bomb in Content-Encoding is a small file that cannot be read."""
    token = sign_in()
    bomb = gzip.compress(bytes(10_000_000))

    assert body(post(UPLOAD, bomb, cookie=token, HTTP_CONTENT_ENCODING=encoding)) == "success"

    (stored,) = upload_root.rglob("*.xml")
    assert stored.read_bytes() == bomb
    assert body(ask("mode=import&filename=import0_1.xml", cookie=token)).startswith("failure\n")


def test_odd_programs_and_names_are_kept_as_text(ask, make_account):
    make_account("name\r\nX-Forged")

    response = ask(
        "type=sale&mode=checkauth",
        auth="name\r\nX-Forged:secret",
        headers={"User-Agent": "a\x00\x85b<script>" + "я" * 300},
    )

    assert body(response).startswith("success\n")
    session = ExchangeSession.objects.get()
    assert session.account_name == "name\r\nX-Forged"
    assert "\x00" not in session.user_agent
    assert "X-Forged" not in response


def test_a_refused_upload_leaves_no_file(call, sign_in, upload_root):
    token = sign_in()

    for name in ("..%2Fa.xml", "a%00.xml", "%2e%2e%5ca.xml", "CON", "a%0A.xml"):
        assert body(call("POST", f"mode=file&filename={name}", content=b"<a/>", cookie=token)).startswith(
            "failure\n"
        )

    assert not IncomingFile.objects.exists()
    assert not [path for path in upload_root.rglob("*") if path.is_file()]


def test_an_overlong_cookie_or_password_is_refused_in_words(ask, account, caplog):
    assert body(ask("mode=init", cookie="x" * 60_000)).startswith("failure\n")
    assert body(ask("mode=init", auth=f"1c:{'x' * 60_000}")).startswith("failure\n")
    assert body(ask("mode=init", auth=f"{'я' * 60_000}:x")).startswith("failure\n")
    assert body(ask("mode=init", auth=RIGHT, headers={"User-Agent": "x" * 60_000})).startswith("zip=")
    assert errors(caplog) == []
