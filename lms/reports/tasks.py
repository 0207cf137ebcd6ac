"""Scheduled work of reports: thin, safe to run twice."""

from __future__ import annotations

from celery import shared_task

from lms.reports.monthly import services


@shared_task
def send_monthly() -> int:
    """Ask for the monthly reports that are due."""
    return services.send_due()
