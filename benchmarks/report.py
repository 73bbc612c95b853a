"""What was measured, as a table for the screen and for RESULTS.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20
TITLES = {
    "bare": "bare ORM iteration",
    "bare-all": "bare ORM, all columns",
    "query": "this package, HTTP query",
    "service": "this package, without HTTP",
    "query-100": "this package, 100 orders",
    "raw": "raw SQL and f-strings",
    "cml": "django-cml 0.4.0",
}
HEADINGS = ("", "orders/s", "µs/order", "× bare", "CPU, s", "spread", "bytes/order", "output, MB", "peak, MB")
RATIO_TO_BARE = 1.6
RATIO_TO_CML = 1.5
PEAK_ABOVE_HUNDRED = 40  # MB
JUDGED_FROM = 20_000  # orders: with fewer, what a request costs by itself still shows


@dataclass
class Table:
    """The runs on one database of one size."""

    database: str
    version: str
    size: int
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.database} {self.version}, {self.size:,} orders".replace(",", " ", 1).replace(",", " ")

    def add(self, run: dict[str, Any]) -> None:
        self.runs.setdefault(run["name"], []).append(run)

    def best(self, name: str) -> dict[str, Any] | None:
        return min(self.runs[name], key=lambda run: run["seconds"]) if name in self.runs else None

    def peak(self, name: str) -> float:
        """The largest of all runs, in MB."""
        return float(max(run["peak"] for run in self.runs[name]) / MEGABYTE)

    def cpu(self, name: str) -> float:
        """The least CPU time of a run, in seconds: the process's own, without the database server's."""
        return float(min(run["cpu_seconds"] for run in self.runs[name]))

    def rows(self) -> Iterator[tuple[str, ...]]:
        bare = self.best("bare")
        for name in (name for name in TITLES if name in self.runs):
            best = self.best(name)
            assert best is not None
            per_order = best["seconds"] / best["orders"]
            yield (
                TITLES[name],
                f"{1 / per_order:.0f}",
                f"{per_order * 1e6:.0f}",
                f"{per_order / bare['seconds'] * bare['orders']:.2f}" if bare else "",
                f"{self.cpu(name):.2f}",
                f"{max(run['seconds'] for run in self.runs[name]) / best['seconds']:.2f}",
                f"{best['bytes'] / best['orders']:.0f}" if best["bytes"] else "",
                f"{best['bytes'] / MEGABYTE:.1f}" if best["bytes"] else "",
                f"{self.peak(name):.1f}",
            )

    def verdicts(self) -> Iterator[tuple[str, bool]]:
        """The three targets, as far as their contestants ran, and whether each is reached."""
        if self.size < JUDGED_FROM:
            return
        query, bare, cml = self.best("query"), self.best("bare"), self.best("cml")
        if query and bare:
            ratio, cpu = query["seconds"] / bare["seconds"], self.cpu("query") / self.cpu("bare")
            text = f"query / bare iteration: {ratio:.2f} (at most {RATIO_TO_BARE}); by CPU time {cpu:.2f}"
            yield text, ratio <= RATIO_TO_BARE
        if query and cml:
            ratio, share = cml["seconds"] / query["seconds"], cml["bytes"] / query["bytes"]
            yield (
                f"speed / django-cml: {ratio:.2f} (at least {RATIO_TO_CML}); it writes {share:.0%} of the bytes",
                ratio >= RATIO_TO_CML,
            )
        if query and "query-100" in self.runs:
            above = self.peak("query") - min(run["peak"] for run in self.runs["query-100"]) / MEGABYTE
            yield (
                f"peak above 100 orders: {above:.1f} MB (at most {PEAK_ABOVE_HUNDRED})",
                above <= PEAK_ABOVE_HUNDRED,
            )


def show(table: Table) -> None:
    """Print the table; plainly where rich is not installed."""
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table as RichTable
    except ImportError:
        print(f"\n{table.title}\n{_markdown(table)}")
    else:
        grid = RichTable(*HEADINGS, title=table.title, title_justify="left", box=box.SIMPLE)
        grid.columns[0].no_wrap = True
        for column in grid.columns[1:]:
            column.justify = "right"
        for row in table.rows():
            grid.add_row(*row)
        console = Console()
        console.width = max(console.width, 120)
        console.print(grid)
    for text, reached in table.verdicts():
        print(f"  {'ok     ' if reached else 'MISSED '} {text}")


def save(tables: list[Table], path: Path, repeat: int) -> None:
    """Write RESULTS.md: what ran on what, without names of machines and folders."""
    lines = ["# Results of `python -m benchmarks.export_orders`", "", _machine(repeat), ""]
    for table in tables:
        lines += [f"## {table.title}", "", _markdown(table), ""]
        lines += [f"- {'reached' if reached else '**missed**'}: {text}" for text, reached in table.verdicts()]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _markdown(table: Table) -> str:
    lines = [f"| {' | '.join(HEADINGS)} |", f"| --- |{' ---: |' * (len(HEADINGS) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in table.rows()]
    return "\n".join(lines)


def _machine(repeat: int) -> str:
    packages = ", ".join(f"{name} {_version(name)}" for name in ("Django", "psycopg", "lxml", "django-cml"))
    return (
        f"{os.cpu_count()} CPUs ({platform.machine()}, {platform.system()}), "
        f"{platform.python_implementation()} {platform.python_version()}, {packages}. "
        f"Three items in each order; best of {repeat}, each run in a process of its own. "
        "“Spread” is the slowest run by the fastest."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
