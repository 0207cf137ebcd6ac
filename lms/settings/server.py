"""The server shape: everything from environment variables; see docs/DEPLOY.md for the list."""

from __future__ import annotations

import os

import environ
from django.core.exceptions import ImproperlyConfigured

from lms.core.logs import config
from lms.settings.base import *  # noqa: F403
from lms.settings.keys import parse
from lms.settings.social import configure

env = environ.Env()

SECRET_KEY = env("SECRET_KEY")
LMS_KEYS = parse(env.json("LMS_DATA_KEYS"))  # {"k2": "<base64 of 32 bytes>", "k1": "…"}, newest first
if not LMS_KEYS:
    raise ImproperlyConfigured("LMS_DATA_KEYS holds no key")
if env.bool("LMS_DEMO", False):
    raise ImproperlyConfigured("the demonstration world does not run with server settings")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{h}" for h in ALLOWED_HOSTS if h != "*"])
BASE_URL = env("BASE_URL")
WAGTAILADMIN_BASE_URL = BASE_URL

DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True}}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("the server shape runs on PostgreSQL: DATABASE_URL=postgres://…")
if env("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = {**DATABASES["default"], **env.db("DATABASE_REPLICA_URL")}
    if DATABASES["replica"]["ENGINE"] != DATABASES["default"]["ENGINE"]:
        raise ImproperlyConfigured("the replica is a standby of the same PostgreSQL: DATABASE_REPLICA_URL=postgres://…")
REPLICA_WAIT_SECONDS = env.float("REPLICA_WAIT_SECONDS", REPLICA_WAIT_SECONDS)
REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # long jobs: a worker takes no more than it works on
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

if env("S3_BUCKET", default=""):
    _media: dict[str, object] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT", default=None),
            "access_key": env("S3_ACCESS_KEY", default=None),
            "secret_key": env("S3_SECRET_KEY", default=None),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
    _private = {**_media, "OPTIONS": {**_media["OPTIONS"], "location": "private"}}  # type: ignore[dict-item]
    _media["OPTIONS"] = {**_media["OPTIONS"], "location": "media"}  # type: ignore[dict-item]
    STORAGES = {**STORAGES, "default": _media, "private": _private}  # type: ignore[dict-item]
else:
    MEDIA_ROOT = env("MEDIA_ROOT")
    PRIVATE_ROOT = env("PRIVATE_ROOT")  # on a disk that every web and worker node shares

LEDGER_HEADS_DIR = env("LEDGER_HEADS_DIR", default=str(LEDGER_HEADS_DIR))  # best on a disk the database's owner cannot write
vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
LMS_RECORD_NUMBER = env("LMS_RECORD_NUMBER", default="")

REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", True)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # a load balancer asks without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # SAMEORIGIN, not DENY: Wagtail's preview frames our own pages
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SETUP_CODE_FILE = env("SETUP_CODE_FILE", default="")  # on a disk that every web node shares; else create_administrator
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1)
SESSION_IDLE_SECONDS_STAFF = env.int("SESSION_IDLE_SECONDS_STAFF", SESSION_IDLE_SECONDS_STAFF)
configure(globals(), os.environ)

LOGGING = config(as_json=True, level=env("LOG_LEVEL", default="INFO"))
