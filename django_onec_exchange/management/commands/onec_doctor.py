"""``manage.py onec_doctor URL``: why does 1C get no exchange with this address?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from ...conf import conf
from ...doctor import PROBES, Finding, Level, Visit, examine
from ...doctor.examination import Probe
from ..base import TranslatedCommand


class Command(TranslatedCommand):
    """Thin: what is asked and concluded is in ``doctor``.  Exit codes: 0 fine, 1 warnings alone, 2 errors."""

    help = gettext_noop("Finds out why an exchange does not work: calls its public address as 1C does.")
    requires_system_checks = []  # it runs those of the exchange itself, and goes on

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help=_("The address 1C is given, such as https://shop.example/1c/exchange/"))
        parser.add_argument("--user", default="", help=_("Name of the exchange account"))
        parser.add_argument(
            "--password-env", metavar="VAR", help=_("Environment variable that holds the password")
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=30,
            metavar="S",
            help=_("Seconds to wait (default: 30)"),
        )
        parser.add_argument(
            "--remote-only", action="store_true", help=_("Look at the address alone: this project is not its site")
        )
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object, for scripts"))

    def handle(self, *args: Any, **options: Any) -> None:
        visit = _visit(options)
        findings = []
        for finding in examine(visit, local=not options["remote_only"], on_probe=self._progress(visit)):
            findings.append(finding)
            if not options["json"]:
                self._write_over("")
                self._show(finding)
        self._write_over("")
        errors, warnings = (_count(findings, level) for level in (Level.ERROR, Level.WARNING))
        if options["json"]:
            told = {"errors": errors, "warnings": warnings, "findings": [one.as_dict() for one in findings]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self._close(errors, warnings)
        if errors or warnings:
            sys.exit(2 if errors else 1)

    def _progress(self, visit: Visit) -> Callable[[Probe], None]:
        """Show on a terminal what is being looked at, and how far an upload is."""
        sent = 0

        def begin(probe: Probe) -> None:
            nonlocal sent
            sent = 0
            self._write_over(f"{_(probe.title)}…")

        def count(size: int) -> None:
            nonlocal sent
            sent += size
            self._write_over(_("Uploads… %(count)d KB sent") % {"count": sent // 1024})

        visit.on_sent = count
        return begin

    def _write_over(self, text: str) -> None:
        """Replace the last line of a terminal; elsewhere the findings are progress enough."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\x1b[K{text}", str, ending="")
            self.stderr.flush()

    def _show(self, finding: Finding) -> None:
        title = next(_(probe.title) for probe in PROBES if probe.name == finding.probe)
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.ERROR: self.style.ERROR}
        style = styles.get(finding.level, str)
        code = f" [{finding.code}]" if finding.level > Level.OK else ""
        width = max(len(_(level.word)) for level in Level)
        word = style(_(finding.level.word).ljust(width))
        self.stdout.write(f"{word}  {title}: {finding.message}{code}")
        margin = " " * (width + 2)
        for words, text in ((_("Seen"), finding.seen), (_("Remedy"), finding.remedy)):
            if text:
                self.stdout.write(f"{margin}{words}: {text}")
        for program, text in finding.lines:
            self.stdout.write(f"{margin}  {program}:")
            for line in text.splitlines():
                self.stdout.write(f"{margin}    {line}")

    def _close(self, errors: int, warnings: int) -> None:
        parts = [
            ngettext("%(count)d error", "%(count)d errors", errors) % {"count": errors},
            ngettext("%(count)d warning", "%(count)d warnings", warnings) % {"count": warnings},
        ]
        style = self.style.ERROR if errors else self.style.WARNING if warnings else self.style.SUCCESS
        self.stdout.write(style(", ".join(parts)))
        self.stdout.write(_("No orders were fetched: manage.py onec_simulate --no-confirm tries that."))


def _visit(options: dict[str, Any]) -> Visit:
    here = {} if options["remote_only"] else _limits_here()
    try:
        return Visit(options["url"], options["user"], _password(options), options["timeout"], **here)
    except ValueError as error:
        text = _("%(url)s is not an address 1C could use.") % {"url": options["url"]}
        raise CommandError(text, returncode=2) from error


def _limits_here() -> dict[str, Any]:
    return {"file_limit": conf.FILE_LIMIT, "memory_limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}


def _password(options: dict[str, Any]) -> str:
    variable = options["password_env"]
    if bool(variable) != bool(options["user"]):
        raise CommandError(_("Name both the user and the variable of its password, or none."), returncode=2)
    if not variable:
        return ""
    try:
        return os.environ[variable]
    except KeyError:
        text = _("There is no environment variable %(name)s.") % {"name": variable}
        raise CommandError(text, returncode=2) from None


def _count(findings: list[Finding], level: Level) -> int:
    return sum(finding.level is level for finding in findings)
