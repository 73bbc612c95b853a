"""``manage.py onec_status``: is the exchange with 1C alive?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error as AnyDatabaseError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ...health import Finding, Level, examine, worst
from ...mounting import get_bases
from ...protocol.errors import ExchangeError, NotConfigured
from ...status import ExchangeStatus, WindowStatus, exchange_status
from ..base import TranslatedCommand

UNKNOWN = 3  # as plug-ins of Nagios say it; the other exit codes are the values of Level


class Command(TranslatedCommand):
    help = gettext_noop(
        "Tells how many orders wait for 1C, were sent and were left out, what is wrong, and what to do about it."
    )
    requires_system_checks = []  # a failed one would exit with 1, a warning; what matters is among the findings

    def add_arguments(self, parser: CommandParser) -> None:
        bases = parser.add_mutually_exclusive_group()
        bases.add_argument("--base", default="default", help="name of the 1C infobase (default: %(default)s)")
        bases.add_argument("--all", action="store_true", help="every 1C infobase that the site serves")
        parser.add_argument("--json", action="store_true", help="print one JSON object, for scripts")
        parser.add_argument(
            "--check",
            action="store_true",
            help="for monitoring: print what is wrong alone, and exit with 0 if all is well, 1 for a warning, "
            "2 for an error, 3 if it could not be told",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bases = get_bases() if options["all"] else [options["base"]]
        try:
            if not bases:
                raise NotConfigured(what="ROOT_URLCONF")
            level = self._tell(bases, options)
        except ExchangeError as error:
            message = _(error.message) % error.params
            raise CommandError(message, returncode=Level.ERROR if options["check"] else 1) from error
        except AnyDatabaseError as error:
            raise CommandError(_of_database(error), returncode=UNKNOWN if options["check"] else 1) from error
        if options["check"] and level:
            raise SystemExit(level)

    def _tell(self, bases: Sequence[str], options: dict[str, Any]) -> Level:
        found = {base: examine(base) for base in bases}
        level = worst(finding for findings in found.values() for finding in findings)
        if options["json"]:
            told = {base: _as_json(exchange_status(base), findings) for base, findings in found.items()}
            self._write(json.dumps(told if options["all"] else told[bases[0]], cls=DjangoJSONEncoder))
            return level
        if options["check"]:  # the first line is what monitoring shows
            codes = ", ".join(finding.code for findings in found.values() for finding in findings)
            self._write(f"1C {level.name}: {codes}" if codes else f"1C {level.name}")
        for base, findings in found.items():
            if options["all"]:
                self._write("{}: {}".format(_("1C infobase"), base))
            if not options["check"]:
                self._write(*_numbers(exchange_status(base)))
            self._write(*(map(self._shown, findings) if findings else [_("All is well.")]))
        return level

    def _shown(self, finding: Finding) -> str:
        style = self.style.ERROR if finding.level == Level.ERROR else self.style.WARNING
        return f"{style(str(finding.level.label))} ({finding.code}): {finding.message}\n    {finding.remedy}"

    def _write(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)


def _of_database(error: AnyDatabaseError) -> str:
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    sentence = _("How the exchange stands could not be told, since the database failed: %(error)s")
    return sentence % {"error": first_line}


def _as_json(status: ExchangeStatus, findings: Sequence[Finding]) -> dict[str, Any]:
    told = [asdict(finding) | {"level": finding.level.name.lower()} for finding in findings]
    return asdict(status) | {"level": worst(findings).name.lower(), "findings": told}


def _numbers(status: ExchangeStatus) -> Iterator[str]:
    yield "{}: {}".format(_("Orders waiting for 1C"), status.waiting)
    yield "{}: {}".format(_("Orders sent"), status.sent)
    yield "{}: {}".format(_("Orders left out"), status.skipped)
    yield "{}: {}".format(_("Batches not confirmed yet"), status.open_batches)
    yield "{}: {}".format(_("Last confirmation"), _moment(status.last_confirmed_at))
    yield "{}: {}".format(_("Last call of 1C"), _moment(status.last_contact_at))
    yield from _about(status.window)


def _about(window: WindowStatus) -> Iterator[str]:
    """Yield what a shop manager should know of the window; nothing while all is confirmed."""
    if window.since is None:
        return
    limit = _("as many as wait") if window.limit is None else window.limit
    yield "{}: {}".format(_("Trouble since"), _moment(window.since))
    yield "{}: {}".format(_("Exchanges in a row without confirmation"), window.unconfirmed)
    yield "{}: {}".format(_("Orders in the next exchange"), limit)
    yield "{}: {}".format(_("Orders under suspicion"), window.suspects)
    if window.alone:
        yield "{}: {}".format(_("Not confirmed though alone"), ", ".join(window.alone))


def _moment(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else _("never")
