from django.contrib import admin
from django.urls import include, path

from django_onec_exchange.views import ExchangeView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("1c/", include("django_onec_exchange.urls")),
    # a second 1C base, with a ledger of its own
    path(
        "1c/second/exchange/",
        ExchangeView.as_view(base="second", marker="django_onec_exchange.adapters.LedgerOrderMarker"),
    ),
]
