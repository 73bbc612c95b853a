"""A site that mounts the exchange as others do, beside pages of its own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def ordinary(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in a transaction" if connection.in_atomic_block else "outside")


def protected(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


urlpatterns = [
    path("ordinary/", ordinary),
    path("protected/", protected),
    path("1c/", include("django_onec_exchange.urls")),
    path("bitrix/admin/", include("django_onec_exchange.urls", namespace="bitrix")),
]
