"""The 1C base's time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings

from ..conf import conf


def exchange_zone() -> ZoneInfo:
    """Return the zone of ``ONEC_EXCHANGE_TIME_ZONE``, else of Django's ``TIME_ZONE``."""
    return ZoneInfo(conf.TIME_ZONE or settings.TIME_ZONE)
