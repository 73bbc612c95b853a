"""What ``manage.py demo`` is made of: a place, a server, the emulated 1C, and whether all went as it must."""
