"""Where the site mounted the exchange: each view serves one 1C base, maybe with adapters of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import LocalePrefixPattern, URLPattern, URLResolver, get_resolver

from .adapters import Mount


class _Found(NamedTuple):
    """An exchange in the URLconf."""

    view: Any
    options: dict[str, Any]  # what ``as_view()`` was given
    localized: bool  # inside of i18n_patterns


def get_mounts() -> list[Mount]:
    """Return what the URLconf mounts, each base and set of adapters once."""
    mounts: list[Mount] = []
    names = [field.name for field in fields(Mount)]
    for view, options, _localized in _exchange_views():
        mount = Mount(**{name: options.get(name, getattr(view, name)) for name in names})
        if mount not in mounts:
            mounts.append(mount)
    return mounts


def get_mount(base: str) -> Mount | None:
    """Return the first mount of a base; None for a base that no address serves."""
    return next((mount for mount in get_mounts() if mount.base == base), None)


def get_bases() -> list[str]:
    """Return the names of the bases that the site serves."""
    return list(dict.fromkeys(mount.base for mount in get_mounts()))


def get_localized_bases() -> list[str]:
    """Return the bases whose address begins with a language."""
    found = (one.options.get("base", one.view.base) for one in _exchange_views() if one.localized)
    return list(dict.fromkeys(found))


def _exchange_views() -> Iterator[_Found]:
    if getattr(settings, "ROOT_URLCONF", None):  # a process without addresses, such as a worker's
        yield from _walk(get_resolver().url_patterns)


def _walk(patterns: Any, localized: bool = False) -> Iterator[_Found]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, localized or isinstance(pattern.pattern, LocalePrefixPattern))
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None)
            if getattr(view, "serves_onec", False):
                yield _Found(view, getattr(pattern.callback, "view_initkwargs", {}), localized)
