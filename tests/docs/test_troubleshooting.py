"""What people see leads them to the cure: one look into the table at the top, one click."""

from __future__ import annotations

import re

import pytest

from .pages import DOCS, sections, slug, table

PAGES = {"en": ("troubleshooting.md", "what you see"), "ru": ("ru/troubleshooting.md", "что видно")}

#: What goes wrong: what one sees of it, and what the section that it leads to must name.
BREAKAGES = {
    "a proxy withholds Authorization": ("`not-authenticated`", "Authorization"),
    "a redirect": ("301", "Location"),
    "no permission": ("`no-permission`", "May exchange with 1C"),
    "a row without a unit": ("`no-unit`", "OKEI"),
    "an audit folder that cannot be written": ("`audit-failed`", "AUDIT_REQUIRED"),
    "a private folder under MEDIA_ROOT": ("`onec_exchange.E005`", "UPLOAD_ROOT"),
    "an expired session": ("`unknown-session`", "SESSION_LIFETIME"),
    "an order that the serializer cannot read": ("`internal`", "serializer-error"),
    "an order that 1C cannot load": ("«Не удалось обработать документы»", "onec_status"),
    "a batch that stays open": (r"not confirmed|не подтверждён", "`success`"),
    "a worker that does not run": ("`progress`", "IMPORT_TASKS"),
}


@pytest.mark.parametrize(("page", "head"), PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(("seen", "cure"), BREAKAGES.values(), ids=BREAKAGES)
def test_what_one_sees_leads_to_the_cure(page, head, seen, cure):
    (row,) = [row for row in table(page, head=head) if re.search(seen, row[0])]
    target, _, anchor = re.findall(r"\]\(([^)]+)\)", row[1])[0].partition("#")
    leads_to = (DOCS / page).parent / target if target else DOCS / page
    (section,) = [text for title, text in sections(leads_to).items() if slug(title) == anchor]

    assert cure in section


@pytest.mark.parametrize(("page", "head"), PAGES.values(), ids=PAGES)
def test_every_section_is_in_the_table_at_the_top(page, head):
    linked = set(re.findall(r"\]\(#([^)]+)\)", "".join(row[1] for row in table(page, head=head))))
    of_symptoms = list(map(slug, sections(DOCS / page)))[3:-1]  # but the title, two tables before and one behind

    assert linked == set(of_symptoms)
