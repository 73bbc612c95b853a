"""What is told in Russian is what is told in English: the same headings, code, links, codes and sentences."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from django_onec_exchange.protocol.errors import ExchangeError

from .pages import DOCS, FENCE, ROOT, code, sections, subclasses, table, tables

TWINS = [
    (ROOT / "README.md", ROOT / "README.ru.md"),
    *((DOCS / page.relative_to(DOCS / "ru"), page) for page in sorted((DOCS / "ru").rglob("*.md"))),
]
both = pytest.mark.parametrize(
    ("english", "russian"), TWINS, ids=[russian.relative_to(ROOT).as_posix() for _, russian in TWINS]
)


@both
def test_a_russian_page_has_the_headings_of_its_twin(english, russian):
    levels = [[heading.split(" ")[0] for heading in headings(page)] for page in (english, russian)]

    assert levels[0] == levels[1]


def headings(page: Path) -> list[str]:
    return [text.split("\n")[0] for text in sections(page).values()]


@both
def test_a_russian_page_has_the_code_of_its_twin(english, russian):
    for ours, theirs in zip_longest(code_blocks(english), code_blocks(russian)):
        assert ours == theirs


def code_blocks(page: Path) -> list[tuple[str, str]]:
    """Return the languages and codes of a page, its comments left out: those are translated."""
    return [(language, re.sub(r" *# .*", "", source)) for _, language, source in FENCE.findall(page.read_text())]


@both
def test_a_russian_page_has_tables_of_the_shape_of_its_twin(english, russian):
    shapes = [[[len(row) for row in rows] for rows in tables(page.read_text())] for page in (english, russian)]

    assert shapes[0] == shapes[1]


@both
def test_a_russian_page_names_the_settings_and_addresses_of_its_twin(english, russian):
    named = [
        set(re.findall(r"`([A-Z][A-Z_]{4,}|/[\w/.]+|--[\w-]+)", page.read_text())) for page in (english, russian)
    ]

    assert named[0] == named[1]


@both
def test_a_russian_page_is_in_russian(english, russian):
    for heading in headings(russian):
        assert re.search("[а-яё]", heading) or heading in headings(english), heading


def test_every_page_that_a_russian_reader_begins_with_is_there():
    names = {russian.relative_to(ROOT).as_posix() for _, russian in TWINS}

    assert names >= {"README.ru.md", "docs/ru/quickstart.md", "docs/ru/troubleshooting.md"}
    assert {page.name for page in (DOCS / "ru" / "1c").glob("*")} == {
        page.name for page in (DOCS / "1c").glob("*")
    }


def test_each_readme_leads_to_the_other():
    assert "(README.ru.md)" in (ROOT / "README.md").read_text()
    assert "(README.md)" in (ROOT / "README.ru.md").read_text()


def test_every_refusal_is_documented_with_its_russian_sentence():
    documented = {code(row[0])[0]: row[1] for row in table("ru/troubleshooting.md", head="код")}

    with override("ru"):
        errors = {one.code: re.sub(r"%\(\w+\)s", "…", gettext(one.message)) for one in subclasses(ExchangeError)}
    assert documented == errors


def test_both_troubleshootings_know_the_same_messages_of_1c():
    messages = [
        [re.findall("«.+?»", row[0]) for row in table(f"{folder}troubleshooting.md", head=head)]
        for folder, head in (("", "message"), ("ru/", "сообщение"))
    ]

    assert messages[0] == messages[1]
