"""Whose class it is, and its rows locked and fresh: class first, then half-day."""

from __future__ import annotations

from django.utils.translation import gettext as _

from courses.models import CourseSession, TrainingClass
from courses.states import CLASS_LIVE
from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.errors import Missing, Refused


def check_may_run(training_class: TrainingClass, by: Actor) -> None:
    """Classes are run by class managers and administrators of the host division or above; outside is missing."""
    if not by.covers(training_class.division.path, *OFFICE):
        raise Missing(_("没有这个班次。"))


def locked_class(training_class: TrainingClass, by: Actor) -> TrainingClass:
    """The class's row, locked and fresh, for somebody who may run it."""
    found = (
        TrainingClass.objects.select_for_update(of=("self",), no_key=True)
        .select_related("division", "organiser", "programme", "category", "funder")
        .get(pk=training_class.pk)
    )
    check_may_run(found, by)
    return found


def check_live(training_class: TrainingClass) -> None:
    if training_class.state not in CLASS_LIVE:
        values = {"title": training_class.title, "state": training_class.get_state_display()}
        raise Refused(_("班次“%(title)s”%(state)s，不能再改动。") % values)


def locked_session(session: CourseSession, by: Actor) -> CourseSession:
    """Class and session locked in that order, fresh; for somebody who may run the class."""
    training_class = locked_class(session.training_class, by)
    found = (
        CourseSession.objects.select_for_update(of=("self",), no_key=True).select_related("trainer__division").get(pk=session.pk)
    )
    found.training_class = training_class
    return found
