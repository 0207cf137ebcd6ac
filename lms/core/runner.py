"""The other side of ``jobs``: a worker claims a row, runs it under a heartbeat, closes it; the sweep and the cleaning."""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lms.core.errors import LmsError, Refused
from lms.core.ids import new_code
from lms.core.jobs import KINDS, ClaimLost, JobCancelled, Progress, claimed_row, send
from lms.core.models import Job

logger = logging.getLogger("lms.jobs")


class Pulse(threading.Thread):
    """The heartbeat of one running job, on its own connection, so that a long transaction does not look like death."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(name=f"pulse-{progress.job.uuid}", daemon=True)
        self._progress = progress
        self._stop_asked = threading.Event()

    def run(self) -> None:
        try:
            while not self._stop_asked.wait(settings.JOB_HEARTBEAT_SECONDS):
                try:
                    self._progress.beat()
                except DatabaseError as error:
                    logger.warning("heartbeat of job %s not written: %s", self._progress.job.uuid, error)
                    connection.close()
        finally:
            connection.close()

    def __enter__(self) -> Pulse:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop_asked.set()
        self.join(timeout=30)


def claim(job_uuid: Any, *, worker: str) -> Job | None:
    """Take a waiting job: one conditional update, so that of any number of workers one wins."""
    now = timezone.now()
    won = Job.objects.filter(uuid=job_uuid, status=Job.Status.PENDING).update(
        status=Job.Status.RUNNING,
        worker=worker[:80],
        claims=F("claims") + 1,
        started_at=Coalesce(F("started_at"), now),
        heartbeat_at=now,
        progress_done=0,
        progress_total=0,
        stage="",
    )
    return Job.objects.get(uuid=job_uuid) if won else None


def execute(job_uuid: Any, *, worker: str, live: bool) -> None:
    """Claim and run a job to its end. ``live``: a heartbeat thread runs beside it (in a worker, not when run inline)."""
    job = claim(job_uuid, worker=worker)
    if job is None:
        return
    progress = Progress(job, live=live)
    try:
        with translation.override(job.language or settings.LANGUAGE_CODE), Pulse(progress) if live else nullcontext():
            if job.kind not in KINDS:
                raise Refused(_("系统里没有这种任务：%(kind)s。") % {"kind": job.kind})
            outcome = KINDS[job.kind].run(job, progress)
            _close(progress, Job.Status.DONE, outcome=outcome or {})
    except ClaimLost:
        progress.drop_result()
        logger.warning("job %s was taken over by another worker", job.uuid)
    except JobCancelled:
        progress.drop_result()
        _close(progress, Job.Status.CANCELLED)
    except LmsError as error:
        progress.drop_result()
        _close(progress, Job.Status.FAILED, error=str(error)[:500])
    except (OperationalError, InterfaceError):
        progress.drop_result()
        logger.exception("job %s lost its database; the sweep will send it again", job.uuid)
    except Exception:
        progress.drop_result()
        reference = new_code(8)
        logger.exception("job %s (%s) failed, reference %s", job.uuid, job.kind, reference)
        with translation.override(job.language or settings.LANGUAGE_CODE):
            sentence = _("系统出错，任务没有完成。请把编号 %(reference)s 告诉管理员。") % {"reference": reference}
        _close(progress, Job.Status.FAILED, error=sentence)


def _close(progress: Progress, status: Job.Status, *, outcome: dict[str, Any] | None = None, error: str = "") -> None:
    stored, name = progress.result or ("", "")
    closed = claimed_row(progress.job).update(
        status=status,
        finished_at=timezone.now(),
        heartbeat_at=timezone.now(),
        progress_done=progress.done,
        progress_total=progress.total,
        stage=progress.stage,
        outcome=outcome or {},
        error=error,
        result_file=stored,
        result_name=name,
    )
    if not closed:
        progress.drop_result()
        logger.warning("job %s ended here after another worker took it over", progress.job.uuid)


def sweep() -> dict[str, int]:
    """Find open jobs that nobody works on: send them again, give up on those that took too many workers down."""
    now = timezone.now()
    quiet_since = now - timedelta(seconds=settings.JOB_STALE_AFTER_SECONDS)
    stale = Job.objects.filter(status=Job.Status.RUNNING, heartbeat_at__lt=quiet_since)
    stopped = stale.filter(cancel_requested_at__isnull=False).update(status=Job.Status.CANCELLED, finished_at=now)
    given_up = 0
    for job in stale.filter(claims__gte=settings.JOB_MAX_CLAIMS):
        with translation.override(job.language or settings.LANGUAGE_CODE):
            sentence = _("任务多次中断，没有完成。请把编号 %(reference)s 告诉管理员。") % {"reference": str(job.uuid)[:8]}
        given_up += stale.filter(pk=job.pk).update(status=Job.Status.FAILED, finished_at=now, error=sentence)
    stale.update(status=Job.Status.PENDING, sent_at=None)
    unsent = Job.objects.filter(status=Job.Status.PENDING).filter(
        Q(sent_at__lt=quiet_since)
        | Q(sent_at__isnull=True, heartbeat_at__isnull=False)
        | Q(sent_at__isnull=True, created_at__lt=quiet_since)
    )
    sent = 0
    for job in unsent.order_by("id")[:1000]:
        send(job)
        sent += 1
    return {"sent": sent, "given_up": given_up, "cancelled": stopped}


def clean_files() -> int:
    """Delete the files of jobs that closed long ago, and files whose job was never written. The row stays as history."""
    before = timezone.now() - timedelta(days=settings.JOB_FILES_KEPT_DAYS)
    removed = 0
    old = Job.objects.filter(finished_at__lt=before).exclude(input_file="", result_file="")
    for job in old.iterator(chunk_size=500):
        for field in (job.input_file, job.result_file):
            if field:
                field.storage.delete(str(field.name))
                removed += 1
        Job.objects.filter(pk=job.pk).update(input_file="", result_file="")
    return removed
