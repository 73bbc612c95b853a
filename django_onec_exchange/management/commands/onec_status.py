"""``manage.py onec_status``: is the exchange with 1C alive?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ...protocol.errors import ExchangeError
from ...status import WindowStatus, exchange_status


class Command(BaseCommand):
    help = "Tells how many orders wait for 1C, were sent and were left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", default="default", help="name of the 1C infobase (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print one JSON object, for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            status = exchange_status(options["base"])
        except ExchangeError as error:
            raise CommandError(_(error.message) % error.params) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(status), cls=DjangoJSONEncoder))
            return
        confirmed = status.last_confirmed_at
        for words, value in (
            (_("Orders waiting for 1C"), status.waiting),
            (_("Orders sent"), status.sent),
            (_("Orders left out"), status.skipped),
            (_("Batches not confirmed yet"), status.open_batches),
            (_("Last confirmation"), f"{localtime(confirmed):%Y-%m-%d %H:%M:%S}" if confirmed else _("never")),
        ):
            self.stdout.write(f"{words}: {value}")
        for line in _about(status.window):
            self.stdout.write(line)


def _about(window: WindowStatus) -> Iterator[str]:
    """Yield what a shop manager should know of the window; nothing while all is confirmed."""
    if window.since is None:
        return
    limit = _("as many as wait") if window.limit is None else window.limit
    yield "{}: {}".format(_("Trouble since"), f"{localtime(window.since):%Y-%m-%d %H:%M:%S}")
    yield "{}: {}".format(_("Exchanges in a row without confirmation"), window.unconfirmed)
    yield "{}: {}".format(_("Orders in the next exchange"), limit)
    yield "{}: {}".format(_("Orders under suspicion"), window.suspects)
    if window.alone:
        yield "{}: {}".format(_("Not confirmed though alone"), ", ".join(window.alone))
    if window.nothing_confirmed:
        yield _("1C confirms nothing, not even single orders. Look into its log: it is ill itself.")
