"""The brake on guessing passwords: wrong ones are counted in the database, for all workers of a site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .conf import conf
from .models import AuthFailure, ExchangeSession
from .protocol.errors import TooManyAttempts

#: An address may try several users; each of them has the limit of the setting.
ADDRESS_FACTOR = 5
_KEPT = timedelta(days=1)


def check(username: str, address: str | None) -> None:
    """Raise TooManyAttempts while this user at this address, or the address, has to wait."""
    blocked = Q(pk=None)
    limits = dict(_limits(username, address))
    if limits and _is_known(username, address):  # behind a proxy all clients may share one address
        limits.pop(_key("address", "", address))
    for key, limit in limits.items():
        blocked |= Q(key=key, count__gte=limit)
    failure = AuthFailure.objects.filter(blocked, first_at__gt=_window_start()).order_by("-first_at").first()
    if failure:
        left = failure.first_at - _window_start()
        raise TooManyAttempts(minutes=int(left.total_seconds() // 60) + 1)


def record_failure(username: str, address: str | None) -> None:
    """Count a wrong password."""
    for key, _ in _limits(username, address):
        counted = AuthFailure.objects.filter(key=key, first_at__gt=_window_start()).update(count=F("count") + 1)
        if not counted:
            outdated().delete()
            AuthFailure.objects.update_or_create(key=key, defaults={"count": 1, "first_at": timezone.now()})


def release(username: str, address: str | None) -> None:
    """Forget the wrong passwords of this user at this address: the right one was given."""
    if conf.AUTH_FAILURE_LIMIT:
        AuthFailure.objects.filter(key=_key("user", username, address)).delete()


def outdated() -> QuerySet[AuthFailure]:
    """Return the wrong passwords that no longer count."""
    return AuthFailure.objects.filter(first_at__lt=_window_start() - _KEPT)


def _limits(username: str, address: str | None) -> Iterator[tuple[str, int]]:
    """The user alone is not counted: whoever knows its name could lock the real 1C out."""
    if conf.AUTH_FAILURE_LIMIT:
        yield _key("user", username, address), conf.AUTH_FAILURE_LIMIT
        yield _key("address", "", address), conf.AUTH_FAILURE_LIMIT * ADDRESS_FACTOR


def _is_known(username: str, address: str | None) -> bool:
    """Tell whether this user exchanged from this address lately."""
    since = timezone.now() - timedelta(seconds=conf.SESSION_LIFETIME)
    sessions = ExchangeSession.objects.filter(account_name=username, address=address, last_seen_at__gt=since)
    return sessions.exists()


def _key(kind: str, username: str, address: str | None) -> str:
    return hashlib.sha256(repr((kind, username, _place(address))).encode("utf-8", "replace")).hexdigest()


def _place(address: str | None) -> str | None:
    """Return what is counted as one address: of IPv6 a whole /64, in which a host may take another each time."""
    if address is None or ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def _window_start() -> datetime:
    return timezone.now() - timedelta(seconds=conf.AUTH_FAILURE_WINDOW)
