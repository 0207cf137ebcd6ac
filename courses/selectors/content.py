"""Published courses as they are read: modules, lessons, knowledge checks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Locale

from courses.models import CoursePage, LessonPage, ModulePage

LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Option:
    letter: str
    text: str
    is_correct: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class Check:
    check_id: uuid.UUID
    question: str
    options: tuple[Option, ...]
    explanation: str

    @property
    def right(self) -> str:
        return "".join(option.letter for option in self.options if option.is_correct)

    @property
    def is_multiple(self) -> bool:
        return len(self.right) > 1


def checks_of(lesson: LessonPage) -> list[Check]:
    """The knowledge checks of a lesson, in order."""
    return [
        Check(
            check_id=uuid.UUID(str(block.id)),
            question=block.value["question"],
            options=tuple(
                Option(letter, option["text"], bool(option["is_correct"]), option["feedback"])
                for letter, option in zip(LETTERS, block.value["options"], strict=False)
            ),
            explanation=block.value["explanation"],
        )
        for block in lesson.checks
    ]


def lessons_of(course: CoursePage) -> list[LessonPage]:
    """Published lessons of a course in reading order, without their text."""
    return list(LessonPage.objects.live().descendant_of(course).order_by("path").defer("body", "checks"))


def modules_of(course: CoursePage) -> list[tuple[ModulePage, list[LessonPage]]]:
    """Published modules with their published lessons, two queries."""
    modules = list(ModulePage.objects.live().child_of(course).order_by("path"))
    lessons = lessons_of(course)
    return [(module, [lesson for lesson in lessons if lesson.path.startswith(module.path)]) for module in modules]


def course_of(lesson: LessonPage) -> CoursePage:
    """The course a lesson belongs to, one query."""
    steplen = lesson.steplen
    return CoursePage.objects.get(path=lesson.path[: -2 * steplen])


def published_courses() -> QuerySet[CoursePage]:
    return CoursePage.objects.live().filter(locale=Locale.get_default()).order_by("path")


def search_courses(text: str) -> list[CoursePage]:
    """Published courses whose own words or whose lessons' words match, best first."""
    courses: Any = published_courses()
    own = list(courses.search(text)[:50])
    lessons = LessonPage.objects.live().filter(locale=Locale.get_default()).defer("body", "checks").search(text)[:50]
    paths = list(dict.fromkeys(lesson.path[: -2 * lesson.steplen] for lesson in lessons))
    by_path = {course.path: course for course in published_courses().filter(path__in=paths)}
    found = [*own, *(by_path[path] for path in paths if path in by_path)]
    return list({course.pk: course for course in found}.values())
