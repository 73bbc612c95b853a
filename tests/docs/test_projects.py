"""The whole projects that pages show pass their own tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from .examples import PROJECTS
from .pages import ROOT, blocks

COMMAND = "python -m django test shop --settings settings --pythonpath ."


@pytest.mark.parametrize("page", PROJECTS, ids=[page.stem for page in PROJECTS])
def test_the_project_of_a_page_passes_its_own_tests(page, tmp_path):
    text = page.read_text()
    for source in blocks(text, "python"):
        file = tmp_path / source.split("\n")[0].removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        file.write_text(source)
        if file.parent != tmp_path:
            (file.parent / "__init__.py").touch()

    done = subprocess.run(
        [sys.executable, "-W", "error", *COMMAND.split()[1:]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert COMMAND in text
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^Ran [1-9]", done.stderr, re.MULTILINE)


def test_there_are_three_of_them():
    assert {page.stem for page in PROJECTS} == {"example-shop", "example-ledger", "two-bases"}
