"""The test client side, against three tiny views."""

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from django_onec_exchange.simulator import UT11, DjangoTransport, Portion, TransferError
from tests.simulator.peers import LOGIN, ORDER, document

seen = []
closed = []


class Pieces:
    """A body that notices being closed, and how far it was read."""

    def __init__(self):
        self.given = 0

    def __iter__(self):
        for _ in range(100):
            self.given += 1
            yield b"x" * 10

    def close(self):
        closed.append(self.given)


def exchange(request):
    seen.append(request)
    said = {"checkauth": LOGIN, "query": document(ORDER), "success": "success"}[request.GET["mode"]]
    response = StreamingHttpResponse([said.encode()], content_type="text/plain; charset=utf-8")
    response.set_cookie("other", "from-set-cookie")
    return response


def streamed(request):
    return StreamingHttpResponse(Pieces())


def from_file(request):
    return FileResponse(open(__file__, "rb"))  # noqa: PTH123


def short(request):
    return HttpResponse(b"succ", headers={"Content-Length": "7"})


urlpatterns = [
    path("1c/", exchange),
    path("streamed/", streamed),
    path("file/", from_file),
    path("short/", short),
]


@pytest.fixture(autouse=True)
def site():
    seen.clear()
    closed.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["testserver"]):
        yield


def get(address, **options):
    return DjangoTransport(Client(), address, **options).send("GET", "mode=query", headers={})


def test_a_whole_operation_runs_without_a_socket():
    client = UT11(DjangoTransport(Client(), "/1c/"), username="1c", password="secret")

    report = client.fetch_orders()

    assert report.confirmed, report.error
    assert report.warnings == ()
    assert client.infobase.orders["1001"].posted


def test_headers_arrive_and_set_cookie_is_ignored():
    UT11(DjangoTransport(Client(), "/1c/"), username="1c", password="secret").fetch_orders()

    checkauth, query, _ = seen
    assert checkauth.COOKIES == {}
    assert query.COOKIES == {"onec": "cookie-value"}
    assert query.headers["User-Agent"] == "1C+Enterprise/8.3"
    assert query.headers["Authorization"].startswith("Basic ")


def test_a_query_keeps_its_letters():
    DjangoTransport(Client(), "/1c/").send("GET", "mode=success&filename=обмен.xml", headers={})

    assert seen[0].GET["filename"] == "обмен.xml"


def test_a_body_is_posted():
    DjangoTransport(Client(), "/1c/").send(
        "POST", "mode=success", headers={"Content-Type": "text/xml"}, body=b"<a/>"
    )

    assert seen[0].body == b"<a/>"
    assert seen[0].content_type == "text/xml"


def test_a_streamed_reply_is_read_to_its_end_and_closed():
    assert len(get("/streamed/").body) == 1000
    assert closed == [100]


def test_a_file_is_read_and_closed():
    with open(__file__, "rb") as here:  # noqa: PTH123
        assert get("/file/").body == here.read()


@pytest.mark.parametrize(("count", "given"), [(0, 0), (1, 1), (25, 3)])
def test_hanging_up_closes_a_reply_that_was_not_read_to_its_end(count, given):
    with pytest.raises(TransferError, match=f"hung up after {count} bytes"):
        get("/streamed/", hang_up_after=count)

    assert closed == [given]


def test_a_body_shorter_than_its_length_is_no_reply():
    with pytest.raises(TransferError, match="broke off"):
        get("/short/")


def uploaded(request):
    seen.append((request.META.get("CONTENT_TYPE"), request.META["CONTENT_LENGTH"], request.read()))
    return HttpResponse(b"success")


def unread(request):
    return HttpResponse(b"failure")


urlpatterns += [path("uploaded/", uploaded), path("unread/", unread)]


def post(address, body, **options):
    return DjangoTransport(Client(), address, **options).send("POST", "mode=file", headers={}, body=body)


@pytest.mark.parametrize("content", [b"", b"1", b"\x00\xff" * 100_000])
def test_an_upload_is_raw_and_names_no_content_type(content):
    assert post("/uploaded/", content).body == b"success"

    assert seen == [(None, str(len(content)), content)]


def test_portions_of_one_file_are_found_whatever_the_view_read(tmp_path):
    file = tmp_path / "import.xml"
    file.write_bytes(b"0123456789")

    with file.open("rb") as opened:
        assert post("/unread/", Portion(opened, 0, 4)).body == b"failure"
        assert post("/uploaded/", Portion(opened, 4, 4)).body == b"success"

    assert seen == [(None, "4", b"4567")]


def test_a_client_that_dies_leaves_a_body_shorter_than_its_length():
    with pytest.raises(TransferError, match="hung up after sending 3 bytes"):
        post("/uploaded/", b"12345", cut_body_after=3)

    assert seen == [(None, "5", b"123")]


def test_a_shorter_body_goes_in_peace():
    assert post("/uploaded/", b"12", cut_body_after=3).body == b"success"
    assert get("/file/", cut_body_after=0).body
