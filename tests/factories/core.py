"""Job rows for tests; ``ROUTES`` builds what the walk through all routes asks for."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from lms.core.actor import Actor
from lms.core.models import Job


def make_job(
    *, owner: Actor | None = None, status: str = "done", division_path: str = "/99/", result: bytes | None = None, **fields: Any
) -> Job:
    """A job as it stands after somebody asked for it; closed ones say when."""
    closed = status in {"done", "failed", "cancelled"}
    job = Job(
        kind="tests.work",
        title=fields.pop("title", "导入名单"),
        status=status,
        owner_uuid=owner.uuid if owner else uuid.uuid4(),
        owner_label="tests",
        division_path=division_path,
        created_at=fields.pop("created_at", timezone.now()),
        finished_at=timezone.now() if closed else None,
        **fields,
    )
    if result is not None:
        job.result_name = "结果.csv"
        job.result_file.save(f"{job.uuid}/result.csv", ContentFile(result), save=False)
    job.save()
    return job


def _foreign(method: str, **fields: Any) -> Any:
    """Somebody else's job outside every division: to each role it does not exist."""
    return lambda world: {"kwargs": {"uuid": make_job(**fields).uuid}, "method": method}


ROUTES = {
    "media": lambda world: {"kwargs": {"path": "images/nothing.png"}},
    "job_detail": _foreign("get"),
    "job_progress": _foreign("get"),
    "job_cancel": _foreign("post", status="running"),
    "job_retry": _foreign("post", status="failed"),
    "job_result": _foreign("get", result=b"x"),
}
