"""Asking for a job, sending its message and running it to its end, against writing and closing a bare row."""

from __future__ import annotations

from django.utils import timezone

from bench.frame import Pair
from bench.world import Bench
from lms.core import jobs, runner
from lms.core.ids import new_uuid
from lms.core.models import Job

FLOOR = "INSERT of the row and one UPDATE that closes it"
TARGET = 30.0


@jobs.job_kind("bench.nothing")
def nothing(job: Job, progress: jobs.Progress) -> dict[str, int]:
    progress.set_total(1)
    progress.advance()
    return {"done": 1}


def prepare(bench: Bench) -> Pair:
    def ours() -> None:
        job = jobs.enqueue("bench.nothing", title="bench", by=bench.by)
        runner.execute(job.uuid, worker="bench", live=False)

    def floor() -> None:
        job = Job.objects.create(
            uuid=new_uuid(), kind="bench.nothing", title="bench", owner_uuid=bench.by.uuid, owner_label="bench"
        )
        Job.objects.filter(pk=job.pk).update(status="done", finished_at=timezone.now())

    return Pair(ours, floor, rounds=60, note="the message is written to the broker of the embedded shape, nobody waits for it")
