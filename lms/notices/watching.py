"""What rooms below notices did that somebody should hear of: they cannot tell, so notices asks, and tells each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse

from lms.accounts.models import User
from lms.audit import selectors as audit
from lms.core import clock
from lms.core import selectors as core
from lms.core.actor import Actor
from lms.core.models import Job
from lms.notices import services
from lms.notices.models import Notice

LOOKS_BACK = dt.timedelta(days=1)
# who asked for a short job is still looking at its page
WORTH_TELLING = dt.timedelta(minutes=1)


def tell_of_jobs(*, by: Actor) -> int:
    """Tell who asked that a job failed, or that one they waited long for is done. Returns how many were told."""
    ended = [job for job in core.jobs_ended_since(clock.now() - LOOKS_BACK) if _worth_telling(job)]
    readers = {user.uuid: user for user in User.objects.filter(uuid__in={job.owner_uuid for job in ended}, is_active=True)}
    keys = {job.pk: f"job:{job.uuid}:{job.claims}:{job.status}" for job in ended}
    told = _told(keys.values())
    waiting = [job for job in ended if job.owner_uuid in readers and keys[job.pk] not in told]
    for job in waiting:
        services.notify_of(
            user=readers[job.owner_uuid],
            kind="job.done" if job.status == Job.Status.DONE else "job.failed",
            facts={"title": job.title},
            url=reverse("job_detail", args=[job.uuid]),
            key=keys[job.pk],
            by=by,
        )
    return len(waiting)


def _worth_telling(job: Job) -> bool:
    assert job.finished_at is not None
    return job.status == Job.Status.FAILED or job.finished_at - job.created_at >= WORTH_TELLING


def tell_of_resets(*, by: Actor) -> int:
    """Tell whose sign-in an administrator reset; by e-mail too, where there is an address: it may not have been they who asked."""
    resets = list(audit.since("accounts.sign_in.reset", clock.now() - LOOKS_BACK))
    readers = {user.uuid: user for user in User.objects.filter(uuid__in={event.record_uuid for event in resets}, is_active=True)}
    told = _told(f"account.password_reset:{event.uuid}" for event in resets)
    waiting = [e for e in resets if e.record_uuid in readers and f"account.password_reset:{e.uuid}" not in told]
    for event in waiting:
        services.notify_of(
            user=readers[event.record_uuid],  # type: ignore[index]
            kind="account.password_reset",
            facts={},
            key=f"account.password_reset:{event.uuid}",
            by=by,
        )
    return len(waiting)


def _told(keys: Iterable[str]) -> set[str | None]:
    return set(Notice.objects.filter(key__in=list(keys)).values_list("key", flat=True))
