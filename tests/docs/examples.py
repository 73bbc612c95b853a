"""The examples of the adapters, and how they run here."""

from __future__ import annotations

from pathlib import Path

from .pages import DOCS, blocks, sections


def is_project(page: Path) -> bool:
    """Whether the page shows a whole project with its tests; test_projects.py runs those."""
    return any(source.startswith("# shop/tests.py") for source in blocks(page.read_text(), "python"))


PROJECTS = [page for page in sorted(DOCS.rglob("*.md")) if is_project(page)]


def adapter_sections() -> dict[str, str]:
    """Return the sections of the adapters' pages but whole projects; no two have the same heading."""
    found: dict[str, str] = {}
    for page in sorted((DOCS / "adapters").glob("*.md")):
        if page not in PROJECTS:
            of_page = sections(page)
            assert not found.keys() & of_page.keys(), page
            found |= of_page
    return found


ADAPTERS = adapter_sections()


def in_tests(source: str) -> str:
    """Turn the example's shop into that of the tests."""
    return source.replace("from shop.", "from tests.shop.")


def numbers(report) -> list[str]:
    assert report.error is None
    assert report.confirmed
    return [order.number for order in report.orders]
