"""Thin tasks of core: run one job, sweep the stale ones, clean old files."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from lms.core import runner


@shared_task(bind=True, ignore_result=True)
def run_job(self: Any, job_uuid: str) -> None:
    """Claim and run a job; a message that comes twice, or late, finds nothing to claim."""
    eager = bool(self.request.is_eager)
    runner.execute(job_uuid, worker=self.request.hostname or "inline", live=not eager)


@shared_task(ignore_result=True)
def sweep_jobs() -> None:
    runner.sweep()


@shared_task(ignore_result=True)
def clean_job_files() -> None:
    runner.clean_files()
