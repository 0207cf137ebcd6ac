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
    Attendance,
    ClassEnrolment,
    CourseIndexPage,
    CoursePage,
    CourseSession,
    LeaveRequest,
    LessonPage,
    LessonProgress,
    ModulePage,
    SignUp,
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


def make_open_class(division: Division, **fields: Any) -> TrainingClass:
    """A class whose sign-up is open now and whose first day is three weeks away."""
    from lms.core import clock

    now = clock.now()
    fields.setdefault("sign_up_opens_at", now - dt.timedelta(days=1))
    fields.setdefault("sign_up_closes_at", now + dt.timedelta(days=7))
    fields.setdefault("starts_on", clock.today() + dt.timedelta(days=21))
    fields.setdefault("ends_on", fields["starts_on"] + dt.timedelta(days=1))
    return make_class(division, state="open", **fields)


def make_sign_up(training_class: TrainingClass, division: Division | None = None, **fields: Any) -> tuple[SignUp, Actor]:
    """A learner of the division asks for a seat."""
    person, actor = make_learner(division or training_class.division)
    return services.sign_up(training_class=training_class, person=person, by=actor, **fields), actor


def make_future_session(training_class: TrainingClass, *, days: int = 1, hours: int = 3, **fields: Any) -> CourseSession:
    """A half-day some days from now, at nine."""
    from lms.core import clock

    fields.setdefault("title", "个案工作")
    fields.setdefault("by", SYSTEM)
    start = timezone.localtime(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)
    return services.plan_session(
        training_class=training_class, starts_at=start, ends_at=start + dt.timedelta(hours=hours), **fields
    )


def make_leave(training_class: TrainingClass) -> LeaveRequest:
    person, actor = make_learner(training_class.division)
    enrolment = make_enrolment(training_class, person)
    session = make_future_session(training_class)
    return services.ask_leave(enrolment=enrolment, sessions=[session], reason="下乡核查", by=actor)[0]


def make_trainer(division: Division, **fields: Any) -> Person:
    fields.setdefault("topics", ["个案工作"])
    fields.setdefault("introduction", "多年从事一线个案服务。")
    person = make_person(division, name=fields.pop("name", "段老师"))
    services.register_trainer(person=person, division=division, designated_on=dt.date(2024, 3, 1), by=SYSTEM, **fields)
    return person


def make_late_mark(training_class: TrainingClass) -> Attendance:
    """A sign-in that a phone sent an hour later."""
    from courses import rules
    from lms.core import clock

    person, actor = make_learner(training_class.division)
    make_enrolment(training_class, person)
    session = make_session(training_class)
    code = rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(session.starts_at))
    with clock.at(session.starts_at + dt.timedelta(hours=1)):
        return services.sign_in_later(
            session=session,
            person=person,
            code=code,
            claimed=session.starts_at,
            device_now=session.starts_at + dt.timedelta(hours=1),
            by=actor,
        )


def _feedback(world: Any) -> dict[str, Any]:
    training_class = make_class(world.division)
    trainer = make_trainer(world.division)
    session = make_session(training_class, trainer=trainer)
    enrolment = make_enrolment(training_class)
    services.record_attendance(session=session, present=[(enrolment, 180)], by=SYSTEM)
    services.close_session(session=session, by=SYSTEM)
    return {"enrolment": enrolment.uuid, "trainer": trainer.uuid}


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
    "courses:sign_in_later": lambda world: {
        "kwargs": {"session": make_session(make_class(world.division)).uuid},
        "method": "post",
        "data": '{"code": "0000", "at": 0, "now": 0}',
        "content_type": "application/json",
    },
    "courses:open_classes": lambda world: {},
    "courses:open_class": lambda world: {"kwargs": {"uuid": make_open_class(world.division).uuid}},
    "courses:sign_up_withdraw": lambda world: {
        "kwargs": {"uuid": make_sign_up(make_open_class(world.division))[0].uuid},
        "method": "post",
    },
    "courses:leave_ask": lambda world: {"kwargs": {"enrolment": make_enrolment(make_class(world.division)).uuid}},
    "courses:leave_withdraw": lambda world: {"kwargs": {"uuid": make_leave(make_class(world.division)).uuid}, "method": "post"},
    "courses:quit_class": lambda world: {"kwargs": {"enrolment": make_enrolment(make_class(world.division)).uuid}},
    "courses:feedback": lambda world: {"kwargs": _feedback(world)},
    "courses:my_teaching": lambda world: {},
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
    "courses:enrolment_transfer": lambda world: {"kwargs": _enrolment(world)},
    "courses:class_sign_ups": lambda world: {"kwargs": _class(world)},
    "courses:class_quotas": lambda world: {"kwargs": _class(world)},
    "courses:approvals": lambda world: {},
    "courses:sign_up_decide": lambda world: {
        "kwargs": {"uuid": make_sign_up(make_open_class(world.division, needs_approval=True))[0].uuid},
        "method": "post",
        "data": {"approve": "1"},
    },
    "courses:leave_list": lambda world: {},
    "courses:leave_answer": lambda world: {
        "kwargs": {"uuid": make_leave(make_class(world.division)).uuid},
        "method": "post",
        "data": {"grant": "1"},
    },
    "courses:walk_ins": lambda world: {"kwargs": _session(world)},
    "courses:identify_from_count": lambda world: {"kwargs": _session(world)},
    "courses:walk_in_identify": lambda world: {
        "kwargs": {"uuid": services.enter_walk_in(session=make_session(make_class(world.division)), name="来宾甲", by=SYSTEM).uuid}
    },
    "courses:walk_in_strike": lambda world: {
        "kwargs": {"uuid": services.enter_walk_in(session=make_session(make_class(world.division)), name="来宾乙", by=SYSTEM).uuid},
        "method": "post",
        "data": {"reason": "登记了两次"},
    },
    "courses:late_review": lambda world: {
        "kwargs": {"uuid": make_late_mark(make_class(world.division)).uuid},
        "method": "post",
        "data": {"stands": "1"},
    },
    "courses:sheet_entry": lambda world: {"kwargs": _session(world)},
    "courses:sheet_print": lambda world: {"kwargs": _session(world), "method": "post"},
    "courses:trainer_list": lambda world: {},
    "courses:trainer_workbook": lambda world: {},
    "courses:trainer_create": lambda world: {},
    "courses:trainer_detail": lambda world: {"kwargs": {"uuid": make_trainer(world.division).uuid}},
    "courses:trainer_edit": lambda world: {"kwargs": {"uuid": make_trainer(world.division).uuid}},
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
    "courses:roster_sample": lambda world: {},
    "courses:roster_detail": lambda world: {"kwargs": _roster(world)},
    "courses:roster_columns": lambda world: {"kwargs": _roster(world)},
    "courses:roster_confirm": lambda world: {"kwargs": _roster(world), "method": "post"},
    "courses:roster_discard": lambda world: {"kwargs": _roster(world), "method": "post"},
    "courses:roster_results": lambda world: {"kwargs": _roster(world)},
}
