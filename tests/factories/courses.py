"""Courses, classes and learners for tests, built through the services, on the small world."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from django.utils import timezone
from wagtail.models import Locale, Page

from courses import services
from courses.models import (
    ClassEnrolment,
    CourseIndexPage,
    CoursePage,
    CourseSession,
    LessonPage,
    LessonProgress,
    ModulePage,
    TrainingClass,
)
from lms.accounts.models import User
from lms.core.actor import Actor
from lms.people.models import Person
from lms.places.models import Division
from tests.factories.world import make_person, make_user

SYSTEM = Actor.system("tests")
_number = itertools.count(1)


def local(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=timezone.get_current_timezone())


def course_index() -> CourseIndexPage:
    found = CourseIndexPage.objects.first()
    if found is None:
        Locale.objects.get_or_create(language_code="zh-hans")
        root = Page.objects.filter(depth=1).get()
        found = root.add_child(instance=CourseIndexPage(title="课程目录", slug="courses-test"))
    return found


def check(question: str = "最低生活保障以什么为单位认定？", right: str = "B", options: int = 3) -> dict[str, Any]:
    return {
        "type": "check",
        "id": str(uuid.uuid4()),
        "value": {
            "question": question,
            "options": [
                {"text": f"选项{letter}", "is_correct": letter in right, "feedback": f"关于{letter}"}
                for letter in "ABCDEF"[:options]
            ],
            "explanation": "解析在此。",
        },
    }


def make_course(
    *, lessons: int = 2, checks: int = 0, live: bool = True, title: str = "社会救助政策解读", **fields: Any
) -> CoursePage:
    """A course with one module; ``lesson`` fields by ``minutes``."""
    number = next(_number)
    minutes = fields.pop("minutes", 10)
    lesson_fields = fields.pop("lesson", {})
    course = course_index().add_child(instance=CoursePage(title=title, slug=f"course-{number}", live=live, **fields))
    module = course.add_child(instance=ModulePage(title="第一单元", slug="m1", live=live))
    for index in range(lessons):
        lesson = LessonPage(
            title=f"第{index + 1}课",
            slug=f"l{index + 1}",
            live=live,
            estimated_minutes=minutes,
            body=[{"type": "paragraph", "value": "<p>最低生活保障以家庭为单位认定。</p>", "id": str(uuid.uuid4())}],
            checks=[check() for _ in range(checks)],
            **lesson_fields,
        )
        module.add_child(instance=lesson)
    return CoursePage.objects.get(pk=course.pk)


def lesson_of(course: CoursePage, index: int = 0) -> LessonPage:
    return list(LessonPage.objects.descendant_of(course).order_by("path"))[index]


def make_learner(division: Division, **fields: Any) -> tuple[Person, Actor]:
    """A person with an account, and the actor that person is when signed in."""
    from lms.accounts.selectors import actor_for

    user: User = make_user()
    person = make_person(division, user=user, **fields)
    return person, actor_for(user)


def make_progress(division: Division, course: CoursePage | None = None, index: int = 0) -> tuple[LessonProgress, Actor]:
    course = course or make_course()
    person, actor = make_learner(division)
    enrolment = services.start_course(person=person, course=course, by=actor)
    return services.open_lesson(enrolment=enrolment, lesson=lesson_of(course, index), by=actor), actor


def make_class(division: Division, **fields: Any) -> TrainingClass:
    number = next(_number)
    fields.setdefault("code", f"BC-{number:04}")
    fields.setdefault("title", f"社会救助业务培训班{number}")
    fields.setdefault("starts_on", dt.date(2026, 11, 2))
    fields.setdefault("ends_on", dt.date(2026, 11, 3))
    fields.setdefault("by", SYSTEM)
    return services.create_class(division=division, **fields)


def make_session(training_class: TrainingClass, *, day: int = 2, hour: int = 9, hours: int = 3, **fields: Any) -> CourseSession:
    fields.setdefault("title", "社会救助政策与基层经办")
    fields.setdefault("place", "县民政局三楼")
    fields.setdefault("by", SYSTEM)
    start = local(2026, 11, day, hour)
    return services.plan_session(
        training_class=training_class, starts_at=start, ends_at=start + dt.timedelta(hours=hours), **fields
    )


def make_enrolment(training_class: TrainingClass, person: Person | None = None, **fields: Any) -> ClassEnrolment:
    return services.enrol(
        training_class=training_class, person=person or make_person(training_class.division), by=fields.pop("by", SYSTEM), **fields
    )


# -- routes: what the table test of routes opens in a division; see tests/house ------------------------------------------


def _class(world: Any, **fields: Any) -> dict[str, Any]:
    return {"uuid": make_class(world.division, **fields).uuid}


def _session(world: Any) -> dict[str, Any]:
    return {"uuid": make_session(make_class(world.division)).uuid}


def _enrolment(world: Any) -> dict[str, Any]:
    return {"uuid": make_enrolment(make_class(world.division)).uuid}


def _roster(world: Any) -> dict[str, Any]:
    from courses.models import RosterImport

    training_class = make_class(world.division)
    made = RosterImport.objects.create(
        training_class=training_class, file_name="名册.xlsx", digest="0" * 64, state="ready", created_by=SYSTEM.uuid
    )
    return {"uuid": made.uuid}


def _progress(world: Any) -> dict[str, Any]:
    return {"progress": make_progress(world.division)[0].uuid}


ROUTES = {
    "courses:home": lambda world: {},
    "courses:catalogue": lambda world: {},
    "courses:course": lambda world: {"kwargs": {"course": make_course().uuid}},
    "courses:course_start": lambda world: {"kwargs": {"course": make_course().uuid}, "method": "post"},
    "courses:lesson": lambda world: {"kwargs": {"lesson": lesson_of(make_course()).uuid}},
    "courses:study_ping": lambda world: {
        "kwargs": _progress(world),
        "method": "post",
        "data": '{"seconds": 30}',
        "content_type": "application/json",
    },
    "courses:check_answer": lambda world: {"kwargs": {**_progress(world), "check": uuid.uuid4()}, "method": "post"},
    "courses:lesson_finish": lambda world: {"kwargs": _progress(world), "method": "post"},
    "courses:my_classes": lambda world: {},
    "courses:my_class": lambda world: {"kwargs": {"enrolment": make_enrolment(make_class(world.division)).uuid}},
    "courses:sign_in": lambda world: {"kwargs": {"session": make_session(make_class(world.division)).uuid}},
    "courses:records": lambda world: {},
    "courses:class_list": lambda world: {},
    "courses:class_create": lambda world: {},
    "courses:class_detail": lambda world: {"kwargs": _class(world)},
    "courses:class_edit": lambda world: {"kwargs": _class(world)},
    "courses:class_state": lambda world: {"kwargs": _class(world), "method": "post", "data": {"state": "open"}},
    "courses:class_close": lambda world: {"kwargs": _class(world), "method": "post"},
    "courses:class_cancel": lambda world: {"kwargs": _class(world), "method": "post", "data": {"reason": "经费未到位"}},
    "courses:class_learners": lambda world: {"kwargs": _class(world)},
    "courses:enrolment_withdraw": lambda world: {"kwargs": _enrolment(world)},
    "courses:enrolment_return": lambda world: {"kwargs": _enrolment(world), "method": "post"},
    "courses:class_certificates": lambda world: {"kwargs": _class(world)},
    "courses:session_create": lambda world: {"kwargs": _class(world)},
    "courses:session_edit": lambda world: {"kwargs": _session(world)},
    "courses:attendance": lambda world: {"kwargs": _session(world)},
    "courses:headcount": lambda world: {"kwargs": _session(world), "method": "post", "data": {"quantity": "3"}},
    "courses:session_screen": lambda world: {"kwargs": _session(world)},
    "courses:session_code": lambda world: {"kwargs": _session(world)},
    "courses:session_close": lambda world: {"kwargs": _session(world), "method": "post"},
    "courses:session_cancel": lambda world: {"kwargs": _session(world), "method": "post", "data": {"reason": "讲师出差"}},
    "courses:roster_upload": lambda world: {"kwargs": _class(world)},
    "courses:roster_template": lambda world: {},
    "courses:roster_detail": lambda world: {"kwargs": _roster(world)},
    "courses:roster_columns": lambda world: {"kwargs": _roster(world)},
    "courses:roster_confirm": lambda world: {"kwargs": _roster(world), "method": "post"},
    "courses:roster_discard": lambda world: {"kwargs": _roster(world), "method": "post"},
    "courses:roster_results": lambda world: {"kwargs": _roster(world)},
}
