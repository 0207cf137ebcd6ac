"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.embedded")

import lms.celery  # noqa: F401  (tasks find their broker)

application = get_wsgi_application()

from lms.core.sealed import require_keys  # noqa: E402

require_keys()
