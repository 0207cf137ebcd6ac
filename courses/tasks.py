"""Thin tasks of courses; each calls one service and is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from courses import services
from lms.core.actor import Actor


@shared_task
def post_study_days() -> int:
    """Nightly: the study of days that are over goes into the ledger."""
    return services.post_study_days(by=Actor.system("post_study_days"))


@shared_task
def remind_of_sessions() -> int:
    """Every quarter of an hour: learners hear of half-days that begin within a day."""
    return services.remind_of_sessions(by=Actor.system("remind_of_sessions"))


@shared_task
def clean_rosters() -> int:
    """Hourly: closed rosters lose names, initial passwords and uploads after a day."""
    return services.clean_rosters(by=Actor.system("clean_rosters"))


@shared_task
def close_overdue_sessions() -> int:
    """Nightly: half-days that ended more than a day ago and have attendance are closed."""
    return services.close_overdue_sessions(by=Actor.system("close_overdue_sessions"))
