"""The embedded shape: one machine, SQLite, a broker that needs no server, keys made once under ``var/``.

``LMS_WORLD`` picks the database: ``demo`` (the demonstration world, watermarked) or ``main`` (an office's own system).
"""

from __future__ import annotations

import os

from lms.settings.base import *  # noqa: F403
from lms.settings.base import VAR_DIR
from lms.settings.keys import load_or_make
from lms.settings.social import configure

LMS_WORLD = os.environ.get("LMS_WORLD", "demo")
LMS_DEMO = LMS_WORLD == "demo"
WORLD_DIR = VAR_DIR / LMS_WORLD
for folder in (WORLD_DIR, WORLD_DIR / "media", WORLD_DIR / "queue", WORLD_DIR / "control", WORLD_DIR / "tmp"):
    folder.mkdir(parents=True, exist_ok=True)

KEYS_FILE = WORLD_DIR / "keys.json"
_keys = load_or_make(KEYS_FILE)
SECRET_KEY = _keys["secret_key"]
LMS_KEYS = _keys["data_keys"]

ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "*").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
BASE_URL = os.environ.get("BASE_URL", "http://localhost:8000")
WAGTAILADMIN_BASE_URL = BASE_URL

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": WORLD_DIR / "db.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-32000;PRAGMA temp_store=MEMORY;",
        },
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lms_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MEDIA_ROOT = WORLD_DIR / "media"
PRIVATE_ROOT = WORLD_DIR / "private"
LEDGER_HEADS_DIR = WORLD_DIR / "heads"

CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(WORLD_DIR / "queue"),
    "data_folder_out": str(WORLD_DIR / "queue"),
    "control_folder": str(WORLD_DIR / "control"),
    "store_processed": False,
}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(WORLD_DIR / "mail")

SETUP_CODE_FILE = "" if LMS_DEMO else str(WORLD_DIR / "setup-code.txt")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # one machine, often without TLS
configure(globals(), os.environ)
