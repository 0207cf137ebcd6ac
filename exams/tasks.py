"""Thin tasks of the exam room; each is safe to run twice."""

from celery import shared_task

from exams import difficulty, services
from lms.core.actor import Actor


@shared_task
def submit_overdue() -> int:
    """Submit attempts whose time is over and that nobody submitted."""
    return services.submit_overdue(by=Actor.system("submit_overdue"))


@shared_task
def clean_imports() -> int:
    """Give up imports that nobody confirmed, and remove pictures that nothing shows."""
    return services.clean_imports(by=Actor.system("clean_imports"))


@shared_task
def refresh_facilities() -> int:
    """Observe anew how hard live items are."""
    return difficulty.refresh_facilities()


@shared_task
def calibrate_readiness() -> list[str]:
    """Calibrate the subjects in which something new was marked."""
    return services.calibrate_changed(by=Actor.system("calibrate_readiness"))
