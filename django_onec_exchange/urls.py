"""``path("1c/", include("django_onec_exchange.urls"))``.

1C follows no redirects, so each spelling is an address of its own.
"""

from __future__ import annotations

from django.urls import path

from .views import ExchangeView

app_name = "onec_exchange"

urlpatterns = [
    path("exchange/", ExchangeView.as_view(), name="exchange"),
    path("exchange", ExchangeView.as_view()),
    path("1c_exchange.php", ExchangeView.as_view()),
    path("1c_exchange.php/", ExchangeView.as_view()),
]
