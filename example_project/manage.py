#!/usr/bin/env python
"""``python manage.py demo`` shows the whole exchange with an emulated 1C; nothing else is needed."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
