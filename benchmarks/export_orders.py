"""Measure the export of orders: ``python -m benchmarks.export_orders --help``, and README.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

from . import report
from .databases import PostgreSQL, SQLite

ROOT = Path(__file__).parent.parent
SIZES = (2_000, 20_000, 100_000)
NAMES = ("bare", "query", "query-100", "service", "raw", "cml")
OPTIONAL_NAMES = ("bare-all",)


def main() -> None:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="onec_bench_") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        tables = []
        for database_name in options.database or ["sqlite", "postgres"]:
            for size in options.sizes:
                database = (
                    SQLite(folder, size) if database_name == "sqlite" else PostgreSQL(options.postgres, size)
                )
                tables.append(_run(database, size, folder, options))
                report.show(tables[-1])
    if options.save:
        report.save(tables, Path(__file__).parent / "RESULTS.md", options.repeat)


def _run(database: SQLite | PostgreSQL, size: int, folder: Path, options: argparse.Namespace) -> report.Table:
    """Measure all contestants on one database, one after another, ``repeat`` times over."""
    environment = os.environ | {"ONEC_BENCH_DATABASE": database.url, "ONEC_BENCH_FOLDER": str(folder.resolve())}
    database.create()
    try:
        _say(f"{database.name}, {size} orders: preparing")
        facts = _child(environment, "seed", str(size))
        table = report.Table(facts["database"], facts["version"], size)
        if options.verify:
            _verify(environment, folder)
        for repetition in range(options.repeat):
            shift = repetition % len(options.contestants)  # nobody always runs right after the same one
            for name in options.contestants[shift:] + options.contestants[:shift]:
                _say(f"{database.name}, {size} orders: {name}, {repetition + 1} of {options.repeat}")
                result = _child(environment, name)
                expected = 100 if name == "query-100" else size
                if result["orders"] != expected:
                    sys.exit(f"{name} exported {result['orders']} orders instead of {expected}")
                table.add(result)
        _say("")
    finally:
        if not options.keep:
            database.drop()
    return table


def _verify(environment: dict[str, str], folder: Path) -> None:
    """Stop unless the raw export writes what the package writes, but for the time in the first lines."""
    files = [folder / f"{name}.xml" for name in ("query", "raw")]
    for file in files:
        _child(environment, file.stem, str(file))
    with files[0].open("rb") as ours, files[1].open("rb") as raw:
        for number, lines in enumerate(zip_longest(ours, raw)):
            if number >= 2 and lines[0] != lines[1]:
                sys.exit(f"the raw export does not write what the package writes: {folder}, line {number + 1}")
    for file in files:
        file.unlink()


def _child(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.measure", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export_orders", description=__doc__)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"], help="default: both")
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="numbers of orders, with commas")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each contestant; the best one counts")
    parser.add_argument(
        "--contestants",
        type=_names,
        default=list(NAMES),
        help=f"with commas, of {', '.join(NAMES + OPTIONAL_NAMES)}; default: all but {', '.join(OPTIONAL_NAMES)}",
    )
    parser.add_argument(
        "--postgres",
        default="postgres://postgres@127.0.0.1:5432",
        metavar="URL",
        help="server where databases onec_bench_SIZE are made and dropped; default: %(default)s",
    )
    parser.add_argument("--folder", type=Path, help="for SQLite files and audit copies; default: a temporary one")
    parser.add_argument(
        "--keep", action="store_true", help="leave the databases for the next run; SQLite's want --folder"
    )
    parser.add_argument(
        "--verify", action="store_true", help="first compare the raw export with the package's, byte by byte"
    )
    parser.add_argument("--save", action="store_true", help="write benchmarks/RESULTS.md")
    return parser


def _sizes(text: str) -> list[int]:
    return [int(size.replace("_", "")) for size in text.split(",")]


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in NAMES + OPTIONAL_NAMES:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(NAMES + OPTIONAL_NAMES)}")
    return names


if __name__ == "__main__":
    main()
