"""A second 1C base whose view names an adapter that cannot be imported."""

from __future__ import annotations

from django.urls import include, path

from django_onec_exchange.views import ExchangeView

urlpatterns = [
    path("1c/", include("django_onec_exchange.urls")),
    path("1c/second/", ExchangeView.as_view(base="second", marker="shop.nowhere.Marker")),
]
