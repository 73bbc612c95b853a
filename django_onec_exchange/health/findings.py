"""What is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How bad it is; they compare, and are the exit codes of ``onec_status --check``."""

    OK = 0, _("all is well")
    WARNING = 1, _("warning")  # the exchange lives, and somebody should look
    ERROR = 2, _("error")  # orders or files do not get through


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and what a shop manager does about it."""

    level: Level
    code: str  # stable: docs/monitoring.md lists them
    message: str
    remedy: str


def worst(findings: Iterable[Finding]) -> Level:
    """Return the level of the worst finding; ``OK`` without any."""
    return max((finding.level for finding in findings), default=Level.OK)


def ago(seconds: float) -> datetime:
    return timezone.now() - timedelta(seconds=seconds)


def shown(moment: datetime) -> str:
    """Return a moment as people write it, in the site's own time."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
