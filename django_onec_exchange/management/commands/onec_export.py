"""``manage.py onec_export``: the file that 1C would get, without 1C."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from ...access import get_base
from ...adapters import Mount
from ...commerceml.versions import VERSIONS
from ...mounting import get_mount
from ...outgoing.look import Look, find_orders, look
from ...protocol.errors import ExchangeError
from ..base import TranslatedCommand


class Command(TranslatedCommand):
    """A look: nothing is marked, offered or recorded."""

    help = gettext_noop("Write the orders that 1C would get next, or those you name, to a file.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, metavar="PATH", help=_("File to write; without it, stdout"))
        parser.add_argument(
            "--order",
            nargs="+",
            action="extend",
            metavar="NUMBER",
            help=_("Numbers or primary keys of orders, sent already or not (default: those that wait)"),
        )
        parser.add_argument("--limit", type=int, help=_("At most so many orders (default: QUERY_LIMIT)"))
        parser.add_argument(
            "--commerceml",
            choices=list(VERSIONS),
            default="",
            help=_("Version of the file (default: what a stock 1C configuration gets)"),
        )
        parser.add_argument("--zip", action="store_true", help=_("Pack the file"))
        parser.add_argument("--base", default="default", help=_("Name of the 1C infobase (default: default)"))

    def handle(self, *args: Any, **options: Any) -> None:
        mount = get_mount(options["base"])
        if mount is None:
            raise CommandError(_("No address of this site serves the base %(base)s.") % {"base": options["base"]})
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError(_("The limit is a number of orders, 1 or more."))
        try:
            seen, unknown = self._look(mount, options)
        except ExchangeError as error:
            raise CommandError(_(error.message) % error.params) from error
        except OSError as error:
            raise CommandError(_("The file could not be written: %(error)s") % {"error": error}) from error
        words = ngettext("%(count)s order was written.", "%(count)s orders were written.", seen.orders)
        self._say(words % {"count": seen.orders})
        if seen.left_out or unknown:
            raise CommandError(_("Not every order could be written."))

    def _look(self, mount: Mount, options: dict[str, Any]) -> tuple[Look, bool]:
        base = get_base(mount.base)
        chosen, unknown = None, False
        if options["order"]:
            found = find_orders(mount, base, options["order"])
            chosen, unknown = self._chosen(options, found), len(found) < len(set(options["order"]))
        written = 0

        def advance(count: int) -> None:
            nonlocal written
            written += count
            if self.stderr.isatty():
                self.stderr.write(f"\r{written}", ending="")

        with self._opened(options["output"]) as file:
            seen = look(
                base,
                mount.load_adapters(),
                file,
                version=options["commerceml"],
                zipped=options["zip"],
                chosen=chosen,
                limit=options["limit"],
                tell=lambda number, reason: self._say(f"{number}: {reason}"),
                advance=advance,
            )
        return seen, unknown

    def _chosen(self, options: dict[str, Any], found: dict[str, Any]) -> Sequence[Any]:
        for text in options["order"]:
            if text not in found:
                self._say(f"{text}: {_('no order goes by this number, or several do')}")
        return list(dict.fromkeys(found.values()))[: options["limit"]]

    def _say(self, line: str) -> None:
        """On stderr, since the file may go to stdout."""
        self.stderr.write(f"\r{line}" if self.stderr.isatty() else line, str)  # plain, though it is stderr

    @contextmanager
    def _opened(self, path: Path | None) -> Iterator[IO[bytes]]:
        """Open what is written to.  A file is there when it is complete, for its owner alone."""
        if path is None:
            yield sys.stdout.buffer
            sys.stdout.flush()
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            try:
                yield part
                part.close()
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
