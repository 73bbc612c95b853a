"""What cannot be imported is refused in words; what was applied before stays, and all can be sent again."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from django_onec_exchange.models import ExchangeSession, ImportSession, IncomingFile
from tests.conftest import body
from tests.shop.models import Product

from . import files

pytestmark = pytest.mark.django_db

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<\xd0\x90>&b;</\xd0\x90>"""
EXTERNAL = b"""<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>"""


@pytest.fixture
def send(ask, sign_in, post):
    """Upload a file and ask for its import; return the answer."""

    def play(content: bytes, name: str = "import0_1.xml") -> str:
        token = sign_in()
        assert body(post(f"type=catalog&mode=file&filename={name}", content, cookie=token)) == "success"
        return body(ask(f"type=catalog&mode=import&filename={name}", cookie=token))

    return play


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(BOMB, id="an XML bomb"),
        pytest.param(EXTERNAL, id="an external entity"),
        pytest.param(b"<html><body>login</body></html>", id="a wrong root"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(files.catalog(["a"]).replace(b"UTF-8", b"x-unknown"), id="an encoding nobody knows"),
        pytest.param(files.catalog(["a"])[:-5], id="an end in the middle"),
        pytest.param(files.catalog(["a"]) + files.catalog(["a"]), id="two files in one"),
        pytest.param(files.document("<Контрагенты><Контрагент/></Контрагенты>"), id="counterparties"),
    ],
)
def test_it_is_refused_in_one_sentence(shop, send, content):
    answer = send(content)

    first, sentence = answer.split("\n")
    assert first == "failure"
    assert "import0_1.xml" in sentence
    assert "Traceback" not in sentence and "passwd" not in sentence


def test_what_stood_before_the_damage_stays_and_the_file_can_be_sent_again(settings, shop, send):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 1
    whole = files.catalog(["a", "b", "c"])

    assert send(whole[: whole.index(b"A-c")]).startswith("failure\n")
    assert names() == ["a", "b"]
    assert send(whole) == "success"

    assert names() == ["a", "b", "c"]


@pytest.mark.parametrize("size", [40, -10])
def test_an_archive_that_is_cut_is_never_unpacked(settings, make_onec, shop, ask, sign_in, post, size, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "v8.zip", "w") as archive:
        archive.writestr("import0_1.xml", files.catalog(["a"]))
    token = sign_in()
    post("type=catalog&mode=file&filename=v8.zip", (tmp_path / "v8.zip").read_bytes()[:size], cookie=token)

    answer = body(ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token))

    assert answer.startswith("failure\n")
    assert names() == []


def test_a_hostile_archive_is_refused(shop, ask, sign_in, post, tmp_path, upload_root):
    import zipfile

    with zipfile.ZipFile(tmp_path / "v8.zip", "w") as archive:
        archive.writestr("../../evil.xml", files.catalog(["a"]))
    token = sign_in()
    post("type=catalog&mode=file&filename=v8.zip", (tmp_path / "v8.zip").read_bytes(), cookie=token)

    assert body(ask("type=catalog&mode=import&filename=evil.xml", cookie=token)).startswith("failure\n")
    assert not list(tmp_path.rglob("evil.xml"))


def test_a_file_that_was_never_uploaded(shop, ask, sign_in):
    token = sign_in()

    answer = body(ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token))

    assert answer.startswith("failure\n")
    assert "import0_1.xml" in answer


def test_a_file_of_another_session_is_not_there(shop, ask, sign_in, post):
    post("type=catalog&mode=file&filename=import0_1.xml", files.catalog(["a"]), cookie=sign_in())

    answer = body(ask("type=catalog&mode=import&filename=import0_1.xml", cookie=sign_in()))

    assert answer.startswith("failure\n")
    assert names() == []


def test_a_shop_without_a_handler_says_so(send):
    answer = send(files.catalog(["a"]))

    assert answer.startswith("failure\n")
    assert "catalogue" in answer


def test_a_database_that_fails_fails_the_file_and_blames_no_product(shop, send, monkeypatch):
    def gone(self, products, context):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(shop, "save_products", gone)

    assert send(files.catalog(["a", "b"])).startswith("failure\n")
    assert ImportSession.objects.get().failed_count == 0


def test_a_handler_that_takes_nothing_at_all_fails_the_file(shop, send, monkeypatch):
    monkeypatch.setattr("django_onec_exchange.incoming.applying.PROBLEM_LIMIT", 3)
    content = files.catalog(["stumble"] * 5).replace(b"<\xd0\x98\xd0\xb4>catalog-1", b"<\xd0\x98\xd0\xb4>c")

    assert send(content).startswith("failure\n")


def test_a_folder_that_cannot_be_written_is_told(settings, tmp_path, ask, sign_in, post):
    (tmp_path / "file").write_text("no folder")
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "file")

    answer = body(post("type=catalog&mode=file&filename=a.xml", b"<a/>", cookie=sign_in()))

    assert answer.startswith("failure\n")
    assert str(tmp_path) not in answer
    assert IncomingFile.objects.filter(size__gt=0).count() == 0


def test_without_any_folder_it_is_told_too(settings, ask, sign_in, post):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = ""
    del settings.BASE_DIR

    answer = body(post("type=catalog&mode=file&filename=a.xml", b"<a/>", cookie=sign_in()))

    assert answer.startswith("failure\n")
    assert ExchangeSession.objects.count() == 1
