"""``manage.py onec_cleanup``: remove what is no longer needed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ...protocol.errors import NotConfigured
from ...retention import Cleanup, Step
from ..base import TranslatedCommand


class Command(TranslatedCommand):
    """Run it once a day; it may run beside an exchange, and be killed at any moment."""

    help = gettext_noop("Remove old audit copies, history and uploads. The record of what was sent is kept.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help=_("Only tell how much is due"))
        parser.add_argument("--json", action="store_true", help=_("Print one JSON object, for scripts"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cleanup = Cleanup()
        except NotConfigured as error:
            raise CommandError(_(error.message) % error.params) from error
        counts: dict[str, int] = {}
        for step in cleanup.steps():
            counts[step.key] = step.count() if options["dry_run"] else self._remove(step)
            if not options["json"]:
                self.stdout.write(f"{step.words}: {counts[step.key]}")
        if not options["dry_run"]:
            cleanup.note_end()
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "failed": cleanup.failed, "dry_run": options["dry_run"]}))
        elif options["dry_run"]:
            self.stdout.write(_("Nothing was changed: this was a dry run."))
        if cleanup.failed:
            raise CommandError(
                _("Files could not be removed: %(count)s. The log says why.") % {"count": cleanup.failed}
            )

    def _remove(self, step: Step) -> int:
        removed = 0
        on_terminal = self.stderr.isatty()
        for count in step.remove():
            removed += count
            if on_terminal:
                self.stderr.write(f"\r{step.words}: {removed}", str, ending="")
        if on_terminal and removed:
            self.stderr.write("\r" + " " * 60 + "\r", str, ending="")
        return removed
