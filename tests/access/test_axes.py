"""django-axes, installed as its documentation says, works at the exchange's endpoint.

It wants an app, a backend, a middleware and tables, so its cases run in a project of their own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent
CASES = [
    "test_the_exchange_works_with_axes_installed",
    "test_axes_counts_wrong_passwords_at_our_endpoint",
    "test_a_lockout_by_axes_refuses_the_right_password",
    "test_a_lockout_at_the_sites_login_page_counts_here_as_well",
    "test_once_axes_forgets_the_right_password_opens_again",
    "test_1c_is_told_of_a_lockout_in_its_own_form",
    "test_a_lockout_never_redirects_1c",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, str]:
    """Run the cases; return why each failed, "" for those that passed."""
    pytest.importorskip("axes")
    report = tmp_path_factory.mktemp("axes") / "report.xml"
    command = [sys.executable, "-m", "pytest", str(HERE / "axes_cases.py"), "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--ds=tests.access.axes_settings", f"--junit-xml={report}"],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
    )
    assert report.exists(), done.stdout + done.stderr
    cases = ElementTree.parse(report).iter("testcase")
    return {case.attrib["name"]: "\n".join(part.text or "?" for part in case) for case in cases}


@pytest.mark.parametrize("case", CASES)
def test_with_axes(results, case):
    if results[case]:
        pytest.fail(results[case], pytrace=False)


def test_every_case_is_listed(results):
    assert sorted(results) == sorted(CASES)
