"""What one learner sees of courses: what to go on with, progress. Always the actor's own. Classes stand in ``attending``."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from courses.models import (
    CourseEnrolment,
    CoursePage,
    LessonPage,
    LessonProgress,
    ModulePage,
)
from courses.selectors.content import Check, checks_of, lessons_of, modules_of
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class LessonRow:
    """One lesson in a list, with the learner's standing in it."""

    lesson: LessonPage
    number: int
    completed: bool
    minutes: int
    current: bool = False


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course with its modules and lessons as one learner sees it."""

    course: CoursePage
    modules: list[tuple[ModulePage, list[LessonRow]]]
    enrolment: CourseEnrolment | None
    done: int
    total: int
    next_lesson: LessonPage | None

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    @property
    def minutes(self) -> int:
        return sum(row.lesson.estimated_minutes for _module, rows in self.modules for row in rows)


def course_by_uuid(course_uuid: uuid.UUID) -> CoursePage:
    found = CoursePage.objects.live().filter(translation_key=course_uuid).order_by("pk").first()
    if found is None:
        raise Missing(_("没有这门课程。"))
    return found


def enrolment_of(person: Person | None, course: CoursePage) -> CourseEnrolment | None:
    if person is None:
        return None
    found = CourseEnrolment.objects.filter(person=person, course=course).first()
    return found or CourseEnrolment.objects.filter(person_id__in=people.ids_of(person), course=course).first()


def enrolments_in(person: Person, courses: list[CoursePage]) -> QuerySet[CourseEnrolment]:
    return CourseEnrolment.objects.filter(person_id__in=people.ids_of(person), course__in=courses)


def course_view(course: CoursePage, person: Person | None) -> CourseView:
    """The course page: modules, lessons, what is done."""
    enrolment = enrolment_of(person, course)
    progress = {p.lesson_id: p for p in enrolment.progress.all()} if enrolment else {}
    modules: list[tuple[ModulePage, list[LessonRow]]] = []
    number, next_lesson = 0, None
    for module, lessons in modules_of(course):
        rows = []
        for lesson in lessons:
            number += 1
            standing = progress.get(lesson.pk)
            completed = standing is not None and standing.completed_at is not None
            if not completed and next_lesson is None:
                next_lesson = lesson
            rows.append(
                LessonRow(lesson, number, completed, standing.seconds // 60 if standing else 0, current=lesson is next_lesson)
            )
        modules.append((module, rows))
    done = sum(row.completed for _module, rows in modules for row in rows)
    return CourseView(course, modules, enrolment, done, number, next_lesson)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One knowledge check as the learner left it."""

    check: Check
    number: int
    chosen: str
    is_correct: bool | None

    @property
    def options(self) -> list[dict[str, Any]]:
        """Options with what the last answer was; which are right is told only once the check is answered rightly."""
        return [
            {
                "letter": o.letter,
                "text": o.text,
                "chosen": o.letter in self.chosen,
                "feedback": o.feedback if o.letter in self.chosen else "",
                "right": o.is_correct and bool(self.is_correct),
            }
            for o in self.check.options
        ]


@dataclass(frozen=True, slots=True)
class LessonView:
    """The lesson page. ``standing`` is None for a reader who is not in the course."""

    lesson: LessonPage
    course: CoursePage
    standing: Standing | None
    rows: list[LessonPage]
    checks: list[CheckRow]

    @property
    def place(self) -> int:
        return next((i for i, row in enumerate(self.rows) if row.pk == self.lesson.pk), 0)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def previous(self) -> LessonPage | None:
        return self.rows[self.place - 1] if self.place > 0 else None

    @property
    def following(self) -> LessonPage | None:
        return self.rows[self.place + 1] if self.place + 1 < len(self.rows) else None

    @property
    def minutes(self) -> int:
        return self.standing.minutes if self.standing else 0

    @property
    def right(self) -> int:
        return sum(1 for row in self.checks if row.is_correct)

    @property
    def checks_done(self) -> bool:
        return not self.lesson.check_required or self.right == len(self.checks)

    @property
    def time_done(self) -> bool:
        return self.minutes >= self.lesson.required_minutes


def lesson_by_uuid(lesson_uuid: uuid.UUID) -> LessonPage:
    found = LessonPage.objects.live().filter(translation_key=lesson_uuid).order_by("pk").first()
    if found is None:
        raise Missing(_("没有这一课。"))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the actor is in one lesson, as plain values. ``answers``: check → (letters chosen last, right)."""

    progress: uuid.UUID
    required_minutes: int
    seconds: int
    place: int
    completed: bool
    answers: dict[uuid.UUID, tuple[str, bool]]

    @property
    def minutes(self) -> int:
        return self.seconds // 60


def standing_in(actor: Actor, lesson_uuid: uuid.UUID) -> Standing | None:
    """The actor's own standing in a published lesson; None where they have not opened it in a course. One query."""
    if actor.user_id is None:
        return None
    rows = (
        LessonProgress.objects.filter(
            lesson__translation_key=lesson_uuid, lesson__live=True, enrolment__person__user_id=actor.user_id
        )
        .order_by("lesson_id", "pk", "answers__number")
        .values_list(
            "uuid",
            "lesson__required_minutes",
            "seconds",
            "place",
            "completed_at",
            "answers__check_id",
            "answers__chosen",
            "answers__is_correct",
        )
    )
    standing: Standing | None = None
    for progress, required, seconds, place, completed_at, check, chosen, correct in rows:
        if standing is None:
            standing = Standing(progress, required, seconds, place, completed_at is not None, {})
        if progress == standing.progress and check is not None:
            standing.answers[check] = (chosen, correct)
    return standing


def own_progress(actor: Actor, progress_uuid: uuid.UUID) -> LessonProgress:
    """The actor's own progress, or ``Missing``."""
    found = (
        LessonProgress.objects.select_related("enrolment__course", "enrolment__person__division", "lesson")
        .filter(uuid=progress_uuid, enrolment__person__user_id=actor.user_id)
        .first()
        if actor.user_id is not None
        else None
    )
    if found is None:
        raise Missing(_("没有这一课的学习记录。"))
    return found


def lesson_view(lesson: LessonPage, course: CoursePage, standing: Standing | None) -> LessonView:
    answers = standing.answers if standing is not None else {}
    rows = [CheckRow(check, number, *answers.get(check.check_id, ("", None))) for number, check in enumerate(checks_of(lesson), 1)]
    return LessonView(lesson, course, standing, lessons_of(course), rows)


@dataclass(frozen=True, slots=True)
class GoOn:
    """The lesson to go on with in one course."""

    enrolment: CourseEnrolment
    course: CoursePage
    lesson: LessonPage
    number: int
    total: int
    percent: int


def go_on(person: Person) -> list[GoOn]:
    """Courses under way, the one touched last first, each with its next lesson. Constant queries: three."""
    enrolments = list(
        CourseEnrolment.objects.filter(person_id__in=people.ids_of(person), completed_at__isnull=True, course__live=True)
        .select_related("course")
        .prefetch_related("progress")
    )
    if not enrolments:
        return []
    condition = Q(pk__in=[])
    for enrolment in enrolments:
        condition |= Q(path__startswith=enrolment.course.path)
    lessons = list(LessonPage.objects.live().filter(condition).order_by("path").defer("body", "checks"))
    found = []
    for enrolment in enrolments:
        own = [lesson for lesson in lessons if lesson.path.startswith(enrolment.course.path)]
        progress = {p.lesson_id: p for p in enrolment.progress.all()}
        done = {pk for pk, p in progress.items() if p.completed_at}
        waiting = [lesson for lesson in own if lesson.pk not in done]
        if not waiting:
            continue
        touched = [lesson for lesson in waiting if lesson.pk in progress]
        lesson = max(touched, key=lambda x: progress[x.pk].last_ping_at or progress[x.pk].opened_at) if touched else waiting[0]
        found.append(GoOn(enrolment, enrolment.course, lesson, own.index(lesson) + 1, len(own), 100 * len(done) // len(own)))
    moment = {g.enrolment.pk: max([p.opened_at for p in g.enrolment.progress.all()] or [g.enrolment.started_at]) for g in found}
    return sorted(found, key=lambda g: moment[g.enrolment.pk], reverse=True)


def studied_minutes(person: Person) -> int:
    """Minutes credited online that may not be posted yet, all courses."""
    found = LessonProgress.objects.filter(enrolment__person_id__in=people.ids_of(person)).aggregate(total=Sum(F("seconds")))
    return (found["total"] or 0) // 60
