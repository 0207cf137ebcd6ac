"""What waits in the classes an actor runs: half-days of today and overdue ones, classes to close, certificates, rosters."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from certificates.models import Certificate
from courses.models import ClassEnrolment, CourseSession, RosterImport, TrainingClass
from courses.selectors.classes import classes_in
from courses.states import CLASS_LIVE, ClassState, EnrolmentState, RosterState, SessionState
from lms.accounts.roles import OFFICE
from lms.core import clock
from lms.core.actor import Actor

# a class that closed longer ago and has no certificate is one that gives none
CERTIFIES_WITHIN = dt.timedelta(days=60)


def _planned(actor: Actor) -> QuerySet[CourseSession]:
    return CourseSession.objects.filter(
        actor.q("training_class__division__path", *OFFICE), state=SessionState.PLANNED, training_class__state__in=CLASS_LIVE
    ).order_by("starts_at", "pk")


def half_days_today(actor: Actor) -> QuerySet[CourseSession]:
    """Half-days of today that have not ended."""
    return _planned(actor).filter(day=clock.today(), ends_at__gte=clock.now())


def half_days_overdue(actor: Actor) -> QuerySet[CourseSession]:
    """Half-days whose time is over and that nobody closed."""
    return _planned(actor).filter(ends_at__lt=clock.now())


def classes_to_close(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes whose last day is over, every half-day of which is closed, and at least one was held."""
    sessions = CourseSession.objects.filter(training_class=OuterRef("pk"))
    return classes_in(actor).filter(
        ~Exists(sessions.filter(state=SessionState.PLANNED)),
        Exists(sessions.filter(state=SessionState.HELD)),
        state__in=CLASS_LIVE,
        ends_on__lt=clock.today(),
    )


def classes_to_certify(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes closed lately that have somebody who completed, somebody who can certify, and no certificate yet."""
    return classes_in(actor).filter(
        Exists(ClassEnrolment.objects.filter(training_class=OuterRef("pk"), state=EnrolmentState.COMPLETED)),
        ~Exists(Certificate.objects.filter(occasion=OuterRef("uuid"), voided_at__isnull=True)),
        state=ClassState.HELD,
        organiser__isnull=False,
        closed_at__gte=clock.now() - CERTIFIES_WITHIN,
    )


def own_rosters(actor: Actor) -> QuerySet[RosterImport]:
    """The actor's uploads that wait for a word: which columns, or whether to import."""
    return RosterImport.objects.filter(
        actor.q("training_class__division__path", *OFFICE),
        created_by=actor.uuid,
        state__in=(RosterState.MAPPING, RosterState.READY),
    ).order_by("-pk")
