"""Thin tasks of people; each calls one service and is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from lms.core.actor import Actor
from lms.people import services


@shared_task
def follow_divisions() -> int:
    """Nightly: persons and offices go along with a division that became another since."""
    return services.follow_divisions(by=Actor.system("follow_divisions")).people
