"""What happened, for people.  History is read-only; the few actions have permissions of their own."""

from . import imports, orders, sessions, skipped

__all__ = ["imports", "orders", "sessions", "skipped"]
