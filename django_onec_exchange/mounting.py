"""Where the site mounted the exchange: each view serves one 1C base, maybe with adapters of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from .adapters import Mount


def get_mounts() -> list[Mount]:
    """Return what the URLconf mounts, each base and set of adapters once."""
    mounts: list[Mount] = []
    names = [field.name for field in fields(Mount)]
    for view, options in _exchange_views(get_resolver().url_patterns):
        mount = Mount(**{name: options.get(name, getattr(view, name)) for name in names})
        if mount not in mounts:
            mounts.append(mount)
    return mounts


def get_mount(base: str) -> Mount | None:
    """Return the first mount of a base; None for a base that no address serves."""
    return next((mount for mount in get_mounts() if mount.base == base), None)


def _exchange_views(patterns: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _exchange_views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None)
            if getattr(view, "serves_onec", False):
                yield view, getattr(pattern.callback, "view_initkwargs", {})
