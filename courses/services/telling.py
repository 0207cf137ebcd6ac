"""What learners of a class are told: entered, left, dates moved, a half-day changed, cancelled or near, closed.

Each is called in the transaction of the act it tells of, before the ledger's lines. A class that is over is not news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.urls import reverse

from courses.models import ClassEnrolment, CourseSession, TrainingClass
from courses.states import CLASS_LIVE, EnrolmentState, SessionState
from lms.core import clock
from lms.core.actor import Actor
from lms.notices import services as notices
from lms.people.models import Person

REMINDS_BEFORE = dt.timedelta(hours=24)
MY_CLASSES = "courses:my_classes"


def tell_entered(training_class: TrainingClass, enrolments: Iterable[ClassEnrolment], by: Actor) -> None:
    """Those who came in. Who comes back after leaving is told again."""
    if training_class.ends_on < clock.today():
        return
    by_version: dict[int, list[Person]] = {}
    for enrolment in enrolments:
        by_version.setdefault(enrolment.version, []).append(enrolment.person)
    for version, people in by_version.items():
        notices.tell(
            people,
            kind="class.enrolled",
            facts={"class": training_class.title, "starts_on": training_class.starts_on},
            url=reverse(MY_CLASSES),
            key=f"class.enrolled:{training_class.uuid}:{version}",
            by=by,
        )


def tell_left(enrolment: ClassEnrolment, by: Actor) -> None:
    notices.tell(
        [enrolment.person],
        kind="class.withdrawn",
        facts={"class": enrolment.training_class.title},
        url=reverse(MY_CLASSES),
        key=f"class.withdrawn:{enrolment.uuid}:{enrolment.version}",
        by=by,
    )


def tell_moved(training_class: TrainingClass, by: Actor) -> None:
    """The class has other dates now."""
    dates = {"starts_on": training_class.starts_on, "ends_on": training_class.ends_on}
    notices.tell(
        _learners(training_class),
        kind="class.moved",
        facts={"class": training_class.title, **dates},
        url=reverse(MY_CLASSES),
        by=by,
    )


def tell_session(session: CourseSession, kind: str, by: Actor, *, learners: Sequence[Person] | None = None, key: str = "") -> None:
    """Of one half-day: ``class.session_soon``, ``class.session_changed`` or ``class.session_cancelled``."""
    if session.ends_at <= clock.now():
        return
    notices.tell(
        _learners(session.training_class) if learners is None else learners,
        kind=kind,
        facts={
            "class": session.training_class.title,
            "session": session.title,
            "starts_at": session.starts_at,
            "place": session.place or session.get_mode_display(),
        },
        url=reverse(MY_CLASSES),
        key=key or None,
        by=by,
    )


def tell_closed(training_class: TrainingClass, enrolments: Iterable[ClassEnrolment], by: Actor) -> None:
    notices.tell(
        [enrolment.person for enrolment in enrolments],
        kind="class.closed",
        facts={"class": training_class.title},
        url=reverse(MY_CLASSES),
        key=f"class.closed:{training_class.uuid}",
        by=by,
    )


def tell_cancelled(training_class: TrainingClass, enrolments: Iterable[ClassEnrolment], by: Actor) -> None:
    notices.tell(
        [enrolment.person for enrolment in enrolments],
        kind="class.cancelled",
        facts={"class": training_class.title, "starts_on": training_class.starts_on},
        url=reverse(MY_CLASSES),
        key=f"class.cancelled:{training_class.uuid}",
        by=by,
    )


def remind_of_sessions(*, by: Actor) -> int:
    """Remind learners of half-days that begin within a day; each once, and anew when it was moved. Returns how many half-days."""
    now = clock.now()
    near = CourseSession.objects.filter(
        state=SessionState.PLANNED,
        starts_at__gt=now,
        starts_at__lte=now + REMINDS_BEFORE,
        training_class__state__in=CLASS_LIVE,
    )
    sessions = list(near.select_related("training_class").order_by("starts_at", "pk"))
    for session in sessions:
        tell_session(session, "class.session_soon", by, key=f"class.session_soon:{session.uuid}:{session.version}")
    return len(sessions)


def _learners(training_class: TrainingClass) -> list[Person]:
    rows = training_class.enrolments.filter(state=EnrolmentState.ENROLLED).select_related("person")
    return [enrolment.person for enrolment in rows]
