"""The exchange on the page of django-health-check 4::

HealthCheckView.as_view(checks=["django_onec_exchange.contrib.health_check.OneCExchange"])
"""

from __future__ import annotations

from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured

from ..health import Level, examine, worst

try:
    from health_check.base import HealthCheck
    from health_check.exceptions import ServiceUnavailable, ServiceWarning
except ImportError as error:
    raise ImproperlyConfigured(
        'The health check needs django-health-check 4: pip install "django-onec-exchange[health]".'
    ) from error


@dataclass
class OneCExchange(HealthCheck):  # type: ignore[misc]  # it ships no types
    """Unhealthy while orders or files of one 1C base do not get through.

    It tells the codes of the findings alone, since such pages are often open to the world; ``manage.py
    onec_status`` tells the rest.
    """

    base: str = "default"
    #: Whether a warning is unhealthy too: the page knows no third state.
    warnings: bool = field(default=False, repr=False)

    async def run(self) -> None:
        """Raises ServiceUnavailable, or ServiceWarning."""
        findings = await sync_to_async(examine)(self.base)  # in the request's own thread, with its connection
        codes, level = ", ".join(finding.code for finding in findings), worst(findings)
        if level == Level.ERROR:
            raise ServiceUnavailable(codes)
        if level == Level.WARNING and self.warnings:
            raise ServiceWarning(codes)
