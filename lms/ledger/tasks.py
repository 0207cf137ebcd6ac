"""Scheduled work of the ledger: thin, safe to run twice."""

from __future__ import annotations

from celery import shared_task

from lms.ledger import services


@shared_task
def refresh_summaries() -> int:
    """Bring the summaries up to the last closed position; returns it."""
    return services.refresh_summaries().position


@shared_task
def seal_day() -> str:
    """Add the day's link to the hash chain; returns its head."""
    return services.seal_day().head
