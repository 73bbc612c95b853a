"""The exchange among the pages that have an address for each language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(path("1c/", include("django_onec_exchange.urls")))
