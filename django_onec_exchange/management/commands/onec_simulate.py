"""``manage.py onec_simulate URL``: play a 1C against an exchange address and show what came of it."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from django_onec_exchange.management.base import TranslatedCommand
from django_onec_exchange.simulator import (
    UNF,
    UT11,
    BitrixModule,
    ExchangeReport,
    HttpTransport,
    OneCClient,
    Progress,
    UploadReport,
)
from django_onec_exchange.simulator.reading import CONTAINER_WARNING, IGNORED_CONTAINERS

PROFILES = ("ut11", "unf", "bitrix")
TYPES = ("catalog", "sale")
#: how the names of files with order documents start; all others belong to a catalogue
OF_ORDERS = ("orders", "documents")
#: the warnings about orders that are confirmed unseen
HIDDEN_ORDERS = frozenset([CONTAINER_WARNING, IGNORED_CONTAINERS])


class Command(TranslatedCommand):
    """Thin: the clients are in ``simulator``, the tables in ``simulator.console``."""

    help = gettext_noop(
        "Play a 1C against an exchange address: fetch the waiting orders and confirm them, or send files."
    )
    requires_system_checks = []  # it talks to any site; this project's health is not its matter

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # --version is the CommerceML version here, not Django's
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help=_("The address 1C is given, such as https://shop.example/1c/exchange/"))
        parser.add_argument(
            "--profile", choices=PROFILES, default="ut11", help=_("Which 1C to play (default: ut11)")
        )
        parser.add_argument("--user", default="", help=_("Name of the exchange account"))
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument(
            "--password", default=None, help=_("Its password; others may see it in the process list")
        )
        secret.add_argument(
            "--password-env", metavar="VAR", help=_("Environment variable that holds the password")
        )
        parser.add_argument(
            "--version",
            dest="declared_version",
            metavar="V",
            help=_("CommerceML version to declare in init: 2.08, 2.09 or 3.1 (bitrix only; default: 3.1)"),
        )
        parser.add_argument(
            "--subordinate",
            action="store_true",
            help=_("Play a node that reads subordinate documents, CommerceML 2.10 (unf only)"),
        )
        parser.add_argument("--zip", action="store_true", help=_("Ask for a zip archive; no stock 1C does"))
        parser.add_argument(
            "--no-confirm", action="store_true", help=_("End before success: nothing is marked as sent")
        )
        parser.add_argument("--user-agent", default=None, help=_("User-Agent instead of the platform's own"))
        parser.add_argument(
            "--timeout", type=float, default=180, metavar="S", help=_("Seconds to wait (default: 180)")
        )
        parser.add_argument(
            "--show", type=int, default=20, metavar="N", help=_("Orders or files to list (default: 20)")
        )
        parser.add_argument("--json", action="store_true", help=_("Print the report as JSON"))
        self._add_sending(parser)

    def _add_sending(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--send",
            nargs="+",
            type=Path,
            metavar="FILE",
            help=_("Send these files, or all in a folder, instead of fetching orders"),
        )
        parser.add_argument(
            "--type",
            choices=TYPES,
            help=_("What the sent files are (default: sale for orders* and documents*, else catalog)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = _files(options)
        console = None if options["json"] else _console()
        transport = _transport(options)
        client = self._client(transport, options)
        report: ExchangeReport | UploadReport
        with self._progress(console, sending=files is not None) as tell:
            client.on_progress = tell
            if files is not None:
                kind = options["type"] or _type_of(files)
                report = client.send_orders(files) if kind == "sale" else client.send_catalog(files)
            else:
                transport.on_bytes = partial(tell, "bytes") if tell is not None else None
                report = client.fetch_orders(confirm=not options["no_confirm"])
        self._show(report, console, options)
        error = report.error or (None if options["no_confirm"] else _unconfirmed(report))
        if error is not None:
            raise CommandError(error)

    def _show(
        self, report: ExchangeReport | UploadReport, console: ModuleType | None, options: dict[str, Any]
    ) -> None:
        if console is None:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
            return
        colour = self.stdout.isatty() and not options["no_color"]
        self.stdout.write(console.render(report, show=max(options["show"], 0), colour=colour))
        self.stdout.write(_closing_line(report))

    def _progress(self, console: ModuleType | None, *, sending: bool) -> AbstractContextManager[Progress | None]:
        if console is None:
            return nullcontext(None)
        bar: AbstractContextManager[Progress | None] = console.progress(self.stderr, sending=sending)
        return bar

    def _client(self, transport: HttpTransport, options: dict[str, Any]) -> OneCClient:
        profile = options["profile"]
        if options["declared_version"] is not None and profile != "bitrix":
            raise CommandError(_("Only the bitrix profile declares a version."))
        if options["subordinate"] and profile != "unf":
            raise CommandError(_("Only the unf profile reads subordinate documents."))
        common: dict[str, Any] = {
            "username": options["user"],
            "password": _password(options),
            "zip": options["zip"],
        }
        if options["user_agent"] is not None:
            common["user_agent"] = options["user_agent"]
        if profile == "bitrix":
            return BitrixModule(transport, version=options["declared_version"] or "3.1", **common)
        if profile == "unf":
            return UNF(transport, subordinate=options["subordinate"], **common)
        return UT11(transport, **common)


def _transport(options: dict[str, Any]) -> HttpTransport:
    try:
        return HttpTransport(options["url"], options["timeout"])
    except ValueError as exc:
        text = _("%(url)s is not an address 1C could use.") % {"url": options["url"]}
        raise CommandError(text) from exc


def _files(options: dict[str, Any]) -> dict[str, Path] | None:
    """What is to be sent, under the names it is sent by; None if orders are to be fetched."""
    if options["send"] is None:
        if options["type"] is not None:
            raise CommandError(_("--type says what the files of --send are."))
        return None
    if options["zip"] or options["no_confirm"]:
        raise CommandError(_("--zip and --no-confirm concern the fetching of orders, not --send."))
    found: dict[str, Path] = {}
    for path in map(Path, options["send"]):
        for name, file in _named(path):
            if name in found:
                raise CommandError(_("Two files would be sent as %(name)s.") % {"name": name})
            found[name] = file
    return found


def _named(path: Path) -> list[tuple[str, Path]]:
    """One file by its name, or the files of a folder by their names relative to it."""
    if path.is_file():
        return [(path.name, path)]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if not files:
        raise CommandError(_("%(path)s is neither a file nor a folder with files.") % {"path": path})
    return [(file.relative_to(path).as_posix(), file) for file in files]


def _type_of(files: dict[str, Path]) -> str:
    """Guess the type by the names of the XML files, of all files if there is no XML."""
    names = [name.rpartition("/")[2].lower() for name in files]
    told = {name.startswith(OF_ORDERS) for name in names if name.endswith(".xml")} or {
        name.startswith(OF_ORDERS) for name in names
    }
    if len(told) > 1:
        raise CommandError(_("These are files of orders and of a catalogue: say which with --type."))
    return "sale" if told == {True} else "catalog"


def _console() -> ModuleType:
    try:
        from django_onec_exchange.simulator import console
    except ImportError as exc:
        raise CommandError(
            _('The tables need rich: pip install "django-onec-exchange[simulator]" (or use --json).')
        ) from exc
    return console


def _password(options: dict[str, Any]) -> str:
    variable = options["password_env"]
    if variable is None:
        return options["password"] or ""
    try:
        return os.environ[variable]
    except KeyError:
        raise CommandError(_("There is no environment variable %(name)s.") % {"name": variable}) from None


def _unconfirmed(report: ExchangeReport | UploadReport) -> str | None:
    """What went wrong with a fetch that ran to its end; None if all that the site offered was confirmed."""
    if isinstance(report, UploadReport):
        return None
    if not report.confirmed:
        return _("The site did not answer success with success: it may send the same orders again.")
    if HIDDEN_ORDERS.intersection(report.warnings):
        return _("Orders stand inside Контейнер, where this 1C does not look: they are confirmed unseen.")
    return None


def _closing_line(report: ExchangeReport | UploadReport) -> str:
    if isinstance(report, UploadReport):
        count = sum(file.succeeded for file in report.files)
        if not report.succeeded:
            return _("Not everything was taken: 1C would send it all again")
        return ngettext("Sent %(count)d file", "Sent %(count)d files", count) % {"count": count}
    count = len(report.orders)
    if not report.confirmed:
        return _("Not confirmed")
    return ngettext("Confirmed %(count)d order", "Confirmed %(count)d orders", count) % {"count": count}
