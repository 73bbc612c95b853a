"""Read the pages: their sections, tables and code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "django_onec_exchange"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language, without their indentation."""
    return [
        re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        for indent, name, code in FENCE.findall(text)
        if name == language
    ]


def sections(page: Path) -> dict[str, str]:
    """Return the text under each heading, up to the next one of any level."""
    found: dict[str, str] = {}
    title, fenced = "", False
    for line in page.read_text().splitlines(keepends=True):
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading:
            title = heading[2]
            assert title not in found, f"{page.name} has two sections {title!r}"
        found[title] = found.get(title, "") + line
    return found


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables: rows of cells, the head first, the rule left out."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not inside:
            found.append([])
        inside = True
        if not all(set(cell) <= {"-", ":"} for cell in cells):
            found[-1].append(cells)
    return found


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def table(page: str, heading: str = "", *, head: str) -> list[list[str]]:
    """Return the rows of the table whose first column is called ``head``."""
    text = sections(DOCS / page)[heading] if heading else (DOCS / page).read_text()
    (rows,) = [rows for rows in tables(text) if rows[0][0] == head]
    return rows[1:]


def slug(heading: str) -> str:
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def subclasses(cls: type) -> set[type]:
    return {one for child in cls.__subclasses__() for one in (child, *subclasses(child))}
