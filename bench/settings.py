"""The embedded shape in a scratch folder, with the bare views beside the real ones. Only for ``make bench``."""

from lms.settings.embedded import *  # noqa: F403
from lms.settings.embedded import LMS_KEYS  # noqa: F401

ROOT_URLCONF = "bench.urls"
ACCESS_TABLE = "bench.urls.TABLE"
ALLOWED_HOSTS = ["*"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
