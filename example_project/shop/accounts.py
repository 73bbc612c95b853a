"""The account that 1C signs in with."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission


def ensure_exchange_account(username: str, password: str) -> None:
    """Create or update the account: it may exchange with 1C, and nothing else."""
    user, _ = get_user_model().objects.get_or_create(username=username)
    user.is_active = True
    user.set_password(password)
    user.save()
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="django_onec_exchange", codename="use_exchange")
    )
