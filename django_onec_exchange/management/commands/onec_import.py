"""``manage.py onec_import``: take files of 1C in without 1C."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ...adapters import Mount
from ...incoming.finishing import complete
from ...incoming.local import find_files, import_here, taken_in
from ...models import ImportSession, IncomingFile
from ...mounting import get_mount
from ...protocol.errors import ExchangeError, NoHandler
from ..base import TranslatedCommand


class Command(TranslatedCommand):
    """Thin: what happens is what happens to an upload of 1C."""

    help = gettext_noop("Import files of 1C from disk: catalogues, offers, orders that come back.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_("File, folder or ZIP archive"))
        parser.add_argument("--base", default="default", help=_("Name of the 1C infobase (default: default)"))
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help=_("Undo everything at the end; other exchanges wait meanwhile"),
        )

        parser.add_argument(
            "--complete",
            action="store_true",
            help=_("The files are the whole catalogue: what they do not name is gone"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mount = get_mount(options["base"])
        if mount is None:
            raise CommandError(_("No address of this site serves the base %(base)s.") % {"base": options["base"]})
        for path in options["paths"]:
            if not path.exists():
                raise CommandError(_("There is no file %(path)s.") % {"path": path})
        try:
            failed = self._import(mount, options)
        except ExchangeError as error:
            raise CommandError(_(error.message) % error.params) from error
        if options["dry_run"]:
            self.stdout.write(_("Nothing was changed: this was a dry run."))
        if failed:
            raise CommandError(_("Not everything was taken."))

    def _import(self, mount: Mount, options: dict[str, Any]) -> bool:
        failed = False
        dry_run: bool = options["dry_run"]
        with taken_in(find_files(options["paths"]), mount.base, dry_run=dry_run) as files:
            for file in files:
                record = import_here(file, mount, lambda percent: self._tell(percent), keep_copy=not dry_run)
                self._report(file, record)
                failed = failed or record.state == ImportSession.State.FAILED or record.failed_count > 0
            if options["complete"] and files:
                complete(files[0].session, mount)
        return failed

    def _tell(self, percent: int) -> None:
        if self.stderr.isatty():
            filled = percent * 40 // 100
            self.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {percent:3}%", ending="")

    def _report(self, file: IncomingFile, record: ImportSession) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r" + " " * 60 + "\r", ending="")
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(record.counts.items()))
        self.stdout.write(f"{file.name}: {record.get_state_display()}; {counts or '–'}")
        if record.message:
            self.stdout.write(f"  {_message(record)}")
        for name, reason in record.problems:
            self.stdout.write(f"  {name}: {reason}")


def _message(record: ImportSession) -> str:
    """Why it failed, as the shop can help it; ``message`` is worded for the user of 1C."""
    if record.code == NoHandler.code:
        return _("The site takes no catalogue: name your class that saves it in ONEC_EXCHANGE_CATALOG_HANDLER.")
    return record.message
