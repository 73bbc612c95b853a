"""Measure the unpacking of archives: ``python -m benchmarks.unpack_archive --help``."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from .measure import peak_memory
from .report import MEGABYTE

ROOT = Path(__file__).parent.parent
PICTURE = 100_000  # bytes
PRODUCT = (
    "<Товар><Ид>{id}</Ид><Артикул>A-{number}</Артикул><Наименование>Чайник электрический, модель {number}"
    '</Наименование><БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
    "<Картинка>import_files/{id}.jpg</Картинка></Товар>\n"
)
SMALL = 1  # MB: what the peak memory is compared with
NAMES = ("extractall", "unpack")


def main() -> None:
    options = _parser().parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.archive, options.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="onec_bench_", dir=options.folder) as temporary:
        for megabytes in (SMALL, options.megabytes):
            archive = Path(temporary) / f"{megabytes}.zip"
            make_archive(archive, megabytes * MEGABYTE)
            runs = {name: [_child(name, archive) for _ in range(options.repeat)] for name in NAMES}
            show(archive, runs)
            archive.unlink()


def make_archive(path: Path, size: int) -> None:
    """Make a catalog of about ``size`` bytes: a tenth of them XML, the rest pictures, which hardly shrink."""
    chance = random.Random(size)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        with archive.open("import0_1.xml", "w", force_zip64=True) as file:
            number = 0
            while path.stat().st_size < size // 10:
                number += 1
                identifier = f"{chance.getrandbits(128):032x}"
                file.write(PRODUCT.format(id=identifier, number=number).encode())
        while path.stat().st_size < size:
            name = f"{chance.getrandbits(256):064x}"
            archive.writestr(f"import_files/{name[:2]}/{name[:32]}_{name[32:]}.jpg", chance.randbytes(PICTURE))


def measure(name: str, archive: Path, folder: Path) -> dict[str, float]:
    """Unpack once, in this process."""
    unpackers: dict[str, Callable[[Path, Path], int]] = {"extractall": _extractall, "unpack": _unpack}
    started, cpu_started = time.perf_counter(), time.process_time()
    files = unpackers[name](archive, folder)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "files": files,
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "peak": peak_memory(),
    }


def _unpack(archive: Path, folder: Path) -> int:
    from django_onec_exchange.incoming.archives import ArchiveLimits, unpack

    return len(unpack(archive, folder, limits=ArchiveLimits(max_files=100_000, max_bytes=1 << 34, max_ratio=100)))


def _extractall(archive: Path, folder: Path) -> int:
    """The floor: without any check."""
    with ZipFile(archive) as zipped:
        zipped.extractall(folder)
        return len(zipped.infolist())


def _child(name: str, archive: Path) -> dict[str, float]:
    """Measure in a process of its own, whose peak memory is its own; what it wrote is removed."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as temporary:
        folder = Path(temporary) / "session"
        folder.mkdir()
        command = [sys.executable, "-m", "benchmarks.unpack_archive", "--measure", name]
        command += ["--archive", str(archive), "--folder", str(folder)]
        os.sync()  # what the run before has written is not this one's to wait for
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def show(archive: Path, runs: dict[str, list[dict[str, float]]]) -> None:
    size = archive.stat().st_size / MEGABYTE
    any_run = runs[NAMES[0]][0]
    print(f"{size:.0f} MB in {any_run['files']} files, {any_run['bytes'] / MEGABYTE:.0f} MB unpacked")
    for name, results in runs.items():
        seconds = min(run["seconds"] for run in results)
        cpu_seconds = min(run["cpu_seconds"] for run in results)
        peak = max(run["peak"] for run in results) / MEGABYTE
        print(
            f"  {name:<12}{seconds:8.2f} s{cpu_seconds:8.2f} s CPU"
            f"{any_run['bytes'] / MEGABYTE / seconds:8.0f} MB/s, peak {peak:.1f} MB"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unpack_archive", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500, help="size of the archive; default: %(default)s")
    parser.add_argument("--repeat", type=int, default=3, help="the best run counts; default: %(default)s")
    parser.add_argument("--folder", type=Path, help="where archives and files go; default: the temporary folder")
    parser.add_argument("--measure", choices=NAMES, help=argparse.SUPPRESS)
    parser.add_argument("--archive", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
