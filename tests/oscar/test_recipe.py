"""docs/oscar.md, which shows this project's files, and a test of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("oscar", reason="django-oscar is not installed; `tox run -e oscar` installs it")

from oscar import get_version

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "oscar.md").read_text()


def test_the_page_shows_the_files_that_are_tested():
    shown = re.findall(r'^--8<-- "(.+?)(?::\w+)?"$', PAGE, re.M)

    assert set(shown) == {
        f"tests/oscar/{name}" for name in ("settings.py", "urls.py", "shop/exchange.py", "shop/catalog.py")
    }


def test_the_page_names_the_version_that_is_tested():
    assert f"django-oscar {get_version()}" in PAGE


def test_the_test_shown_to_integrators_passes(db):
    source = PAGE.rpartition("```python\n")[2].partition("```")[0]
    shown: dict[str, object] = {}
    exec(compile(source, "docs/oscar.md", "exec"), shown)

    shown["test_1c_can_load_an_order"](db)
