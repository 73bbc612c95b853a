"""A site that mounts no exchange."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
