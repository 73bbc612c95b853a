"""A site with a health page and metrics."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from health_check.views import HealthCheckView

from django_onec_exchange.contrib.health_check import OneCExchange
from django_onec_exchange.contrib.prometheus import MetricsView
from tests.urls import urlpatterns as exchange


def page(check):
    return login_not_required(HealthCheckView.as_view(checks=[check]))


urlpatterns = [
    *exchange,
    path("health/", page("django_onec_exchange.contrib.health_check.OneCExchange")),
    path("health/strict/", page((OneCExchange, {"warnings": True}))),
    path("health/second/", page((OneCExchange, {"base": "second"}))),
    path("1c/metrics", MetricsView.as_view()),
]
