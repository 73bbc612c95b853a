"""A site that serves its own media and static files, as on a developer's machine."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.views.static import serve

from tests.urls import urlpatterns as urls


@login_not_required
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    return serve(request, path, document_root=settings.MEDIA_ROOT)


@login_not_required
def static(request: HttpRequest, path: str) -> HttpResponseBase:
    return serve(request, path, document_root=settings.STATIC_ROOT)


urlpatterns = [*urls, re_path(r"^media/(?P<path>.*)$", media), re_path(r"^static/(?P<path>.*)$", static)]
