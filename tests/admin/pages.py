"""Addresses of the admin."""

from __future__ import annotations

from django.urls import reverse


def page(model, view: str = "changelist", *arguments: object) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=arguments)
