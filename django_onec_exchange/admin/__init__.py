"""What happened, for people.  History is read-only; the few actions have permissions of their own."""

from . import imports, orders, overview, sessions, skipped
from .order_admin import OneCOrderAdminMixin

__all__ = ["OneCOrderAdminMixin", "imports", "orders", "overview", "sessions", "skipped"]
