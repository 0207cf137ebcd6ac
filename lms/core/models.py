"""Abstract rows, the position counter, and the Job row of all long work. No domain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.ids import new_uuid
from lms.core.storage import private_files


class Record(models.Model):
    """A row with a public, fixed identifier. ``PERSONAL`` names the fields that hold personal data (a test walks it)."""

    PERSONAL: tuple[str, ...] = ()

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)

    class Meta:
        abstract = True


class Positioned(models.Model):
    """A row that a figure depends on: it says at which position it became known."""

    position = models.BigIntegerField(unique=True, editable=False)

    class Meta:
        abstract = True


class Counter(models.Model):
    """One named counter a row; ``position`` is the only one so far (see ``positions``)."""

    PERSONAL: tuple[str, ...] = ()

    name = models.CharField(max_length=32, primary_key=True)
    last = models.BigIntegerField(default=0)


class Job(Record):
    """One piece of long work: the truth, the progress bar and the history. The broker carries only its id.

    Closed by done, failed or cancelled. ``params`` and ``outcome`` hold codes, uuids and counts, no personal data; what a
    person uploaded or will download stands in the two files, which obey the job's scope and are cleaned after a time.
    """

    PERSONAL = ("owner_scope", "input_file", "result_file")

    class Status(models.TextChoices):
        PENDING = "pending", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        CANCELLED = "cancelled", _("已取消")

    OPEN = (Status.PENDING, Status.RUNNING)

    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    queue = models.CharField(max_length=16, default="default")
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=128, null=True, unique=True)  # the same request made twice is one job
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    owner_uuid = models.UUIDField()
    owner_label = models.CharField(max_length=80)
    owner_scope = models.JSONField(default=dict)  # user, roles and address at the moment of asking; the job acts with them
    language = models.CharField(max_length=10, blank=True)  # its sentences are written in it
    division_path = models.CharField(max_length=64, default="/", db_index=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.UUIDField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    claims = models.PositiveSmallIntegerField(default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=120, blank=True)
    outcome = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    input_file = models.FileField(upload_to="jobs/in/", storage=private_files, blank=True, max_length=255)
    result_file = models.FileField(upload_to="jobs/out/", storage=private_files, blank=True, max_length=255)
    result_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            # the sweep looks for open jobs that nobody works on
            models.Index(fields=["status", "heartbeat_at"], name="core_job_sweep"),
            models.Index(fields=["owner_uuid", "-created_at"], name="core_job_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "running", "done", "failed", "cancelled"]), name="core_job_status_known"
            ),
            # a closed job says when it closed, an open one does not
            models.CheckConstraint(
                condition=Q(status__in=["pending", "running"], finished_at__isnull=True)
                | Q(status__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="core_job_closed_with_time",
            ),
            # who asked to stop stands with when
            models.CheckConstraint(
                condition=Q(cancel_requested_at__isnull=True, cancel_requested_by__isnull=True)
                | Q(cancel_requested_at__isnull=False, cancel_requested_by__isnull=False),
                name="core_job_cancel_who_and_when",
            ),
            models.CheckConstraint(condition=Q(progress_done__gte=0), name="core_job_progress_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def percent(self) -> int:
        return min(100, self.progress_done * 100 // self.progress_total) if self.progress_total else 0


__all__ = ["Counter", "Job", "Positioned", "Record"]
