"""What every page of ours in somebody's admin needs."""

from __future__ import annotations

from typing import Any

import django
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

Crumb = tuple[str | Promise, str]  # what a page is called, and its address


def render(
    model_admin: Any, request: HttpRequest, name: str, title: str | Promise, *crumbs: Crumb, **context: Any
) -> TemplateResponse:
    """Return one of our pages; ``crumbs`` lead to it from the page of the model's app."""
    site, opts = model_admin.admin_site, model_admin.opts
    request.current_app = site.name  # as Django's own pages do
    above: list[Crumb] = [
        (_("Home"), reverse("admin:index", current_app=site.name)),
        (opts.app_config.verbose_name, reverse("admin:app_list", args=[opts.app_label], current_app=site.name)),
    ]
    context = {
        **site.each_context(request),
        "title": title,
        "opts": opts,
        "media": model_admin.media,
        "crumbs": [*above, *crumbs],
        "crumbs_are_a_list": django.VERSION >= (6, 1),
        **context,
    }
    return TemplateResponse(request, f"admin/django_onec_exchange/{name}.html", context)


def list_crumb(model_admin: Any) -> Crumb:
    """Return the way to the list of a model."""
    opts, site = model_admin.opts, model_admin.admin_site.name
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist", current_app=site)
    return capfirst(str(opts.verbose_name_plural)), address
