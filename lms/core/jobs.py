"""Long work as a row: asked for, claimed once, alive by heartbeat, cancelled, failed with a sentence, resent when stale.

The message on the broker carries only the job's uuid and may be lost or doubled: the row decides. Which work exists
stands in each room's ``jobs.py`` (``@job_kind``); those functions are resumable and safe to run twice. Running: ``runner``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from lms.core.actor import Actor, Grant
from lms.core.errors import Refused
from lms.core.ids import new_code, new_uuid
from lms.core.models import Job
from lms.core.replica import on_primary

logger = logging.getLogger("lms.jobs")

QUEUES = ("default", "pdf", "import", "report")
Run = Callable[["Job", "Progress"], dict[str, Any]]


class JobCancelled(Exception):
    """Somebody asked to stop. Let it pass: the job is closed as cancelled."""


class ClaimLost(Exception):
    """Another worker took the job over (this one was silent for too long). Let it pass: nothing more is written."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    queue: str
    run: Run


KINDS: dict[str, Kind] = {}


def job_kind(name: str, *, queue: str = "default") -> Callable[[Run], Run]:
    """Register ``run(job, progress) -> outcome`` under ``name`` (``<room>.<verb>``)."""
    if queue not in QUEUES:
        raise ValueError(f"no queue named {queue!r}")

    def register(run: Run) -> Run:
        known = KINDS.get(name)
        if known is not None and (known.run.__module__, known.run.__qualname__) != (run.__module__, run.__qualname__):
            raise ValueError(f"job kind {name!r} is registered twice")
        KINDS[name] = Kind(name, queue, run)
        return run

    return register


def enqueue(
    kind: str,
    *,
    title: str,
    by: Actor,
    params: dict[str, Any] | None = None,
    division_path: str = "/",
    key: str | None = None,
    input_file: File[bytes] | None = None,
) -> Job:
    """Write the job in the caller's transaction and send it on commit. The same ``key`` gives the same job, unless that
    one failed or was cancelled; ``params`` hold codes, uuids and numbers only."""
    registered = KINDS[kind]
    with transaction.atomic():
        if key is not None:
            Job.objects.filter(key=key, status__in=[Job.Status.FAILED, Job.Status.CANCELLED]).update(key=None)
            same = Job.objects.filter(key=key).first()
            if same is not None:
                return same
        job = Job(
            uuid=new_uuid(),
            kind=kind,
            title=title[:200],
            queue=registered.queue,
            params=params or {},
            key=key,
            owner_uuid=by.uuid,
            owner_label=by.label[:80],
            owner_scope=_scope_of(by),
            language=translation.get_language() or settings.LANGUAGE_CODE,
            division_path=division_path,
            created_at=timezone.now(),
        )
        if input_file is not None:
            name = Path(input_file.name or "file").name
            job.input_file.save(f"{job.uuid}/{get_valid_filename(name)[-100:]}", input_file, save=False)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:
            if job.input_file:
                job.input_file.delete(save=False)
            return Job.objects.get(key=key)  # somebody asked for the same at the same moment
        transaction.on_commit(partial(send, job))
    return job


def _scope_of(by: Actor) -> dict[str, Any]:
    return {
        "user_id": by.user_id,
        "everywhere": by.everywhere,
        "address": by.address,
        "grants": [[grant.role, grant.path] for grant in by.grants],
    }


def actor_of(job: Job) -> Actor:
    """The one who asked, with the roles held at that moment: services called by the job act in this name."""
    scope = job.owner_scope
    return Actor(
        uuid=job.owner_uuid,
        label=job.owner_label,
        user_id=scope.get("user_id"),
        grants=tuple(Grant(role, path) for role, path in scope.get("grants", [])),
        address=scope.get("address", ""),
        everywhere=bool(scope.get("everywhere")),
    )


def send(job: Job) -> None:
    """Put the job's uuid on the broker. A broker that is down is no error: the sweep sends again."""
    from lms.core.tasks import run_job

    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    try:
        run_job.apply_async(
            args=[str(job.uuid)], queue=job.queue, retry_policy={"max_retries": 2, "interval_start": 0, "interval_step": 0.1}
        )
    except (OSError, run_job.OperationalError) as error:
        logger.warning("job %s was not sent, the sweep will: %s", job.uuid, error)


def cancel(*, job: Job, by: Actor) -> None:
    """Ask a job to stop: a waiting one closes at once, a running one at its next step. A closed one is refused."""
    now = timezone.now()
    asked = {"cancel_requested_at": now, "cancel_requested_by": by.uuid}
    if Job.objects.filter(pk=job.pk, status=Job.Status.PENDING).update(
        **asked, status=Job.Status.CANCELLED, finished_at=now
    ) or Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, cancel_requested_at__isnull=True).update(**asked):
        return
    if not Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).exists():
        raise Refused(_("这项任务已经结束，不能再取消。"))


def retry(*, job: Job, by: Actor) -> None:
    """Run a failed or cancelled job again, as the same row; what it had already done is not done twice."""
    with transaction.atomic():
        again = Job.objects.filter(pk=job.pk, status__in=[Job.Status.FAILED, Job.Status.CANCELLED]).update(
            status=Job.Status.PENDING,
            finished_at=None,
            cancel_requested_at=None,
            cancel_requested_by=None,
            claims=0,
            error="",
            sent_at=None,
        )
        if not again:
            raise Refused(_("只有未完成或已取消的任务才能重新运行。"))
        if job.input_file and not job.input_file.storage.exists(str(job.input_file.name)):
            raise Refused(_("上传的文件已经清理，请重新上传。"))
        transaction.on_commit(partial(send, job))


class Progress:
    """What a running job says of itself. Safe to call from the job's own transactions; written by the heartbeat."""

    def __init__(self, job: Job, *, live: bool = False) -> None:
        self.job = job
        self.done = 0
        self.total = 0
        self.stage = ""
        self.result: tuple[str, str] | None = None
        self._live = live
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._beaten = 0.0

    def set_total(self, total: int, stage: str = "") -> None:
        """A new stage of ``total`` steps begins."""
        self.total, self.done, self.stage = total, 0, stage[:120]
        self._beat_now_and_then(force=True)
        self.check_cancelled()

    def advance(self, n: int = 1) -> None:
        """``n`` steps are done (call it between chunks). Raises ``JobCancelled`` where somebody asked to stop."""
        self.done += n
        self._beat_now_and_then()
        self.check_cancelled()

    def check_cancelled(self) -> None:
        if self._lost.is_set():
            raise ClaimLost
        if self._cancelled.is_set():
            raise JobCancelled

    def attach_result(self, name: str, content: bytes | Path) -> None:
        """Keep a file for the one who asked. A later call replaces it; it is bound to the job when the job is done."""
        self.drop_result()
        path = f"{self.job.uuid}/{new_code(10)}{Path(name).suffix[:10]}"
        field = self.job.result_file.field
        target = field.generate_filename(self.job, path)
        if isinstance(content, bytes):
            stored = field.storage.save(target, ContentFile(content))
        else:
            with content.open("rb") as handle:
                stored = field.storage.save(target, File(handle))
        self.result = (stored, name[:200])

    def drop_result(self) -> None:
        if self.result is not None:
            self.job.result_file.field.storage.delete(self.result[0])
            self.result = None

    def beat(self) -> None:
        """Write heartbeat and counts, unless the claim is lost; learn whether somebody asked to stop."""
        self._beaten = time.monotonic()
        with on_primary():
            self._beat()

    def _beat(self) -> None:
        mine = claimed_row(self.job)
        if not mine.update(heartbeat_at=timezone.now(), progress_done=self.done, progress_total=self.total, stage=self.stage):
            self._lost.set()
        elif mine.filter(cancel_requested_at__isnull=False).exists():
            self._cancelled.set()

    def _beat_now_and_then(self, *, force: bool = False) -> None:
        if not self._live and (force or time.monotonic() - self._beaten > 1):
            self.beat()


def claimed_row(job: Job) -> Any:
    """The row, as long as this claim holds it."""
    return Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, claims=job.claims)
