"""What both shapes share. Nothing here names a host, a key or a password."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from lms.core.logs import config

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("LMS_VAR_DIR", BASE_DIR / "var"))

DEBUG = False
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
ACCESS_TABLE = "lms.access.TABLE"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The rooms, lowest first; tests/house refuses one that DESIGN does not know.
ROOMS = [
    "lms.core",
    "lms.audit",
    "lms.places",
    "lms.accounts",
    "lms.people",
    "lms.programmes",
    "lms.notices",
    "lms.ledger",
    "lms.careers",
    "cms",
    "lms.supervision",
    "certificates",
    "exams",
    "courses",
    "lms.pipeline",
    "lms.reports",
    "lms.demo",
]
INSTALLED_APPS = [
    *ROOMS,
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtailmedia",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail.contrib.simple_translation",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_structlog",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.core.middleware.NullByteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.core.logs.RequestLogMiddleware",
    "lms.reports.first_run.middleware.FirstRunMiddleware",
    "lms.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "cms.middleware.AdminPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lms.accounts.middleware.ActorMiddleware",
    "lms.accounts.middleware.AccessMiddleware",
    "lms.people.middleware.ConsentMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "cms.context.site",
            ],
            "builtins": ["cms.templatetags.look"],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "lms.accounts.passwords.MixedValidator"},
    {"NAME": "lms.accounts.passwords.NotTheSameValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
LOGOUT_REDIRECT_URL = "/"
REQUIRE_SECOND_FACTOR = False

ACCOUNT_ADAPTER = "lms.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "lms.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # numbers are entered by offices
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/300s/key"}  # an office shares one address
ALLAUTH_TRUSTED_PROXY_COUNT = 0
MFA_ADAPTER = "lms.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "lms.accounts.forms.AddPasskeyForm", "edit_webauthn": "lms.accounts.forms.EditPasskeyForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "lms.accounts.adapter.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}  # see settings/social.py
CSRF_FAILURE_VIEW = "cms.errors.csrf_failure"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_IDLE_SECONDS = 4 * 3600  # a learner: longer than any paper
SESSION_IDLE_SECONDS_STAFF = 30 * 60  # whoever sees other people
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],  # Wagtail's admin has inline scripts; it gets its own, looser policy
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}

LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
PRIVATE_ROOT = VAR_DIR / "private"
LEDGER_HEADS_DIR = VAR_DIR / "heads"  # heads of the daily hash chain, outside the database
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "lms.core.storage.PrivateFileSystemStorage"},  # no address; views check scope
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

WAGTAIL_SITE_NAME = "社工人才培训"
API_PER_MINUTE = 120  # questions of one token of the read-only interface
API_WRONG_PER_MINUTE = 20  # tokens that open nothing, from one address
WAGTAILADMIN_BASE_URL = "http://localhost"
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False  # accounts are kept by lms.accounts
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILIMAGES_IMAGE_MODEL = "cms.SiteImage"
WAGTAILDOCS_DOCUMENT_MODEL = "cms.SiteDocument"
WAGTAILMEDIA = {"MEDIA_MODEL": "cms.SiteMedia"}
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.search_backend", "SEARCH_CONFIG": "simple"}}
WAGTAIL_ALLOW_UNICODE_SLUGS = False

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Rooms add their schedule here; the task names are dotted paths of thin tasks.
CELERY_BEAT_SCHEDULE = {
    "jobs-sweep": {"task": "lms.core.tasks.sweep_jobs", "schedule": float(os.environ.get("JOB_SWEEP_SECONDS", "20"))},
    "jobs-files": {"task": "lms.core.tasks.clean_job_files", "schedule": crontab(hour=3, minute=40)},
    "ledger-summaries": {"task": "lms.ledger.tasks.refresh_summaries", "schedule": 60.0},
    "pipeline-stages": {"task": "lms.pipeline.tasks.refresh_stages", "schedule": 60.0},
    "hash-chain": {"task": "lms.ledger.tasks.seal_day", "schedule": crontab(hour=0, minute=20)},
    "follow-divisions": {"task": "lms.people.tasks.follow_divisions", "schedule": crontab(hour=0, minute=30)},
    "study-days": {"task": "courses.tasks.post_study_days", "schedule": crontab(hour=0, minute=10)},
    "overdue-sessions": {"task": "courses.tasks.close_overdue_sessions", "schedule": crontab(hour=1, minute=10)},
    "session-reminders": {"task": "courses.tasks.remind_of_sessions", "schedule": crontab(minute="*/15")},
    "clean-rosters": {"task": "courses.tasks.clean_rosters", "schedule": crontab(minute=40)},
    "notices-sweep": {"task": "lms.notices.tasks.sweep", "schedule": 60.0},
    "notices-watch": {"task": "lms.notices.tasks.watch", "schedule": 60.0},
    "clean-item-imports": {"task": "exams.tasks.clean_imports", "schedule": crontab(hour=3, minute=50)},
    "item-facilities": {"task": "exams.tasks.refresh_facilities", "schedule": crontab(hour=2, minute=20)},
    "monthly-reports": {"task": "lms.reports.tasks.send_monthly", "schedule": crontab(minute=20)},
    "exam-calibration": {"task": "exams.tasks.calibrate_readiness", "schedule": crontab(hour=2, minute=30)},
    "attempt-time-outs": {"task": "exams.tasks.submit_overdue", "schedule": 30.0},
}
CONSENT_REQUIRED = True  # who has not answered the consent texts is asked before anything else
JOB_STALE_AFTER_SECONDS = int(os.environ.get("JOB_STALE_AFTER_SECONDS", "60"))
JOB_HEARTBEAT_SECONDS = 2
DATABASE_ROUTERS = ["lms.core.replica.Router"]  # only what asks for it reads from a replica, and only where there is one
REPLICA_WAIT_SECONDS = 2.0  # how long a long read waits for the replica before it takes the primary
JOB_MAX_CLAIMS = 3  # a job that took so many workers down is given up
JOB_FILES_KEPT_DAYS = 30

EMAIL_SUBJECT_PREFIX = "[社工人才培训] "
DEFAULT_FROM_EMAIL = "no-reply@localhost"
SETUP_CODE_FILE = ""  # where the first-run code of an empty system is kept; no file, no wizard
LMS_DEMO = False  # the demonstration world: watermark everywhere
LMS_RECORD_NUMBER = ""  # 备案号 in the footer, where the site settings name none
LMS_SITE_TEXTS_SECONDS = 60  # how long a process remembers the site settings; 0: they are not read

LOGGING = config(as_json=False, level="WARNING")
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
