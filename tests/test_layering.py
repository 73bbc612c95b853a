"""The pure packages stay pure, and imports point one way."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import django_onec_exchange
from django_onec_exchange import commerceml, protocol

ROOT = Path(django_onec_exchange.__file__).parent
OURS = "django_onec_exchange"
#: What each pure package must not bring along.
FORBIDDEN = {
    "protocol": ("django", "lxml", "xml", "appconf", f"{OURS}.commerceml"),
    "commerceml": ("django", "appconf", f"{OURS}.protocol"),
}

MODULES = [
    pytest.param(module.name, package.__name__.rpartition(".")[2], id=module.name)
    for package in (protocol, commerceml)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]

IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules, sep='\\n')"


@pytest.mark.parametrize(("module", "package"), MODULES)
def test_a_module_of_a_pure_package_imports_neither_django_nor_its_neighbour(module, package):
    loaded = loaded_with(module)

    assert module in loaded
    assert [name for name in loaded if is_part(name, FORBIDDEN[package])] == []
    assert [name for name in loaded if is_part(name, (OURS,))] == [
        name for name in loaded if name == OURS or is_part(name, (f"{OURS}.{package}",))
    ]


def test_every_file_of_the_pure_packages_is_looked_at():
    files = {path.stem for name in FORBIDDEN for path in (ROOT / name).rglob("*.py")} - {"__init__"}

    assert {name.values[0].rpartition(".")[2] for name in MODULES} == files
    assert len(files) > 8


def test_this_test_would_notice_django():
    loaded = loaded_with(f"{OURS}.conf")

    assert any(is_part(name, FORBIDDEN["commerceml"]) for name in loaded)


def test_the_windows_decisions_need_no_django():
    loaded = loaded_with(f"{OURS}.outgoing.window")

    assert [name for name in loaded if is_part(name, ("django", "appconf", f"{OURS}.models"))] == []


def loaded_with(module: str) -> list[str]:
    """Return the modules that a fresh interpreter has after it imported one."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, module],
        cwd=ROOT.parent,
        env=bare,  # coverage would come along, with modules of its own
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def is_part(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)
