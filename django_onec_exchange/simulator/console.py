"""How ``onec_simulate`` shows an operation on a terminal.  Needs ``rich``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from itertools import groupby
from shutil import get_terminal_size
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from .documents import ReceivedOrder
from .infobase import Progress
from .profiles import Profile
from .reports import ExchangeReport, SentFile, Step, UploadReport

#: the titles of the profiles, for the translators
TITLES = (
    gettext_noop("1C: Trade Management 11.5"),
    gettext_noop("1C: Small business (UNF)"),
    gettext_noop("1C with the 1C-Bitrix module"),
)
TALK_EVERY = 1000  # orders between two lines where there is no terminal

#: what a client tells of its progress: the bar it moves, and whether it is the bar's end
FETCHING = {"bytes": ("received", False), "documents": ("loaded", True), "orders": ("loaded", False)}
SENDING = {
    "size": ("sent", True),
    "sent": ("sent", False),
    "imports": ("imported", True),
    "imported": ("imported", False),
    "polls": ("polls", False),
}


def title_of(profile: Profile) -> str:
    """What this kind of 1C is called in the language at hand."""
    return _(profile.title)


@contextmanager
def progress(stream: TextIO, *, sending: bool = False) -> Iterator[Progress]:
    """Bars on stderr while the block runs; plain lines on ``stream`` where there is no terminal."""
    if not stream.isatty():
        yield _plain_lines(stream)
        return
    kinds = SENDING if sending else FETCHING
    titles = {
        "received": _("Bytes received"),
        "loaded": _("Orders loaded"),
        "sent": _("Bytes sent"),
        "imported": _("Files imported"),
        "polls": _("Asked again"),
    }
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        tasks = {name: bar.add_task(titles[name], total=None) for name in dict(kinds.values())}

        def tell(kind: str, count: int) -> None:
            name, is_end = kinds.get(kind, ("", False))
            if name and is_end:
                bar.update(tasks[name], total=count)
            elif name:
                bar.update(tasks[name], completed=count)

        yield tell


def _plain_lines(stream: TextIO) -> Progress:
    def tell(kind: str, count: int) -> None:
        if kind == "documents":
            stream.write(ngettext("%(count)d order to load", "%(count)d orders to load", count) % {"count": count})
        elif kind == "orders" and count % TALK_EVERY == 0:
            stream.write(ngettext("%(count)d order loaded", "%(count)d orders loaded", count) % {"count": count})
        elif kind == "size":
            stream.write(ngettext("%(count)d byte to send", "%(count)d bytes to send", count) % {"count": count})
        elif kind == "imports":
            stream.write(
                ngettext("%(count)d file to import", "%(count)d files to import", count) % {"count": count}
            )
        elif kind == "imported":
            stream.write(ngettext("%(count)d file imported", "%(count)d files imported", count) % {"count": count})

    return tell


def render(report: ExchangeReport | UploadReport, *, show: int, colour: bool) -> str:
    """Tables of steps and of orders or files, then the warnings, as text; at most ``show`` of each but steps."""
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
    if isinstance(report, UploadReport):
        console.print(_steps_table(_repeats_joined(report.steps)))
        console.print(_files_table(report.files[:show], len(report.files)))
    else:
        console.print(_steps_table(report.steps))
    if isinstance(report, ExchangeReport) and report.orders:
        console.print(_orders_table(report.orders[:show], len(report.orders)))
        console.print(_("Total: %(total)s") % {"total": report.total})
    for warning in report.warnings[:show]:
        console.print(_("Warning: %(text)s") % {"text": warning}, style="yellow", soft_wrap=True)
    hidden = len(report.warnings[show:])
    if hidden:
        text = ngettext("... and %(count)d more warning", "... and %(count)d more warnings", hidden)
        console.print(text % {"count": hidden})
    return out.getvalue()


def _repeats_joined(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """One line for the parts of a file, and one for the polls of an import."""
    joined = []
    for _key, group in groupby(steps, key=lambda step: (step.query, step.status, step.first_line)):
        first, *others = group
        for step in others:
            first = replace(
                first,
                seconds=first.seconds + step.seconds,
                bytes=first.bytes + step.bytes,
                sent=first.sent + step.sent,
            )
        joined.append(replace(first, query=f"{first.query} × {len(others) + 1}") if others else first)
    return tuple(joined)


def _steps_table(steps: tuple[Step, ...]) -> Table:
    sends = any(step.sent for step in steps)
    table = Table(title=_("Steps"), title_justify="left")
    table.add_column(_("Request"), overflow="fold")
    table.add_column("HTTP")
    table.add_column(_("First line"), overflow="fold")
    if sends:
        table.add_column(_("Sent"), justify="right")
    table.add_column(_("Bytes"), justify="right")
    table.add_column(_("Seconds"), justify="right")
    for step in steps:
        status = "—" if step.status is None else str(step.status)
        sent = [str(step.sent)] if sends else []
        table.add_row(step.query, status, step.first_line, *sent, str(step.bytes), f"{step.seconds:.2f}")
    return table


def _files_table(files: tuple[SentFile, ...], count: int) -> Table:
    title = ngettext("%(count)d file", "%(count)d files", count) % {"count": count}
    if len(files) < count:
        title = _("The first %(shown)d of %(count)d files") % {"shown": len(files), "count": count}
    table = Table(title=title, title_justify="left")
    table.add_column(_("File"), overflow="fold")
    table.add_column(_("Bytes"), justify="right")
    table.add_column(_("Taken"))
    table.add_column(_("Asked again"), justify="right")
    table.add_column(_("The site said"), overflow="fold")
    for file in files:
        taken = _("yes") if file.succeeded else _("no")
        said = file.error or next(filter(None, reversed(file.progress)), "")
        table.add_row(file.name, str(file.bytes), taken, str(file.polls), said)
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
