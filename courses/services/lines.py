"""What each act of courses leaves in the ledger: drafts only, posted by the services in their transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from courses.models import Attendance, ClassEnrolment, CourseEnrolment, CourseSession, HeadCount, StudyDay, TrainingClass
from courses.states import EVENT_KINDS
from lms.core import clock
from lms.ledger.kinds import Kind, Mode
from lms.ledger.services import Draft

CLASS = "courses.trainingclass"
COURSE = "courses.course"


def _of_class(training_class: TrainingClass) -> dict[str, Any]:
    return {
        "occasion_label": CLASS,
        "occasion": training_class.uuid,
        "division": training_class.division,
        "organisation": training_class.organiser,
        "programme": training_class.programme,
        "category": training_class.category,
    }


def _of_session(session: CourseSession) -> dict[str, Any]:
    return {
        "source_label": "courses.coursesession",
        "source_uuid": session.uuid,
        "happened_from": session.starts_at,
        "happened_to": session.ends_at,
        "slot": str(session.uuid),
        "mode": Mode(session.mode),
        "tags": [("topic", topic[:64]) for topic in session.topics],
    }


def scheduled_key(session: CourseSession) -> str:
    return f"scheduled:{session.uuid}:{session.version}"


def scheduled(session: CourseSession) -> Draft:
    return Draft(
        key=scheduled_key(session),
        kind=Kind.SCHEDULED,
        minutes=session.minutes,
        facts={"floor_percent": session.training_class.attendance_floor_percent},
        **_of_session(session),
        **_of_class(session.training_class),
    )


def session_held(session: CourseSession) -> list[Draft]:
    """The session itself, the event it may be, its cases, and the hour of each trainer."""
    of_class, of_session = _of_class(session.training_class), _of_session(session)
    drafts = [
        Draft(
            key=f"session-held:{session.uuid}",
            kind=Kind.HELD,
            topic="session",
            minutes=session.minutes,
            **of_session,
            **of_class,
        )
    ]
    if session.kind in EVENT_KINDS:
        drafts.append(
            Draft(
                key=f"event-held:{session.uuid}",
                kind=Kind.HELD,
                topic=f"event:{session.kind}",
                **of_session,
                **of_class,
            )
        )
    if session.cases_shared:
        drafts.append(
            Draft(
                key=f"cases:{session.uuid}",
                kind=Kind.CASES_SHARED,
                quantity=session.cases_shared,
                **of_session,
                **of_class,
            )
        )
    trainers = [session.trainer, *session.other_trainers.select_related("division", "organisation")] if session.trainer else []
    for trainer in trainers:
        drafts.append(
            Draft(
                key=f"taught:{session.uuid}:{trainer.uuid}",
                kind=Kind.TAUGHT,
                person=trainer,
                minutes=session.minutes,
                **of_session,
                **{**of_class, "division": trainer.division, "organisation": trainer.organisation},
            )
        )
    return drafts


def headcount_key(count: HeadCount) -> str:
    return f"headcount:{count.uuid}:{count.version}"


def headcount(count: HeadCount) -> Draft:
    of_session = {**_of_session(count.session), "source_label": "courses.headcount", "source_uuid": count.uuid}
    return Draft(
        key=headcount_key(count),
        kind=Kind.HEADCOUNT,
        quantity=count.posted,
        **of_session,
        **_of_class(count.session.training_class),
    )


def _of_enrolment(enrolment: ClassEnrolment) -> dict[str, Any]:
    return {
        "occasion_label": CLASS,
        "occasion": enrolment.training_class.uuid,
        "person": enrolment.person,
        "division": enrolment.division,
        "organisation": enrolment.organisation,
        "category": enrolment.category,
        "programme": enrolment.training_class.programme,
    }


def _of_classenrolment_row(enrolment: ClassEnrolment) -> dict[str, Any]:
    return {"source_label": "courses.classenrolment", "source_uuid": enrolment.uuid}


def class_enrolled(enrolment: ClassEnrolment) -> Draft:
    return Draft(
        key=f"enrolled:{enrolment.uuid}:{enrolment.version}",
        kind=Kind.ENROLLED,
        happened_from=enrolment.enrolled_at,
        **_of_classenrolment_row(enrolment),
        **_of_enrolment(enrolment),
    )


def class_withdrawn(enrolment: ClassEnrolment) -> Draft:
    return Draft(
        key=f"withdrawn:{enrolment.uuid}:{enrolment.version}",
        kind=Kind.WITHDRAWN,
        happened_from=enrolment.closed_at or clock.now(),
        **_of_classenrolment_row(enrolment),
        **_of_enrolment(enrolment),
    )


def attended_key(attendance: Attendance) -> str:
    return f"attended:{attendance.uuid}:{attendance.version}"


def attended(attendance: Attendance, session: CourseSession, enrolment: ClassEnrolment) -> Draft:
    return Draft(
        key=attended_key(attendance),
        kind=Kind.ATTENDED,
        minutes=attendance.minutes,
        **{**_of_session(session), "source_label": "courses.attendance", "source_uuid": attendance.uuid, "tags": ()},
        **_of_enrolment(enrolment),
        facts={"method": attendance.method},
        evidence={
            "minutes": attendance.minutes,
            "method": attendance.method,
            "marked_by": attendance.marked_by,
            "signed_in_at": attendance.signed_in_at,
            "signed_out_at": attendance.signed_out_at,
            "received_at": attendance.received_at,
        },
    )


def class_span(training_class: TrainingClass, sessions: list[CourseSession]) -> tuple[dt.datetime, dt.datetime]:
    """From the first half-day's beginning to the last one's end; the planned days when there is none."""
    if sessions:
        return min(s.starts_at for s in sessions), max(s.ends_at for s in sessions)
    zone = timezone.get_current_timezone()
    return (
        dt.datetime.combine(training_class.starts_on, dt.time(9), zone),
        dt.datetime.combine(training_class.ends_on, dt.time(17), zone),
    )


def class_held(training_class: TrainingClass, span: tuple[dt.datetime, dt.datetime], mode: Mode) -> Draft:
    return Draft(
        key=f"class-held:{training_class.uuid}",
        kind=Kind.HELD,
        topic="class",
        mode=mode,
        happened_from=span[0],
        happened_to=span[1],
        source_label=CLASS,
        source_uuid=training_class.uuid,
        tags=[("funder", training_class.funder.code)] if training_class.funder else (),
        **_of_class(training_class),
    )


def class_completed(
    enrolment: ClassEnrolment, span: tuple[dt.datetime, dt.datetime], minutes: int, planned: int, mode: Mode
) -> Draft:
    return Draft(
        key=f"completed:{enrolment.uuid}",
        kind=Kind.COMPLETED,
        happened_from=span[1],
        mode=mode,
        facts={"attended_minutes": minutes, "planned_minutes": planned},
        evidence={"attended_minutes": minutes, "planned_minutes": planned},
        **_of_classenrolment_row(enrolment),
        **_of_enrolment(enrolment),
    )


def _of_course(enrolment: CourseEnrolment) -> dict[str, Any]:
    return {
        "occasion_label": COURSE,
        "occasion": enrolment.course.uuid,
        "person": enrolment.person,
        "division": enrolment.division,
        "organisation": enrolment.organisation,
        "category": enrolment.category,
        "programme": enrolment.participation.programme if enrolment.participation else None,
        "mode": Mode.ONLINE,
    }


def course_enrolled(enrolment: CourseEnrolment) -> Draft:
    return Draft(
        key=f"course-enrolled:{enrolment.uuid}",
        kind=Kind.ENROLLED,
        happened_from=enrolment.started_at,
        source_label="courses.courseenrolment",
        source_uuid=enrolment.uuid,
        **_of_course(enrolment),
    )


def course_completed(enrolment: CourseEnrolment, lessons: int, minutes: int) -> Draft:
    return Draft(
        key=f"course-completed:{enrolment.uuid}",
        kind=Kind.COMPLETED,
        happened_from=enrolment.completed_at or clock.now(),
        source_label="courses.courseenrolment",
        source_uuid=enrolment.uuid,
        facts={"lessons": lessons, "studied_minutes": minutes},
        evidence={"lessons": lessons, "studied_minutes": minutes},
        **_of_course(enrolment),
    )


def studied(day: StudyDay, enrolment: CourseEnrolment) -> Draft:
    """``day.line_key`` and ``day.posted_minutes`` are already those of the line to post."""
    return Draft(
        key=day.line_key,
        kind=Kind.STUDIED,
        slot=f"{day.lesson.uuid}:{day.day.isoformat()}",
        minutes=day.posted_minutes,
        happened_from=day.first_at,
        happened_to=day.last_at,
        source_label="courses.studyday",
        source_uuid=day.uuid,
        evidence={"seconds": day.seconds, "day": day.day},
        **_of_course(enrolment),
    )
