"""What concurrency may not break, with real threads on a committed database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from courses import rules, services
from courses.models import Attendance, ClassEnrolment, CourseEnrolment, LessonProgress, StudySpell
from lms.core.errors import Refused
from lms.ledger.models import Line
from lms.programmes.models import Participation
from lms.programmes.services import create_programme
from tests.factories.courses import SYSTEM, lesson_of, make_class, make_course, make_enrolment, make_learner, make_progress
from tests.factories.threads import together
from tests.factories.world import make_division_tree, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_enrols_once():
    world = make_division_tree()
    training_class, person = make_class(world.county), make_person(world.township)
    got = together(*[lambda: services.enrol(training_class=training_class, person=person, by=SYSTEM)] * 6)
    assert len({enrolment.pk for enrolment in got}) == 1
    assert Line.objects.filter(kind="enrolled").count() == 1


def test_seats_hold_under_concurrent_sign_ups():
    world = make_division_tree()
    training_class = make_class(world.county, capacity=3)
    people = [make_person(world.township, name=f"学员{n}") for n in range(8)]
    got = together(*[lambda p=p: services.enrol(training_class=training_class, person=p, by=SYSTEM) for p in people])
    assert sum(isinstance(one, ClassEnrolment) for one in got) == 3
    assert sum(isinstance(one, Refused) for one in got) == 5
    assert training_class.enrolments.count() == Line.objects.filter(kind="enrolled").count() == 3


def test_two_classes_of_a_programme_make_one_participation():
    world = make_division_tree()
    programme = create_programme(
        code="P1", name="社会救助能力提升", kind="training", division=world.county, starts_on=dt.date(2026, 1, 1), by=SYSTEM
    )
    classes = [make_class(world.county, programme=programme) for _ in range(3)]
    person = make_person(world.township)
    got = together(*[lambda c=c: services.enrol(training_class=c, person=person, by=SYSTEM) for c in classes])
    assert not [one for one in got if isinstance(one, Exception)], got
    assert len({enrolment.participation_id for enrolment in got}) == 1
    assert Participation.objects.count() == 1


def test_a_double_click_starts_a_course_once():
    world = make_division_tree()
    course = make_course()
    person, actor = make_learner(world.township)
    together(*[lambda: services.start_course(person=person, course=course, by=actor)] * 5)
    assert CourseEnrolment.objects.count() == Line.objects.filter(kind="enrolled").count() == 1


def test_pings_of_several_tabs_at_once_credit_the_clock_once():
    world = make_division_tree()
    course = make_course(lessons=2, minutes=60)
    first, actor = make_progress(world.township, course)
    second = services.open_lesson(enrolment=first.enrolment, lesson=lesson_of(course, 1), by=actor)
    for progress in (first, second):
        services.record_study(progress=progress, seconds=0, by=actor)
    LessonProgress.objects.update(last_ping_at=timezone.now() - dt.timedelta(seconds=60))
    acts = [lambda p=p: services.record_study(progress=p, seconds=60, by=actor) for p in (first, second) * 3]
    got = together(*acts)
    assert not [one for one in got if isinstance(one, Exception)]
    assert 55 <= sum(one.credited for one in got) <= 75
    spells = list(StudySpell.objects.order_by("started_at").values_list("started_at", "ended_at"))
    assert all(a[1] <= b[0] for a, b in zip(spells, spells[1:], strict=False))  # noqa: RUF007


def test_finishing_at_once_completes_once():
    world = make_division_tree()
    progress, actor = make_progress(world.township, make_course(lessons=1))
    together(*[lambda: services.finish_lesson(progress=progress, by=actor)] * 5)
    assert Line.objects.filter(kind="completed").count() == 1


def test_signing_in_from_two_phones_is_one_attendance():
    world = make_division_tree()
    person, actor = make_learner(world.township)
    now = timezone.now()
    training_class = make_class(world.county)
    make_enrolment(training_class, person)
    start = timezone.localtime(now).replace(hour=10, minute=0, second=0, microsecond=0)
    from lms.core import clock

    with clock.at(start):
        session = services.plan_session(
            training_class=training_class, title="上午", starts_at=start, ends_at=start + dt.timedelta(hours=2), by=SYSTEM
        )
    code = rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(start))

    def sign() -> Attendance:
        with clock.at(start):
            return services.sign_in(session=session, person=person, code=code, by=actor)

    got = together(*[sign] * 5)
    assert len({one.pk for one in got}) == 1
    assert Line.objects.filter(kind="attended").count() == 1


def test_closing_at_once_posts_once():
    world = make_division_tree()
    training_class = make_class(world.county)
    enrolment = make_enrolment(training_class)
    start = timezone.localtime() - dt.timedelta(days=2)
    start = start.replace(hour=9, minute=0, second=0, microsecond=0)
    session = services.plan_session(
        training_class=training_class, title="上午", starts_at=start, ends_at=start + dt.timedelta(hours=3), by=SYSTEM
    )
    services.record_attendance(session=session, present=[(enrolment, 180)], by=SYSTEM)
    together(*[lambda: services.close_session(session=session, by=SYSTEM)] * 4)
    together(*[lambda: services.close_class(training_class=training_class, by=SYSTEM)] * 4)
    assert Line.objects.filter(kind="held").count() == 2
    assert Line.objects.filter(kind="completed").count() == 1
