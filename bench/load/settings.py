"""The server shape as it is deployed, with the bare views beside the real ones. Only for ``make bench-load``."""

from lms.settings.server import *  # noqa: F403
from lms.settings.server import LMS_KEYS  # noqa: F401

ROOT_URLCONF = "bench.urls"
ACCESS_TABLE = "bench.urls.TABLE"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
