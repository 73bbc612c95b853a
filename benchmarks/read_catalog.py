"""Measure the reading of catalogues: ``python -m benchmarks.read_catalog --help``, and README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .measure import peak_memory

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 50_000, 200_000)
MEGABYTE = 1024 * 1024


def bare(path: Path) -> int:
    """lxml, which clears each element and makes nothing of it."""
    from lxml import etree

    count = 0
    for _, element in etree.iterparse(path, resolve_entities=False, no_network=True):
        count += element.tag == "Товар"
        element.clear()
    return count


def reader(path: Path) -> int:
    """This package: every field of every product in dataclasses."""
    from django_onec_exchange.commerceml.catalog import Product
    from django_onec_exchange.commerceml.reader import read_catalog

    with path.open("rb") as file:
        return sum(isinstance(found, Product) for found in read_catalog(file))


def skip(path: Path) -> int:
    """This package, when an import goes on at its very end."""
    from django_onec_exchange.commerceml.reader import read_catalog

    with path.open("rb") as file:
        rest = sum(1 for _ in read_catalog(file, skip=_products(path)))
    return _products(path) if rest == 1 else 0  # the catalogue itself is an object too


def cml(path: Path) -> int:
    """django-cml 0.4.0, with a pipeline that does nothing with what it gets."""
    import django

    django.setup()
    from cml.utils import ImportManager

    from .cml_pipelines import ProductPipeline

    ImportManager(str(path)).import_all()
    return ProductPipeline.count


CONTESTANTS: dict[str, Callable[[Path], int]] = {"bare": bare, "reader": reader, "skip": skip, "cml": cml}


def main() -> None:
    options = _parser().parse_args()
    if options.measure:
        print(json.dumps(_measure(options.measure, options.folder / _name(options.sizes[0]))))
        return
    with tempfile.TemporaryDirectory(prefix="onec_bench_") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in options.sizes:
            _generate(folder / _name(size), size)
            _show(size, (folder / _name(size)).stat().st_size, _run(folder, size, options))


def _run(folder: Path, size: int, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Measure all contestants on one file, by turns, each in a process of its own; keep the best runs."""
    best: dict[str, dict[str, Any]] = {}
    for _ in range(options.repeat):
        for name in options.contestants:
            result = _child(folder, size, name)
            if result["products"] != size:
                sys.exit(f"{name} read {result['products']} products instead of {size}")
            if name not in best or result["cpu_seconds"] < best[name]["cpu_seconds"]:
                best[name] = result
    return best


def _child(folder: Path, size: int, name: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.read_catalog"]
    command += ["--measure", name, "--folder", str(folder.resolve()), "--sizes", str(size)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _measure(name: str, path: Path) -> dict[str, Any]:
    started, cpu_started = time.perf_counter(), time.process_time()
    count = CONTESTANTS[name](path)
    return {
        "products": count,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "peak": peak_memory(),
    }


def _show(size: int, length: int, results: dict[str, dict[str, Any]]) -> None:
    megabytes = length / MEGABYTE
    print(f"\n{size} products, {megabytes:.1f} MB")
    print(f"{'':8}{'seconds':>9}{'CPU, s':>9}{'MB/s':>9}{'of bare':>9}{'peak, MB':>10}")
    for name, result in results.items():
        cpu = result["cpu_seconds"]
        of_bare = f"{results['bare']['cpu_seconds'] / cpu:.2f}" if "bare" in results else ""
        print(
            f"{name:8}{result['seconds']:9.2f}{cpu:9.2f}{megabytes / cpu:9.1f}{of_bare:>9}"
            f"{result['peak'] / MEGABYTE:10.0f}"
        )


def _generate(path: Path, size: int) -> None:
    """Write an ``import.xml``, always the same; without xmlns, since django-cml would find nothing in it."""
    if path.exists():
        return
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="2026-02-03T12:00:00">\n'
            '\t<Каталог СодержитТолькоИзменения="false">\n\t\t<Ид>catalog</Ид>\n'
            "\t\t<Наименование>Каталог</Наименование>\n\t\t<Товары>\n"
        )
        for number in range(size):
            file.write(_product(number))
        file.write("\t\t</Товары>\n\t</Каталог>\n</КоммерческаяИнформация>\n")
    partial.rename(path)


def _product(number: int) -> str:
    guid = f"{number:08x}-55bc-11d9-848a-00112f43529a"
    properties = "".join(
        f"\t\t\t\t\t<ЗначенияСвойства>\n\t\t\t\t\t\t<Ид>{index}72d8f9-55bc-11d9-848a-00112f43529a</Ид>\n"
        f"\t\t\t\t\t\t<Значение>Значение {number % 97}</Значение>\n\t\t\t\t\t</ЗначенияСвойства>\n"
        for index in range(5)
    )
    requisites = "".join(
        f"\t\t\t\t\t<ЗначениеРеквизита>\n\t\t\t\t\t\t<Наименование>{name}</Наименование>\n"
        f"\t\t\t\t\t\t<Значение>{value}</Значение>\n\t\t\t\t\t</ЗначениеРеквизита>\n"
        for name, value in (
            ("ВидНоменклатуры", "Крепёж"),
            ("ТипНоменклатуры", "Товар"),
            ("Полное наименование", f"Болт оцинкованный с гайкой, артикул {number}"),
        )
    )
    return (
        f"\t\t\t<Товар>\n\t\t\t\t<Ид>{guid}</Ид>\n\t\t\t\t<Артикул>БТ-{number}</Артикул>\n"
        f"\t\t\t\t<Наименование>Болт {number}</Наименование>\n"
        '\t\t\t\t<БазоваяЕдиница Код="796" НаименованиеПолное="Штука" МеждународноеСокращение="PCE">шт'
        f"</БазоваяЕдиница>\n\t\t\t\t<Группы>\n\t\t\t\t\t<Ид>group-{number % 300}</Ид>\n\t\t\t\t</Группы>\n"
        f"\t\t\t\t<Описание>{'Прочный болт для дома, дачи и производства. ' * 9}</Описание>\n"
        f"\t\t\t\t<Картинка>import_files/{guid[:2]}/{guid}.jpg</Картинка>\n"
        f"\t\t\t\t<ЗначенияСвойств>\n{properties}\t\t\t\t</ЗначенияСвойств>\n"
        "\t\t\t\t<СтавкиНалогов>\n\t\t\t\t\t<СтавкаНалога>\n\t\t\t\t\t\t<Наименование>НДС</Наименование>\n"
        "\t\t\t\t\t\t<Ставка>20</Ставка>\n\t\t\t\t\t</СтавкаНалога>\n\t\t\t\t</СтавкиНалогов>\n"
        f"\t\t\t\t<ЗначенияРеквизитов>\n{requisites}\t\t\t\t</ЗначенияРеквизитов>\n\t\t\t</Товар>\n"
    )


def _name(size: int) -> str:
    return f"import_{size}.xml"


def _products(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.read_catalog", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="numbers of products, with commas")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each contestant; the best one counts")
    parser.add_argument(
        "--contestants",
        type=lambda text: text.split(","),
        default=list(CONTESTANTS),
        help=f"with commas, of {', '.join(CONTESTANTS)}; default: all",
    )
    parser.add_argument("--folder", type=Path, help="keeps the files for the next run; default: a temporary one")
    parser.add_argument("--measure", choices=CONTESTANTS, help=argparse.SUPPRESS)  # one run, in a child process
    return parser


def _sizes(text: str) -> list[int]:
    return [int(size.replace("_", "")) for size in text.split(",")]


if __name__ == "__main__":
    main()
