"""The server's engines in a scratch cluster: PostgreSQL and Redis from the environment, everything else as for ``make bench``."""

from __future__ import annotations

import os

import environ

from bench.settings import *  # noqa: F403

DATABASES = {"default": {**environ.Env().db("DATABASE_URL"), "CONN_MAX_AGE": None}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
CELERY_TASK_ALWAYS_EAGER = True  # a job runs where it is asked for, so that its time is part of what asked
