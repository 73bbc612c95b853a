"""Whatever is sent, in whatever order, is answered in the protocol's form and leaves the books in order.

More by hand: ``pytest tests/hostile/test_fuzz.py --hypothesis-profile=fuzz``.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_onec_exchange.audit import get_storage
from django_onec_exchange.incoming import uploads
from django_onec_exchange.models import ExchangeEvent, ImportSession, IncomingFile, OrderBatch, OrderDelivery
from django_onec_exchange.protocol import errors
from tests.access.conftest import RIGHT, WRONG, basic
from tests.conftest import ENDPOINT
from tests.incoming import files
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


def packed(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, content)
    return archive.getvalue()


CATALOG, NEWS = files.catalog(["a", "b"]), files.orders(files.order("1001"), files.order("404"))
BODIES = [
    b"",
    b"<a/>",
    CATALOG,
    CATALOG[:-9],
    NEWS,
    packed("import0_1.xml", CATALOG),
    packed("../evil.xml", CATALOG),
]
NAMES = [
    "import0_1.xml",
    "orders.xml",
    "v8.zip",
    "a/b.jpg",
    "a",
    "../evil.xml",
    "C:\\a.xml",
    "a\n.xml",
    "CON",
    "x" * 300,
]

TEXT = st.text(max_size=20).filter(lambda text: not re.search("[\ud800-\udfff]", text))
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20)
VALUES = {
    "type": st.sampled_from(["sale", "catalog", "SALE ", "crm"]),
    "mode": st.sampled_from(
        ["checkauth", "init", "query", "success", "file", "import", "info", "complete", "deactivate", "dance"]
    ),
    "filename": st.sampled_from(NAMES),
    "version": st.sampled_from(["2.08", "3.1", "99.99", "x"]),
    "cmlVersion": st.sampled_from(["2.10", ""]),
    "sessid": st.sampled_from(["OWN", "STALE", "x"]),
    "zip": st.sampled_from(["yes", "no"]),
    "timestamp": st.sampled_from(["0", "9" * 30]),
}
CONTENT_TYPES = [
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=utf-7",
    "text/xml; charset=windows-1251",
    "",
]


@dataclass
class Call:
    """One request; ``OWN`` stands for the token of the exchange under way, ``STALE`` for one that has ended."""

    method: str
    parameters: list[tuple[str, str | bytes]]
    headers: dict[str, str]
    body: bytes
    content_type: str
    extra: dict[str, str]


def mostly(*usual: Any, odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Take one of the usual values three times out of four."""
    return st.integers(0, 3).flatmap(lambda number: st.sampled_from(usual) if number else odd)


#: Also twice, and once in a while anything at all.
OTHERS = st.lists(
    st.one_of(
        *(
            st.tuples(st.just(name), values)
            for name, values in VALUES.items()
            if name not in ("type", "filename", "mode")
        ),
        st.tuples(st.sampled_from([*VALUES]), TEXT),
        st.tuples(TEXT, st.one_of(TEXT, st.binary(max_size=10))),
    ),
    max_size=4,
)
TYPE = mostly([], odd=st.tuples(st.just("type"), VALUES["type"]).map(lambda pair: [pair]))
FILENAME = mostly(*([("filename", name)] for name in NAMES), odd=TEXT.map(lambda name: [("filename", name)]))
MODE = VALUES["mode"].map(lambda mode: [("mode", mode)])
PARAMETERS = st.tuples(OTHERS, FILENAME, TYPE, MODE).map(lambda parts: [pair for part in parts for pair in part])

OWN = {"Cookie": "onec_exchange=OWN"}
ANY_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Authorization": st.one_of(st.sampled_from([basic(RIGHT), basic(WRONG), "Basic", "Basic /w=="]), HEADER),
        "Cookie": st.one_of(
            st.sampled_from(["onec_exchange=OWN", "onec_exchange=STALE", "onec_exchange="]), HEADER
        ),
        "User-Agent": st.one_of(st.sampled_from(["1C+Enterprise/8.3", "BITRIX"]), HEADER),
        "X-Forwarded-For": HEADER,
        "Content-Encoding": st.sampled_from(["gzip", "x"]),
        "Accept-Language": HEADER,
        "Sec-Fetch-Site": st.sampled_from(["none", "cross-site"]),
    },
)
CALLS = st.builds(
    Call,
    method=mostly("GET", "POST", odd=st.sampled_from(["HEAD", "PUT", "FOO"])),
    parameters=PARAMETERS,
    headers=mostly(OWN, OWN, {"Authorization": basic(RIGHT)}, odd=ANY_HEADERS),
    body=st.one_of(st.sampled_from(BODIES), st.binary(max_size=50)),
    content_type=st.sampled_from(CONTENT_TYPES),
    extra=mostly(
        {}, odd=st.sampled_from(["0", "-1", "x", "1" * 12, "9" * 5000]).map(lambda it: {"CONTENT_LENGTH": it})
    ),
)
#: What a 1C that is signed in sends; between these anything may come.
REAL_CALLS = st.sampled_from(
    [
        Call("GET", [("type", "sale"), ("mode", "query")], OWN, b"", "", {}),
        Call("GET", [("type", "sale"), ("mode", "success")], OWN, b"", "", {}),
        Call("GET", [("type", "catalog"), ("mode", "init")], OWN, b"", "", {}),
        Call("POST", [("type", "catalog"), ("filename", "import0_1.xml"), ("mode", "file")], OWN, CATALOG, "", {}),
        Call("POST", [("type", "sale"), ("filename", "orders.xml"), ("mode", "file")], OWN, NEWS, "", {}),
        Call("POST", [("type", "catalog"), ("filename", "v8.zip"), ("mode", "file")], OWN, BODIES[-2], "", {}),
        Call("GET", [("type", "catalog"), ("filename", "import0_1.xml"), ("mode", "import")], OWN, b"", "", {}),
    ]
)

OUR_ERRORS = "|".join(name for name, value in vars(errors).items() if isinstance(value, type))
LEAKS = re.compile(
    rf"Traceback|File \"|\.py\b|\w(Error|Exception|Warning|DoesNotExist)\b|\b({OUR_ERRORS})\b|<html|SELECT | at 0x"
)
FIRST_LINE = re.compile(r"success|failure|progress|zip=(yes|no)")


def check_form(call: Call, response: Any) -> str:
    """See that a reply is one that 1C can read and that tells it nothing else; return its first line."""
    content = response.getvalue()
    assert response.status_code in (200, 401)
    assert "Location" not in response and "Set-Cookie" not in response
    if call.method == "HEAD":
        return ""
    assert content
    kind = response["Content-Type"].partition(";")[0]
    if kind == "application/xml":
        assert ElementTree.fromstring(content).tag in ("КоммерческаяИнформация", "Справочник")
        return "<?xml"
    if kind == "application/zip":
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        return "PK"
    assert kind == "text/plain"
    text = content.decode()
    first = text.split("\n")[0]
    assert FIRST_LINE.fullmatch(first), text
    assert not LEAKS.search(text), text
    assert "\r" not in text and text == text.strip()
    assert (response.status_code == 200) or first == "failure"
    return first


def check_books() -> None:
    """See that what is written down agrees with itself and with the disk."""
    marked = OrderDelivery.objects.filter(state=OrderDelivery.State.MARKED)
    assert not marked.exclude(batch__state=OrderBatch.State.CONFIRMED).exists()
    sent = Order.objects.filter(sent_to_1c=True)
    assert {str(pk) for pk in sent.values_list("pk", flat=True)} == set(marked.values_list("order_id", flat=True))
    assert not OrderBatch.objects.filter(state=OrderBatch.State.PREPARING).exists()
    for batch in OrderBatch.objects.filter(order_count__gt=0):
        with get_storage().open(batch.audit_file) as copy:
            assert hashlib.sha256(copy.read()).hexdigest() == batch.digest
    for file in IncomingFile.objects.filter(size__gt=0, unpacked=False).exclude(upload=None):  # None: history
        assert uploads.path_of(file).stat().st_size >= file.size
    assert not ImportSession.objects.filter(state=ImportSession.State.RUNNING).exists()
    assert not ExchangeEvent.objects.filter(code="internal").exists()


@pytest.mark.usefixtures("shop", "account")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    signed_in=st.sampled_from([True, True, False]),
    calls=st.lists(st.one_of(CALLS, REAL_CALLS), min_size=1, max_size=6),
)
def test_whatever_is_sent_is_answered_in_form_and_leaves_the_books_in_order(
    site, sign_in, make_order, upload_root, caplog, signed_in, calls
):
    caplog.clear()
    with transaction.atomic():
        make_order(number="1001")
        make_order(number="1002")
        tokens = {"OWN": sign_in() if signed_in else "nobody", "STALE": "ended"}
        for call in calls:
            before = set(Order.objects.filter(sent_to_1c=True))
            first = check_form(call, send(site, call, tokens))
            confirmed = first == "success" and call.parameters[-1] == ("mode", "success")
            assert confirmed or set(Order.objects.filter(sent_to_1c=True)) == before
            check_books()
        transaction.set_rollback(True)
    assert not [record for record in caplog.records if "reference" in record.getMessage()]
    assert not list(upload_root.parent.rglob("*evil.xml"))


def send(site: Any, call: Call, tokens: dict[str, str]) -> Any:
    def filled(text: str) -> str:
        for name, token in tokens.items():
            text = text.replace(name, token)
        return text

    query = "&".join(
        f"{quote(name)}={quote(filled(value) if isinstance(value, str) else value)}"
        for name, value in call.parameters
    )
    headers = {name: filled(value) for name, value in call.headers.items()}
    return site.generic(
        call.method, f"{ENDPOINT}?{query}", call.body, call.content_type, headers=headers, **call.extra
    )
