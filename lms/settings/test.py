"""Settings of the test suite: SQLite by default, PostgreSQL and Redis where DATABASE_URL and REDIS_URL say so."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import environ

from lms.settings.base import *  # noqa: F403
from lms.settings.base import VAR_DIR
from lms.settings.social import configure

SECRET_KEY = "test-only"
LMS_KEYS = {"t2": b"2" * 32, "t1": b"1" * 32}
ALLOWED_HOSTS = ["*"]
BASE_URL = "http://testserver"
LMS_WORLD = "test"
LMS_SITE_TEXTS_SECONDS = 0  # query counts do not depend on what ran before
TEST_DIR = VAR_DIR / "test"
TEST_DIR.mkdir(parents=True, exist_ok=True)
WORLD_DIR = TEST_DIR
MEDIA_ROOT = TEST_DIR / "media"
PRIVATE_ROOT = TEST_DIR / "private"
STATIC_ROOT = TEST_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
LEDGER_HEADS_DIR = TEST_DIR / "heads"

if os.environ.get("DATABASE_URL", "").startswith("postgres"):
    DATABASES = {"default": environ.Env().db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("LMS_SQLITE_FILE", str(TEST_DIR / "unused.sqlite3")),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;",
            },
        }
    }
if os.environ.get("REDIS_URL"):
    # clearing a cache empties its whole Redis database, so every worker of the suite has one of its own; 0 is the broker's
    _number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    _redis = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{_number}").geturl()
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "lms.core.storage.PrivateFileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = os.environ.get("REDIS_URL", "memory://")
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"handlers": [], "level": "WARNING"}}
# never asked: the tests of signing in by WeChat and DingTalk answer for them
_keys = ("WEIXIN_ID", "WEIXIN_SECRET", "WEIXIN_MP_ID", "WEIXIN_MP_SECRET", "DINGTALK_ID", "DINGTALK_SECRET")
configure(globals(), {name: name.lower() for name in _keys})
CONSENT_REQUIRED = False  # the tests of people turn it on
