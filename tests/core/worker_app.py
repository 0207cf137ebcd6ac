"""The Celery application with one more kind of job, for the tests that kill real workers; and a small driver of it.

``python -m tests.core.worker_app ask FOLDER N`` writes and sends N jobs; ``… tell`` prints their rows as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import django

django.setup()

from lms.celery import app  # noqa: E402
from lms.core import jobs  # noqa: E402
from lms.core.actor import Actor  # noqa: E402
from lms.core.models import Job  # noqa: E402

CHUNKS = 4


@jobs.job_kind("tests.chunks", queue="import")
def chunks(job: Job, progress: jobs.Progress) -> dict[str, int]:
    """Does its chunks once each, and stops before the third until the gate is open."""
    folder = Path(job.params["folder"])
    pause = threading.Event()
    progress.set_total(CHUNKS, "tests")
    for number in range(CHUNKS):
        mark = folder / f"{job.uuid}-{number}"
        while number == 2 and not (folder / "gate").exists():
            pause.wait(0.05)
        if not mark.exists():
            mark.write_text(str(job.claims))
            with (folder / "log").open("a") as log:
                log.write(f"{job.uuid} {number}\n")
        progress.advance()
    return {"chunks": CHUNKS}


def main() -> None:
    if sys.argv[1] == "ask":
        for _ in range(int(sys.argv[3])):
            jobs.enqueue("tests.chunks", title="试验", by=Actor.system("tests"), params={"folder": sys.argv[2]})
    rows = Job.objects.values("status", "claims", "worker", "outcome", "progress_done", "error")
    print(json.dumps(list(rows)))


if __name__ == "__main__":
    main()

__all__ = ["app"]
