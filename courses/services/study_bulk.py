"""Many people who completed one course: for opening balances and the demonstration world, in chunks of at most 500."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from courses.models import CourseEnrolment, CoursePage, LessonPage, LessonProgress, StudyDay
from courses.selectors.content import lessons_of
from courses.services import lines
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger import services as ledger
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Category, Participation

CHUNK = 500


@dataclass(frozen=True, slots=True)
class CourseRun:
    """One person who took a course from ``started_at`` on, one lesson after the other without a pause between."""

    person: Person
    started_at: dt.datetime
    category: Category | None = None
    division: Division | None = None
    participation: Participation | None = None


def complete_course_many(*, course: CoursePage, runs: Sequence[CourseRun], by: Actor) -> list[CourseEnrolment]:
    """Record that people completed every lesson in its estimated time; those already in the course are left as they are.

    At most 500 at a time, all or none. Only for those who reach the whole nation (commands, the demonstration world).
    """
    if len(runs) > CHUNK:
        raise ValueError(f"at most {CHUNK} at a time")
    if not by.covers("/"):
        raise Missing("course")
    lessons = lessons_of(course)
    with transaction.atomic():
        wanted = {run.person.pk: run for run in runs}
        standing = set(CourseEnrolment.objects.filter(course=course, person_id__in=wanted).values_list("person_id", flat=True))
        new = [run for pk, run in wanted.items() if pk not in standing]
        if not new:
            return []
        whole = dt.timedelta(minutes=sum(lesson.estimated_minutes for lesson in lessons))
        enrolments = [_enrolment(course, run, run.started_at + whole) for run in new]
        CourseEnrolment.objects.bulk_create(enrolments, batch_size=CHUNK)
        progress: list[LessonProgress] = []
        days: list[StudyDay] = []
        for enrolment in enrolments:
            _run(enrolment, lessons, progress, days)
        LessonProgress.objects.bulk_create(progress, batch_size=CHUNK)
        StudyDay.objects.bulk_create(days, batch_size=CHUNK)
        audit.record("courses.course.completed_many", by=by, record_label="courses.coursepage", course=course.uuid, count=len(new))
        drafts = [lines.course_enrolled(e) for e in enrolments]
        drafts += [lines.studied(day, day.progress.enrolment) for day in days]
        minutes = sum(lesson.estimated_minutes for lesson in lessons)
        drafts += [lines.course_completed(e, len(lessons), minutes) for e in enrolments]
        ledger.post(drafts, by=by)
    return enrolments


def _enrolment(course: CoursePage, run: CourseRun, completed_at: dt.datetime) -> CourseEnrolment:
    return CourseEnrolment(
        person=run.person,
        course=course,
        participation=run.participation,
        division=run.division or run.person.division,
        organisation=run.person.organisation,
        category=run.category or (run.participation.category if run.participation else None),
        started_at=run.started_at,
        completed_at=completed_at,
    )


def _run(enrolment: CourseEnrolment, lessons: list[LessonPage], progress: list[LessonProgress], days: list[StudyDay]) -> None:
    """Add the progress and the study day of each lesson; a lesson counts on the day it was begun."""
    moment = enrolment.started_at
    for lesson in lessons:
        end = moment + dt.timedelta(minutes=lesson.estimated_minutes)
        row = LessonProgress(
            enrolment=enrolment,
            lesson=lesson,
            opened_at=moment,
            seconds=lesson.estimated_minutes * 60,
            place=1000,
            completed_at=end,
        )
        day = StudyDay(
            person=enrolment.person,
            progress=row,
            lesson=lesson,
            day=timezone.localtime(moment).date(),
            seconds=row.seconds,
            first_at=moment,
            last_at=end,
            posted_minutes=lesson.estimated_minutes,
            posted_version=1,
        )
        day.line_key = f"studied:{day.uuid}:1"
        progress.append(row)
        days.append(day)
        moment = end
