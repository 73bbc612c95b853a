"""The exchange as metrics for Prometheus, read from the database when it asks.

So every worker gives the same figures, and nothing is to be gathered from several processes.  Mount the view::

    path("1c/metrics", MetricsView.as_view())

or register the collector with what the site shows already, such as django-prometheus::

    REGISTRY.register(ExchangeCollector())
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from secrets import compare_digest

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views import View

from ..adapters import ExchangeContext
from ..conf import conf
from ..health import examine, worst
from ..models import SkippedOrder
from ..mounting import get_bases
from ..protocol.errors import NotConfigured
from ..status import context_of, count, last_confirmed, last_session, window_status

try:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily, Metric
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.registry import Collector
except ImportError as error:
    raise ImproperlyConfigured(
        'The metrics need prometheus-client: pip install "django-onec-exchange[prometheus]".'
    ) from error

logger = logging.getLogger(__name__)

PERMISSION = "django_onec_exchange.view_exchangesession"

_MOST = 10_000  # orders that are counted
_PREFIX = "onec_exchange"


class ExchangeCollector(Collector):
    """Tells how the exchange of each base stands; of all that the site serves, or of those named."""

    def __init__(self, bases: Iterable[str] | None = None) -> None:
        self._bases = None if bases is None else list(bases)

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values, so that to register them asks no database."""
        return _Gauges().families()

    def collect(self) -> Iterator[Metric]:
        gauges = _Gauges()
        for base in get_bases() if self._bases is None else self._bases:
            try:
                gauges.read(base)
            except AnyDatabaseError:  # the site's other metrics go on
                extra = {"event": "metrics_failed", "base": base}
                logger.exception("the metrics of base %s could not be read", base, extra=extra)
        yield from gauges.families()


class _Gauges:
    """The metrics of all bases."""

    def __init__(self) -> None:
        self.status = _gauge("status", "How the exchange is: 0 all is well, 1 warning, 2 error.")
        self.finding = GaugeMetricFamily(
            f"{_PREFIX}_finding", "1 for each thing that is wrong now.", labels=["base", "code", "level"]
        )
        self.waiting = _gauge("orders_waiting", f"Orders that wait for 1C; counted up to {_MOST}.")
        self.skipped = _gauge("orders_skipped", f"Orders left out with a reason; counted up to {_MOST}.")
        self.suspects = _gauge("orders_suspected", "Orders of which at least one stops 1C.")
        self.unconfirmed = _gauge("exchanges_unconfirmed", "Exchanges in a row that 1C did not confirm.")
        self.contact = _gauge("last_contact_timestamp_seconds", "When 1C last called; absent if never.")
        self.confirmation = _gauge(
            "last_confirmation_timestamp_seconds", "When 1C last confirmed a file with orders; absent if never."
        )

    def families(self) -> list[Metric]:
        return list(vars(self).values())

    def read(self, base: str) -> None:
        """Ask how one base stands; a site that is not set up has a status and nothing to count."""
        findings = examine(base)
        self.status.add_metric([base], worst(findings))
        for code, level in sorted({(finding.code, finding.level) for finding in findings}):
            self.finding.add_metric([base, code, level.name.lower()], 1)
        try:
            self._count(base, context_of(base))
        except NotConfigured:
            return

    def _count(self, base: str, context: ExchangeContext) -> None:
        """Ask for what is shown alone: how many orders 1C has is dear to count."""
        skipped = SkippedOrder.objects.filter(base=context.base, resolved_at=None)
        self.waiting.add_metric([base], count(context.adapters.selector.select(context), _MOST))
        self.skipped.add_metric([base], count(skipped, _MOST))
        window = window_status(context.base)
        self.suspects.add_metric([base], window.suspects)
        self.unconfirmed.add_metric([base], window.unconfirmed)
        session, confirmed = last_session(context.base), last_confirmed(context.base)
        _add_moment(self.contact, base, session.last_seen_at if session else None)
        _add_moment(self.confirmation, base, confirmed.confirmed_at if confirmed else None)


@method_decorator(login_not_required, name="dispatch")
class MetricsView(View):
    """What Prometheus scrapes.

    Open to ``Authorization: Bearer`` with ``ONEC_EXCHANGE_METRICS_TOKEN``, and to users who may see the exchange
    in the admin; without a token, to these alone.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if not _may_read(request):
            return HttpResponse(
                "These metrics want the token that ONEC_EXCHANGE_METRICS_TOKEN holds.\n",
                content_type="text/plain",
                status=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        registry = CollectorRegistry()
        registry.register(ExchangeCollector())
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        response = HttpResponse(encode(registry), content_type=content_type)
        add_never_cache_headers(response)
        return response


def _may_read(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if conf.METRICS_TOKEN and scheme.lower() == "bearer":
        return compare_digest(given.strip().encode(), str(conf.METRICS_TOKEN).encode())
    user = getattr(request, "user", None)
    return user is not None and bool(user.has_perm(PERMISSION))


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=["base"])


def _add_moment(gauge: GaugeMetricFamily, base: str, moment: datetime | None) -> None:
    if moment is not None:
        gauge.add_metric([base], moment.timestamp())
