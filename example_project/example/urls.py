"""Addresses: the admin, the exchange, and a second exchange for another 1C base."""

from django.contrib import admin
from django.urls import include, path

from django_onec_exchange.views import ExchangeView

admin.site.site_header = admin.site.site_title = "Пример магазина"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("1c/", include("django_onec_exchange.urls")),
    # The accountants' 1C base: only what is paid, and a memory of its own.
    path(
        "1c/accounting/exchange/",
        ExchangeView.as_view(
            base="accounting",
            selector="shop.exchange.PaidOrders",
            marker="django_onec_exchange.adapters.LedgerOrderMarker",
        ),
    ),
]
