"""The Celery application. Tasks live in the rooms' ``tasks.py``; long work is a Job row, see ``lms.core``."""

import os

from celery import Celery
from celery.signals import worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.embedded")

TRANSPORT_ALIASES["filesystem"] = "lms.core.broker:Transport"  # messages appear whole: see there
app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_without_keys(**_kwargs: object) -> None:
    """A worker does not start without a data key that stored values need."""
    from lms.core.sealed import require_keys

    require_keys()


app.steps["worker"].add(DjangoStructLogInitStep)
