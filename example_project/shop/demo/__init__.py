"""What ``manage.py demo`` is made of: a place, a server, a worker, the emulated 1C and its goods, and verdicts."""
