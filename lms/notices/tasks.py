"""Thin tasks of notices: send one delivery, and a sweep that sends again what is due."""

from __future__ import annotations

from celery import shared_task

from lms.core import clock
from lms.core.actor import Actor
from lms.notices import services, watching
from lms.notices.models import Delivery


@shared_task(name="lms.notices.tasks.send")
def send(delivery_id: int) -> None:
    services.deliver(delivery_id=delivery_id)


@shared_task(name="lms.notices.tasks.sweep")
def sweep() -> int:
    """Send what is due: retries, and what a lost message or a killed worker left waiting."""
    due = list(
        Delivery.objects.filter(status=Delivery.Status.WAITING, next_try_at__lte=clock.now())
        .order_by("next_try_at")
        .values_list("pk", flat=True)[:200]
    )
    for delivery_id in due:
        services.deliver(delivery_id=delivery_id)
    return len(due)


@shared_task(name="lms.notices.tasks.watch")
def watch() -> int:
    """Tell of what rooms below did: jobs that ended, sign-ins that were reset."""
    by = Actor.system("notices_watch")
    return watching.tell_of_jobs(by=by) + watching.tell_of_resets(by=by)
