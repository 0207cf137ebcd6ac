"""Thin tasks of the pipeline."""

from __future__ import annotations

from celery import shared_task

from lms.pipeline import services


@shared_task
def refresh_stages() -> int:
    """Fold whoever the ledger touched since the last time."""
    return services.catch_up()
