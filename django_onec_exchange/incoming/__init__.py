"""Files from 1C: archives (archives.py)."""
