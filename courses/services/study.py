"""Studying online: taking up a course and credited study time. Answers and completion stand in ``completion``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CourseEnrolment, CoursePage, LessonPage, LessonProgress, StudyClock, StudyDay, StudySpell
from courses.services import lines
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger import services as ledger
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Category, Participation


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page shows after a ping, an answer or a finish."""

    seconds: int
    credited: int
    lesson_completed: bool
    course_completed: bool


def check_may_study(person: Person, by: Actor) -> None:
    """A learner for themself; a class manager or administrator for people of their divisions."""
    if by.user_id is not None and by.user_id == person.user_id:
        return
    if not by.covers(person.division.path, *OFFICE):
        raise Missing(_("没有这位学员。"))


def start_course(
    *,
    person: Person,
    course: CoursePage,
    participation: Participation | None = None,
    category: Category | None = None,
    division: Division | None = None,
    by: Actor,
) -> CourseEnrolment:
    """Take a person into a published course, with division, unit and category as they are now. A second click is once."""
    check_may_study(person, by)
    standing = _enrolment(person, course)
    if standing is not None:
        return standing
    if not course.live:
        raise Missing(_("没有这门课程。"))
    with transaction.atomic():
        lock_person(person)
        standing = _enrolment(person, course)
        if standing is not None:
            return standing
        enrolment = CourseEnrolment.objects.create(
            person=person,
            course=course,
            participation=participation,
            division=division or person.division,
            organisation=person.organisation,
            category=category or (participation.category if participation else None),
            started_at=clock.now(),
        )
        audit.record("courses.course.started", enrolment, by=by, division_path=enrolment.division.path)
        ledger.post([lines.course_enrolled(enrolment)], by=by)
    return enrolment


def _enrolment(person: Person, course: CoursePage) -> CourseEnrolment | None:
    rows = CourseEnrolment.objects.select_related(
        "person__division", "division", "organisation", "category", "participation__programme"
    )
    found = rows.filter(person_id__in=people.ids_of(person), course=course).order_by("started_at").first()
    if found is not None:
        found.course = course
    return found


def lock_person(person: Person) -> None:
    """One at a time per person: credited time, answers and completion."""
    StudyClock.objects.get_or_create(person=person)
    StudyClock.objects.select_for_update(no_key=True).get(person=person)


def open_lesson(*, enrolment: CourseEnrolment, lesson: LessonPage, by: Actor) -> LessonProgress:
    """The learner has the lesson before them. Noted once; study sent later cannot lie before it."""
    standing = LessonProgress.objects.filter(enrolment=enrolment, lesson=lesson).first()
    if standing is not None:
        return standing
    check_may_study(enrolment.person, by)
    with transaction.atomic():
        lock_person(enrolment.person)
        progress, made = LessonProgress.objects.get_or_create(
            enrolment=enrolment, lesson=lesson, defaults={"opened_at": clock.now()}
        )
        if made:
            audit.record(
                "courses.lesson.opened", progress, by=by, division_path=enrolment.division.path, lesson=lesson.translation_key
            )
    return progress


def record_study(*, progress: LessonProgress, seconds: int, place: int | None = None, stopped: bool = False, by: Actor) -> Standing:
    """Credit up to ``seconds`` of active reading since the last ping of this lesson.

    Never more than the server's clock since that ping, than one ping may carry, than what other tabs and devices of the same
    person left free, than the lesson's limit of the day. The first ping opens the clock and credits nothing.
    ``stopped``: the reader paused; the next ping opens anew.
    """
    with transaction.atomic():
        lock_person(progress.enrolment.person)
        found = fresh_progress(progress, by)
        now = clock.now()
        until = StudySpell.objects.filter(person=found.enrolment.person, ended_at__lte=now).order_by("-ended_at").first()
        window = rules.ping_window(now=now, last_ping=found.last_ping_at, taken_until=until.ended_at if until else None)
        credited = 0
        if window is not None and seconds > 0:
            credited = _credit(found, _of_today(window), seconds, sent_later=False)
        found.last_ping_at = None if stopped else now
        if place is not None:
            found.place = max(0, min(1000, place))
        found.save(update_fields=["last_ping_at", "place", "seconds"])
    return standing_of(found, credited)


def record_study_sent_later(
    *, progress: LessonProgress, stretches: Sequence[tuple[dt.datetime, dt.datetime, int]], device_now: dt.datetime, by: Actor
) -> Standing:
    """Credit stretches (from, to, active seconds; device time) read while the phone was offline.

    Moved to the server's clock; not in the future, not before the lesson was opened, not longer ago than three days, not over
    what is already credited. Sending the same stretch twice credits it once.
    """
    with transaction.atomic():
        lock_person(progress.enrolment.person)
        found = fresh_progress(progress, by)
        now, credited = clock.now(), 0
        for start, end, seconds in stretches[:200]:
            stretch = rules.sent_later_stretch(claimed=(start, end), device_now=device_now, now=now, opened_at=found.opened_at)
            if stretch is None or seconds <= 0:
                continue
            taken = StudySpell.objects.filter(
                person=found.enrolment.person, ended_at__gt=stretch[0], started_at__lt=stretch[1]
            ).values_list("started_at", "ended_at")
            left = seconds
            for free in rules.free_parts(stretch, taken):
                for part in rules.split_at_midnights(free, timezone.get_current_timezone()):
                    given = _credit(found, part, left, sent_later=True)
                    left -= given
                    credited += given
        found.save(update_fields=["seconds"])
    return standing_of(found, credited)


def fresh_progress(progress: LessonProgress, by: Actor) -> LessonProgress:
    """Fresh, with everything a line needs; for somebody who may."""
    found = LessonProgress.objects.select_related(
        "enrolment__person__division",
        "enrolment__course",
        "enrolment__division",
        "enrolment__organisation",
        "enrolment__category",
        "enrolment__participation__programme",
        "lesson",
    ).get(pk=progress.pk)
    check_may_study(found.enrolment.person, by)
    return found


def _of_today(window: rules.Interval) -> rules.Interval:
    """The part of a window that lies in its last day: a ping across midnight credits the new day only."""
    return rules.split_at_midnights(window, timezone.get_current_timezone())[-1]


def _credit(progress: LessonProgress, part: rules.Interval, seconds: int, *, sent_later: bool) -> int:
    """Credit up to ``seconds`` within ``part`` (free, within one day) and return how many. ``progress`` is not saved here."""
    lesson, person = progress.lesson, progress.enrolment.person
    day = timezone.localtime(part[1] - dt.timedelta(microseconds=1)).date()
    standing = StudyDay.objects.filter(person=person, lesson=lesson, day=day).first()
    credited = rules.creditable(
        seconds=min(seconds, rules.whole_seconds(part)),
        credited_today=standing.seconds if standing else 0,
        daily_limit=lesson.daily_limit * 60,
        credited_in_all=progress.seconds,
        total_limit=lesson.estimated_minutes * 60 * progress.enrolment.course.credit_limit_percent // 100,
    )
    if credited <= 0:
        return 0
    _note_spell(progress, person, part, credited, sent_later)
    if standing is None:
        standing = StudyDay(person=person, progress=progress, lesson=lesson, day=day, first_at=part[0], last_at=part[1])
    standing.seconds += credited
    standing.first_at, standing.last_at = min(standing.first_at, part[0]), max(standing.last_at, part[1])
    # what is posted of the day is another writer's
    standing.save(update_fields=None if standing.pk is None else ["seconds", "first_at", "last_at"])
    progress.seconds += credited
    return credited


def _note_spell(progress: LessonProgress, person: Person, part: rules.Interval, seconds: int, sent_later: bool) -> None:
    if not sent_later:
        before = StudySpell.objects.filter(person=person, progress=progress, ended_at=part[0], sent_later=False).first()
        same_day = before and timezone.localtime(before.started_at).date() == timezone.localtime(part[0]).date()
        if before is not None and same_day:  # the same stretch goes on
            before.ended_at = part[1]
            before.seconds += seconds
            before.save(update_fields=["ended_at", "seconds"])
            return
    StudySpell.objects.create(
        person=person, progress=progress, started_at=part[0], ended_at=part[1], seconds=seconds, sent_later=sent_later
    )


def standing_of(progress: LessonProgress, credited: int) -> Standing:
    return Standing(
        seconds=progress.seconds,
        credited=credited,
        lesson_completed=progress.completed_at is not None,
        course_completed=progress.enrolment.completed_at is not None,
    )


def credit_without_script(progress: LessonProgress, shown_at: dt.datetime) -> int:
    """Credit the time since the server showed the page, up to the estimated minutes. ``progress`` is not saved here."""
    now = clock.now()
    most = dt.timedelta(minutes=progress.lesson.estimated_minutes)
    stretch = (max(shown_at, progress.opened_at, now - most), now)
    taken = StudySpell.objects.filter(person=progress.enrolment.person, ended_at__gt=stretch[0], started_at__lt=now).values_list(
        "started_at", "ended_at"
    )
    credited = 0
    for free in rules.free_parts(stretch, taken):
        for part in rules.split_at_midnights(free, timezone.get_current_timezone()):
            credited += _credit(progress, part, rules.whole_seconds(part), sent_later=False)
    return credited
