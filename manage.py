#!/usr/bin/env python
"""Command line of the project. Without DJANGO_SETTINGS_MODULE it runs the embedded shape."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.embedded")
    from django.core.management import execute_from_command_line

    import lms.celery  # noqa: F401  (tasks find their broker)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
