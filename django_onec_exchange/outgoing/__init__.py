"""Orders to 1C: ``query`` (export.py) and ``success`` (confirmation.py)."""
