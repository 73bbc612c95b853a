"""Exchange orders with 1C:Enterprise over HTTP (CommerceML)."""

__version__ = "0.1.0"
