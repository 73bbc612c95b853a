"""Which version a client gets."""

from __future__ import annotations

import pytest

from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.protocol.versions import is_stock, newest_not_above, version_key

SUPPORTED = ("2.05", "2.08", "2.10", "3.1")


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        pytest.param("2.05", "2.05", id="the oldest"),
        pytest.param("2.07", "2.05", id="between"),
        pytest.param("2.08", "2.08", id="itself"),
        pytest.param("2.8", "2.08", id="without the zero"),
        pytest.param("2.09", "2.08", id="2.09 is below 2.10"),
        pytest.param("2.9", "2.08", id="and so is 2.9"),
        pytest.param("2.10", "2.10", id="2.10 is above 2.9"),
        pytest.param("2.1", "2.05", id="2.1 is not 2.10"),
        pytest.param("2.11", "2.10", id="above 2.10"),
        pytest.param("3.0", "2.10", id="below 3.1"),
        pytest.param("3.1", "3.1", id="the newest"),
        pytest.param("4.02", "3.1", id="above the newest"),
        pytest.param("2.04", "2.05", id="below the oldest"),
        pytest.param("1.0", "2.05", id="far below the oldest"),
    ],
)
def test_a_client_gets_the_newest_version_not_above_its_own(declared, given):
    assert newest_not_above(declared, SUPPORTED) == given


def test_the_order_in_which_versions_are_listed_does_not_matter():
    assert newest_not_above("2.10", reversed(SUPPORTED)) == "2.10"
    assert newest_not_above("1.0", iter(("3.1", "2.08"))) == "2.08"


@pytest.mark.parametrize(
    ("lower", "higher"), [("2.9", "2.10"), ("2.09", "2.10"), ("2.10", "3.1"), ("3.1", "10.0")]
)
def test_versions_are_compared_as_numbers_and_not_as_fractions(lower, higher):
    assert version_key(lower) < version_key(higher)


def test_a_leading_zero_does_not_matter():
    assert version_key("2.09") == version_key("2.9")


@pytest.mark.parametrize(
    ("user_agent", "declared", "stock"),
    [
        ("1C+Enterprise/8.3", "", True),
        ("1C+Enterprise/8.3.22.1709", "", True),
        ("1C+Enterprise/8.3", "3.1", False),
        ("1C+Enterprise/8.3", "2.09", False),
        ("", "", False),
        ("Mozilla/5.0 1C+Enterprise/8.3", "", False),
        ("Bitrix", "", False),
    ],
)
def test_a_stock_configuration_is_1c_that_declares_no_version(user_agent, declared, stock):
    assert is_stock(user_agent, declared) is stock


def test_the_versions_of_the_issue_are_written():
    assert tuple(VERSIONS) == SUPPORTED
    assert [name for name, version in VERSIONS.items() if version.containers] == ["3.1"]
