"""Fail when a sentence has no Russian, or when the catalogues are not the ones the sources make.

``--write`` brings the catalogues up to date instead; what is new is then to be translated by hand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "django_onec_exchange"
CATALOGUE = Path("locale/ru/LC_MESSAGES/django.po")


def main() -> int:
    if "--write" in sys.argv:
        make(PACKAGE)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PACKAGE.name
        shutil.copytree(PACKAGE, copy)
        make(copy)
        made = (copy / CATALOGUE).read_text()
        stored = (PACKAGE / CATALOGUE).read_text()
        if entries(made) != entries(stored):
            return fail("django.po is not what the sources make: run .ci/check_translations.py --write")
        if re.search(r"^#, .*fuzzy", stored, re.M):
            return fail("django.po has fuzzy entries")
        statistics = subprocess.run(
            ["msgfmt", "--statistics", "--check", "-o", os.devnull, PACKAGE / CATALOGUE],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
        ).stderr
        if "untranslated" in statistics:
            return fail(f"not everything is translated: {statistics}")
        compiled = CATALOGUE.with_suffix(".mo")
        if (copy / compiled).read_bytes() != (PACKAGE / compiled).read_bytes():
            return fail("django.mo was not compiled from django.po")
    return 0


def make(package: Path) -> None:
    (package / CATALOGUE).with_suffix(".mo").unlink(missing_ok=True)  # compilemessages leaves a newer one alone
    run = [sys.executable, "-m", "django"]
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    for command in (["makemessages", "--no-location", "--no-obsolete"], ["compilemessages"]):
        subprocess.run([*run, *command, "-l", "ru"], check=True, cwd=package, env=env)


def entries(text: str) -> str:
    """Return a catalogue without its dates."""
    return re.sub(r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', "", text, flags=re.M)


def fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
