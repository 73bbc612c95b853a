"""How each kind of 1C understands the short replies."""

import pytest

from django_onec_exchange.simulator import (
    Answer,
    ExchangeStoppedError,
    Reply,
    read_authorisation,
    read_parameters,
    read_reply,
)

CYRILLIC = "failure\nНет прав"


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "CP1251", '"utf-8"'])
def test_the_charset_of_content_type_decides(charset):
    body = CYRILLIC.encode(charset.strip('"'))

    assert read_reply(Answer(200, {"content-type": f"text/plain; charset={charset}"}, body)).text == CYRILLIC


def test_without_a_charset_the_body_is_utf8():
    reply = read_reply(Answer(200, {}, CYRILLIC.encode("cp1251")))

    assert "\ufffd" in reply.text
    assert read_reply(Answer(200, {}, CYRILLIC.encode())).text == CYRILLIC


def test_an_unknown_charset_falls_back_to_utf8():
    answer = Answer(200, {"Content-Type": "text/plain; charset=klingon"}, CYRILLIC.encode())

    assert read_reply(answer).text == CYRILLIC


def test_unf_repairs_windows_1251_without_a_header():
    reply = read_reply(Answer(200, {}, CYRILLIC.encode("cp1251")), repairs_decoding=True)

    assert reply.text == CYRILLIC
    assert reply.decoded_again == "windows-1251"


def test_unf_ruins_a_whole_utf8_reply_over_one_replacement_character():
    answer = Answer(200, {"Content-Type": "text/xml; charset=utf-8"}, "Иван \ufffd".encode())

    reply = read_reply(answer, repairs_decoding=True)

    assert "Иван" not in reply.text
    assert reply.decoded_again == "windows-1251"


def test_a_bom_stays_in_the_text():
    assert read_reply(Answer(200, {}, b"\xef\xbb\xbfsuccess")).first_line == "\ufeffsuccess"


@pytest.mark.parametrize("body", [" Success \nx\ny", "SUCCESS\r\nx\ny"])
def test_the_first_line_is_trimmed_and_its_case_ignored(body):
    assert Reply(500, body).succeeded


def test_a_trailing_line_feed_is_one_more_line():
    assert Reply(200, "zip=no\nfile_limit=1\n").line_count == 3


def test_checkauth_gives_the_cookie_and_line_four_as_they_are():
    authorisation = read_authorisation(Reply(200, "success\nonec\nvalue\nsessid=abc\ntimestamp=1"))

    assert (authorisation.cookie_name, authorisation.cookie_value) == ("onec", "value")
    assert authorisation.line_four == "sessid=abc"
    assert authorisation.session_id == "abc"
    assert not authorisation.warnings()


def test_a_carriage_return_becomes_part_of_the_cookie():
    authorisation = read_authorisation(Reply(200, "success\r\nonec\r\nvalue\r\nsessid=abc"))

    assert authorisation.cookie_value == "value\r"
    assert len(authorisation.warnings()) == 2


@pytest.mark.parametrize("line", ["sessid=a b", "sessid=a+b", "sessid=a&b", "token=abc"])
def test_a_fourth_line_unsafe_in_an_address_is_reported(line):
    assert read_authorisation(Reply(200, f"success\nonec\nvalue\n{line}")).warnings()


def test_three_lines_are_enough():
    assert read_authorisation(Reply(200, "success\nonec\nvalue")).line_four == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("failure\nНеверный пароль", "Неверный пароль"),
        ("<html><body>Login</body></html>", "<html>"),
        ("", "the answer is empty"),
        ("success", "cookie"),
        ("success\nonec\n", "cookie"),
        ("success\n\nvalue", "cookie"),
    ],
)
def test_a_refused_checkauth_stops_with_a_sentence(text, told):
    with pytest.raises(ExchangeStoppedError, match=told):
        read_authorisation(Reply(401, text))


def test_two_lines_of_init_are_read():
    parameters = read_parameters(Reply(200, "zip=yes\nfile_limit=1048576"), exactly_two_lines=True)

    assert parameters.zip
    assert parameters.file_limit == 1048576


@pytest.mark.parametrize(
    "text",
    ["zip=no", "zip=no\nfile_limit=1\n", "zip=no\nfile_limit=1\nsessid=x\nversion=3.1", " \n "],
)
def test_ut_takes_nothing_but_two_lines_of_init(text):
    with pytest.raises(ExchangeStoppedError):
        read_parameters(Reply(200, text), exactly_two_lines=True)


def test_a_version_and_a_session_come_on_further_lines():
    text = "zip=no\nfile_limit=1\nsessid=x\nversion=3.1\n"
    parameters = read_parameters(Reply(200, text), exactly_two_lines=False)

    assert (parameters.version, parameters.session_id) == ("3.1", "x")


@pytest.mark.parametrize("line", ["file_limit=", "file_limit=10M", "limit=5"])
def test_a_limit_that_is_no_number_means_no_limit(line):
    assert read_parameters(Reply(200, f"zip=no\n{line}"), exactly_two_lines=True).file_limit == -1


@pytest.mark.parametrize(
    ("text", "reason"),
    [("failure\nНет прав\nсовсем", "Нет прав совсем"), ("failure\n<b>x</b>", ""), ("failure\n" + "x" * 300, "")],
)
def test_a_reason_is_shown_if_short_and_plain(text, reason):
    assert Reply(200, text).reason == reason
