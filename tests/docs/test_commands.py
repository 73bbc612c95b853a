"""Commands have the options that are shown, and every option is shown."""

from __future__ import annotations

import pytest
from django.core.management import load_command_class

from django_onec_exchange import simulator

from .pages import NAMES, PAGES, blocks, code, table


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_have_the_options_that_are_shown(page):
    for line in "\n".join(blocks(page.read_text(), "sh")).splitlines():
        _, found, command = line.partition("manage.py onec_")
        if found:
            name, *arguments = f"onec_{command}".split()
            parser = load_command_class("django_onec_exchange", name).create_parser("manage.py", name)
            parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("page", "command"),
    [
        ("testing.md", "onec_simulate"),
        ("incoming.md", "onec_import"),
        ("doctor.md", "onec_doctor"),
        ("operations.md", "onec_export"),
        ("cleanup.md", "onec_cleanup"),
        ("privacy.md", "onec_forget"),
    ],
)
def test_every_option_is_documented(page, command):
    documented = {name for row in table(page, head="option") for name in code(row[0]) if name[0] == "-"}
    parser = load_command_class("django_onec_exchange", command).create_parser("manage.py", "")
    own = [action for action in parser._actions if action.option_strings and action.dest not in DJANGOS_OPTIONS]

    assert documented == {action.option_strings[-1] for action in own}


DJANGOS_OPTIONS = {
    *("help", "version", "verbosity", "settings", "pythonpath"),
    *("traceback", "no_color", "force_color", "skip_checks"),
}


def test_the_reports_are_documented():
    for head, fields in (
        ("attribute", set(simulator.ExchangeReport.__dataclass_fields__)),
        ("of an upload", {*simulator.UploadReport.__dataclass_fields__, "succeeded"}),
    ):
        documented = {code(row[0])[0] for row in table("testing.md", head=head)}
        assert documented == fields - {"profile"}
    (of_files,) = [row[1] for row in table("testing.md", head="of an upload") if row[0] == "`files`"]
    assert code(of_files) == list(simulator.SentFile.__dataclass_fields__)
