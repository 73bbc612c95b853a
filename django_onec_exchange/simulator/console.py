"""How ``onec_simulate`` shows an operation on a terminal.  Needs ``rich``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from shutil import get_terminal_size
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from .documents import ReceivedOrder
from .infobase import Progress
from .reports import ExchangeReport, Step

TALK_EVERY = 1000  # orders between two lines where there is no terminal


@contextmanager
def progress(stream: TextIO) -> Iterator[Progress]:
    """A bar on stderr while the block runs; plain lines on ``stream`` where there is no terminal."""
    if not stream.isatty():
        yield _plain_lines(stream)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        received = bar.add_task(_("Bytes received"), total=None)
        loaded = bar.add_task(_("Orders loaded"), total=None)

        def tell(kind: str, count: int) -> None:
            if kind == "bytes":
                bar.update(received, completed=count)
            elif kind == "documents":
                bar.update(loaded, total=count)
            else:
                bar.update(loaded, completed=count)

        yield tell


def _plain_lines(stream: TextIO) -> Progress:
    def tell(kind: str, count: int) -> None:
        if kind == "documents":
            stream.write(ngettext("%(count)d order to load", "%(count)d orders to load", count) % {"count": count})
        elif kind == "orders" and count % TALK_EVERY == 0:
            stream.write(ngettext("%(count)d order loaded", "%(count)d orders loaded", count) % {"count": count})

    return tell


def render(report: ExchangeReport, *, show: int, colour: bool) -> str:
    """Tables of steps and orders, then the warnings, as text; at most ``show`` orders and warnings."""
    out = StringIO()
    # no markup: names of customers and replies of sites may hold square brackets
    console = Console(
        file=out,
        force_terminal=colour,
        no_color=not colour,
        width=max(get_terminal_size((110, 24)).columns, 80),
        markup=False,
        highlight=False,
        emoji=False,
    )
    console.print(_steps_table(report.steps))
    if report.orders:
        console.print(_orders_table(report.orders[:show], len(report.orders)))
        console.print(_("Total: %(total)s") % {"total": report.total})
    for warning in report.warnings[:show]:
        console.print(_("Warning: %(text)s") % {"text": warning}, style="yellow", soft_wrap=True)
    hidden = len(report.warnings[show:])
    if hidden:
        text = ngettext("... and %(count)d more warning", "... and %(count)d more warnings", hidden)
        console.print(text % {"count": hidden})
    return out.getvalue()


def _steps_table(steps: tuple[Step, ...]) -> Table:
    table = Table(title=_("Steps"), title_justify="left")
    table.add_column(_("Request"), overflow="fold")
    table.add_column("HTTP")
    table.add_column(_("First line"), overflow="fold")
    table.add_column(_("Bytes"), justify="right")
    table.add_column(_("Seconds"), justify="right")
    for step in steps:
        status = "—" if step.status is None else str(step.status)
        table.add_row(step.query, status, step.first_line, str(step.bytes), f"{step.seconds:.2f}")
    return table


def _orders_table(orders: tuple[ReceivedOrder, ...], count: int) -> Table:
    title = ngettext("%(count)d order", "%(count)d orders", count) % {"count": count}
    if len(orders) < count:
        title = _("The first %(shown)d of %(count)d orders") % {"shown": len(orders), "count": count}
    table = Table(title=title, title_justify="left")
    table.add_column(_("Number"))
    table.add_column(_("Date"))
    table.add_column(_("Customer"), overflow="fold")
    table.add_column(_("Rows"), justify="right")
    table.add_column(_("Total"), justify="right")
    for order in orders:
        total = f"{order.total} {order.currency}"
        customer = order.counterparty.name
        table.add_row(order.number, order.date.isoformat(), customer, str(len(order.rows)), total)
    return table
