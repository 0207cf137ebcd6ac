"""The embedded shape in a scratch folder, with the bare views beside the real ones. Only for ``make bench``."""

import os

import environ

from lms.settings.embedded import *  # noqa: F403
from lms.settings.embedded import LMS_KEYS  # noqa: F401

ROOT_URLCONF = "bench.urls"
ACCESS_TABLE = "bench.urls.TABLE"
ALLOWED_HOSTS = ["*"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if url := os.environ.get("BENCH_DATABASE_URL"):
    DATABASES = {"default": environ.Env.db_url_config(url)}
