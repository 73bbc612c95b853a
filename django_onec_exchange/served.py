"""Which folders the web server serves: what passes through the exchange is personal data, and never lies there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings


def serving(folder: Path | str) -> list[str]:
    """Return the names of Django's settings by which ``folder`` would be served; none for a private one."""
    place = Path(folder).resolve()
    found = (name for name, root in _served_folders() if place.is_relative_to(Path(root).resolve()))
    return list(dict.fromkeys(found))


def _served_folders() -> Iterator[tuple[str, Any]]:
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if root := getattr(settings, name, None):
            yield name, root
    for entry in getattr(settings, "STATICFILES_DIRS", None) or ():
        yield "STATICFILES_DIRS", entry[-1] if isinstance(entry, (tuple, list)) else entry  # (prefix, folder)
