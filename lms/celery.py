"""The Celery application. Tasks live in the rooms' ``tasks.py``; long work is a Job row, see ``lms.core``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.embedded")

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
