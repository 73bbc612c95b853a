"""What 1C is answered, byte by byte: clients count lines and trim little (protocol.md, sections 2.3 and 3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_onec_exchange.protocol import errors, replies


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(replies.success(), b"success", id="success"),
        pytest.param(replies.failure("No orders."), b"failure\nNo orders.", id="failure"),
        pytest.param(
            replies.authenticated("onec", "t0k-en_"),
            b"success\nonec\nt0k-en_\nsessid=t0k-en_",
            id="checkauth has four lines",
        ),
        pytest.param(
            replies.parameters(zip=False, file_limit=1024), b"zip=no\nfile_limit=1024", id="init has two lines"
        ),
        pytest.param(replies.parameters(zip=True, file_limit=1), b"zip=yes\nfile_limit=1", id="init with zip"),
        pytest.param(
            replies.versioned_parameters(zip=False, file_limit=1024, sessid="t0k", version="2.10"),
            b"zip=no\nfile_limit=1024\nsessid=t0k\nversion=2.10",
            id="init has four lines for a client that declared a version",
        ),
    ],
)
def test_a_reply_byte_by_byte(reply, expected):
    assert reply.text.encode() == expected


@given(zip=st.booleans(), limit=st.integers(1, 2**40))
def test_ut_counts_two_lines_of_init(zip, limit):
    text = replies.parameters(zip=zip, file_limit=limit).text

    assert text.count("\n") + 1 == 2


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Wrong password.", "Wrong password."),
        ("Неверный пароль.", "Неверный пароль."),
        ("one\ntwo", "one two"),
        ("one\r\ntwo\r", "one two"),
        (" one \t two ", "one two"),
        ("one\u2028two\x85three\x0bfour", "one two three four"),
    ],
)
def test_the_reason_of_a_failure_is_one_line(sentence, line):
    assert replies.failure(sentence).text == f"failure\n{line}"


@given(st.text())
def test_no_failure_ends_in_a_line_break_or_has_a_cr(sentence):
    text = replies.failure(sentence).text

    assert text.startswith("failure")
    assert not text.endswith("\n")
    assert "\r" not in text


def all_errors(cls: type[errors.ExchangeError] = errors.ExchangeError) -> list[type[errors.ExchangeError]]:
    return [cls, *(error for sub in cls.__subclasses__() for error in all_errors(sub))]


PARAMS = {
    errors.BadRequest: {"name": "type"},
    errors.TooManyAttempts: {"minutes": 15},
    errors.NotConfigured: {"what": "ONEC_EXCHANGE_ORDER_MODEL"},
    errors.InternalError: {"reference": "a1b2"},
    errors.UploadTooLarge: {"limit": 10485760},
    errors.UploadBusy: {"name": "import0_1.xml"},
    errors.UnknownFile: {"name": "import0_1.xml"},
    errors.NoHandler: {"what": "the catalogue"},
    errors.NoCounterparties: {"what": "counterparties"},
    errors.ImportFailed: {"name": "import0_1.xml", "reason": "The file ends in the middle, at line 3."},
    errors.ImportStalled: {"name": "import0_1.xml"},
}


@pytest.mark.parametrize("error", [error for error in all_errors() if error.__module__ == errors.__name__])
def test_every_error_is_a_whole_sentence_for_1c(error):
    params = PARAMS.get(error, {})

    sentence = str(error(**params))

    assert sentence[0].isupper() or sentence.startswith("1C ")
    assert sentence.endswith(".")
    assert "%(" not in sentence
    assert all(str(value) in sentence for value in params.values())


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in all_errors() if error.__module__ == errors.__name__]

    assert len(codes) > 10
    assert len(set(codes)) == len(codes)
