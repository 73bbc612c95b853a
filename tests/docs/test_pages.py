"""Every page: its links, its Python, its versions, its promises."""

from __future__ import annotations

import ast
import re
from configparser import ConfigParser

import pytest

import django_onec_exchange

from .pages import DOCS, NAMES, PAGES, ROOT, blocks, code, sections, slug, table, tables


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.is_file(), target
        assert not anchor or anchor in {slug(title) for title in sections(file)}, target


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_python_compiles(page):
    for source in blocks(page.read_text(), "python"):
        ast.parse(source)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_text_names_no_place_of_one_machine(page):
    assert not re.search(r"/(root|work|tmp|home)/|\bpypi\.", page.read_text())


def test_every_promise_of_security_names_tests_that_exist():
    for promise, proof in table("security.md", "What is promised", head="promise"):
        named = code(proof)
        assert named, promise
        for path, _, function in (name.partition("::") for name in named):
            defined = {node.name for node in ast.parse((ROOT / path).read_text()).body if hasattr(node, "name")}
            assert function in defined, f"{path} has no {function}"


def test_the_newest_change_is_this_version():
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.M)

    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == django_onec_exchange.__version__
    assert headings[1][1]


def test_the_readme_names_the_versions_that_are_tested():
    (matrix,) = [rows for rows in tables((ROOT / "README.md").read_text()) if rows[0][0] == ""]
    documented = {
        (row[0].split()[1], python.split()[1])
        for row in matrix[1:]
        for python, cell in zip(matrix[0][1:], row[1:], strict=True)
        if cell == "yes"
    }
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    classifiers = setup["metadata"]["classifiers"]
    tox = (ROOT / "tox.ini").read_text()

    assert {django for django, _ in documented} == set(re.findall(r"Django :: (\d+\.\d+)", classifiers))
    assert {python for _, python in documented} == set(re.findall(r"Python :: (\d\.\d+)", classifiers))
    assert documented == {
        (f"{versions[0]}.{versions[1]}", f"{python[0]}.{python[1:]}")
        for python, one, several in re.findall(r"py(\d+)-django(?:(\d+)|\{([\d,]+)\})\s*$", tox, re.M)
        for versions in (one or several).split(",")
    }


def test_ci_finds_the_test_command():
    command = re.search(r"<!-- test command -->\n```sh\n(python3 .+)\n```\n", (ROOT / "README.md").read_text())

    assert command
    assert command[1] in (DOCS / "contributing.md").read_text()
