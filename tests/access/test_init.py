"""``init``: two lines for a client that declares no version, four for one that does."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import ExchangeSession
from django_onec_exchange.protocol.errors import UnknownSession
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.conftest import body

from .conftest import RIGHT, refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("type_", ["type=sale&", "type=catalog&", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_version_exactly_two_lines(call, sign_in, type_, method):
    response = call(method, f"{type_}mode=init", cookie=sign_in())

    assert response.content == b"zip=no\nfile_limit=10485760"


@pytest.mark.parametrize("type_", ["type=sale&", "type=catalog&", ""])
@pytest.mark.parametrize(
    ("declared", "version"),
    [("version=3.1", "3.1"), ("version=2.09", "2.08"), ("version=2.09&cmlVersion=2.10", "2.10")],
)
def test_with_a_version_four_lines(ask, sign_in, type_, declared, version):
    token = sign_in()

    response = ask(f"{type_}mode=init&{declared}", cookie=token)

    assert body(response) == f"zip=no\nfile_limit=10485760\nsessid={token}\nversion={version}"


def test_empty_versions_are_none(ask, sign_in):
    assert body(ask("mode=init&version=&cmlVersion=", cookie=sign_in())) == "zip=no\nfile_limit=10485760"


def test_what_counts_is_what_this_call_declares(ask, sign_in):
    token = sign_in()
    ask("mode=init&version=3.1", cookie=token)

    assert body(ask("type=catalog&mode=init", cookie=token)) == "zip=no\nfile_limit=10485760"


@pytest.mark.parametrize(("zipped", "word"), [(True, "yes"), (False, "no")])
@pytest.mark.parametrize("limit", [1, 204800, 5 * 1024**3])
def test_the_limits_are_settings(settings, ask, sign_in, zipped, word, limit):
    settings.ONEC_EXCHANGE_ZIP_UPLOADS = zipped
    settings.ONEC_EXCHANGE_FILE_LIMIT = limit

    assert body(ask("mode=init", cookie=sign_in())) == f"zip={word}\nfile_limit={limit}"


@pytest.mark.parametrize(
    ("kind", "options"),
    [(UT11, {}), (UNF, {"bitrix": True}), (BitrixModule, {"version": None})],
)
def test_clients_without_a_version_read_it(make_onec, kind, options):
    onec = make_onec(kind, **options)
    onec.checkauth()

    parameters = onec.init()

    assert parameters.file_limit == 10485760
    assert (parameters.zip, parameters.version, parameters.session_id) == (False, "", "")


def test_a_client_with_a_version_reads_it(make_onec):
    onec = make_onec(BitrixModule, version="2.09")
    authorisation = onec.checkauth()

    parameters = onec.init()

    assert parameters.version == "2.08"
    assert parameters.session_id == authorisation.session_id


def test_init_leaves_what_was_handed_over_confirmable(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    body(ask("mode=init", cookie=token))

    assert body(ask("mode=success", cookie=token)) == "success"


def test_a_client_with_credentials_alone_is_given_a_session_it_can_use(ask, account, make_order):
    make_order()

    lines = body(ask("mode=init&version=3.1", auth=RIGHT)).split("\n")
    sessid = lines[2].removeprefix("sessid=")

    assert lines[3] == "version=3.1"
    assert "Контейнер" in body(ask(f"mode=query&sessid={sessid}"))
    assert body(ask(f"mode=success&sessid={sessid}")) == "success"


def test_init_of_a_second_base_gives_a_session_of_that_base(ask, account):
    path = "/1c/second/exchange/"

    sessid = body(ask("mode=init&version=3.1", path=path, auth=RIGHT)).split("\n")[2]

    assert body(ask(f"mode=init&{sessid}", path=path)).startswith("zip=")
    assert body(ask(f"mode=init&{sessid}")) == refusal(UnknownSession)
    assert set(ExchangeSession.objects.values_list("base__name", flat=True)) == {"second"}
