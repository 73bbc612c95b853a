"""Build the sdist and the wheel and install the wheel into an empty environment.

python .ci/check_package.py FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

NEEDED = (
    "django_onec_exchange/py.typed",
    "django_onec_exchange/migrations/0001_initial.py",
    "django_onec_exchange/locale/ru/LC_MESSAGES/django.po",
    "django_onec_exchange/locale/ru/LC_MESSAGES/django.mo",
    "django_onec_exchange/static/django_onec_exchange/admin.css",
    "django_onec_exchange/templates/admin/django_onec_exchange/overview.html",
    "django_onec_exchange/management/commands/onec_simulate.py",
)
#: what the sdist holds besides: tox.ini calls the one, the documentation names the other
BESIDES = (
    ".ci/check_package.py",
    ".ci/check_translations.py",
    ".ci/run",
    "benchmarks/README.md",
    "tests/settings.py",
)
USE = """
import django, lxml
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_onec_exchange"],
                   USE_I18N=True, BASE_DIR=".")
django.setup()
from django.core.management import call_command
from django.utils.translation import override, gettext
from django_onec_exchange.protocol.errors import NothingToConfirm
from django_onec_exchange import simulator, views
with override("ru"):
    assert gettext(NothingToConfirm.message) != NothingToConfirm.message, "no Russian in the wheel"
"""


def main(folder: Path) -> None:
    command = [sys.executable, "-m", "build", "--outdir", folder / "dist", "."]
    built = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert "absent from the `packages` configuration" not in built.stdout, built.stdout
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", wheel, sdist], check=True)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    check(names, "wheel", NEEDED)
    strangers = {name.split("/")[0] for name in names if not name.startswith("django_onec_exchange")}
    assert not strangers, f"the wheel holds {strangers}"
    with tarfile.open(sdist) as archive:
        check([name.partition("/")[2] for name in archive.getnames()], "sdist", (*NEEDED, *BESIDES))
    venv.create(folder / "empty", with_pip=True)
    python = folder / "empty" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    subprocess.run([python, "-c", USE], check=True, cwd=folder)


def check(names: list[str], kind: str, needed: tuple[str, ...]) -> None:
    missing = set(needed) - set(names)
    assert not missing, f"the {kind} lacks {sorted(missing)}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
