"""What learners of a class hear of, and what they are spared."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from courses import services
from courses.models import CourseSession, TrainingClass
from lms.core import clock
from lms.notices.models import Notice
from lms.people.models import Person
from tests.factories.courses import SYSTEM, make_class
from tests.factories.people import learner
from tests.factories.world import make_person

pytestmark = pytest.mark.django_db
DAY = dt.date(2030, 3, 11)


def kinds_of(person: Person) -> list[str]:
    return list(Notice.objects.filter(user=person.user).order_by("pk").values_list("kind", flat=True))


def at(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def plan(training_class: TrainingClass, **fields: Any) -> CourseSession:
    fields = {"title": "社会救助政策与基层经办", "place": "县民政局三楼", **fields}
    return services.plan_session(training_class=training_class, by=SYSTEM, **fields)


@pytest.fixture
def held(world):
    return make_class(world.county, starts_on=DAY, ends_on=DAY + dt.timedelta(days=1))


def test_entering_leaving_and_coming_back_are_each_told_once(world, held):
    person, silent = learner(world.county), make_person(world.county)
    services.enrol_many(training_class=held, people=[person, silent], by=SYSTEM)
    enrolment = services.enrol(training_class=held, person=person, by=SYSTEM)
    assert kinds_of(person) == ["class.enrolled"]
    assert "2030年3月11日" in Notice.objects.get().body
    for _again in range(2):
        services.withdraw(enrolment=enrolment, reason="调离本县", by=SYSTEM)
    services.enrol(training_class=held, person=person, by=SYSTEM)
    assert kinds_of(person) == ["class.enrolled", "class.withdrawn", "class.enrolled"]
    assert not any("调离" in notice.body for notice in Notice.objects.all())


def test_other_dates_and_half_days_are_told_to_those_in_the_class(world, held):
    person, gone = learner(world.county), learner(world.county)
    services.enrol_many(training_class=held, people=[person, gone], by=SYSTEM)
    session = plan(held, starts_at=at(DAY, 9), ends_at=at(DAY, 12), title="入户访谈", place="县民政局三楼")
    services.withdraw(enrolment=held.enrolments.get(person=gone), reason="调离", by=SYSTEM)
    Notice.objects.all().delete()
    services.update_session(session=session, title="入户访谈实务", by=SYSTEM)
    assert kinds_of(person) == []
    services.update_session(session=session, starts_at=at(DAY, 14), ends_at=at(DAY, 17), by=SYSTEM)
    changed = Notice.objects.get(user=person.user)
    assert "入户访谈实务" in changed.body and "2030年3月11日 14:00" in changed.body and "县民政局三楼" in changed.body
    services.update_class(training_class=held, ends_on=DAY + dt.timedelta(days=2), by=SYSTEM)
    services.cancel_session(session=session, reason="讲师有事", by=SYSTEM)
    services.cancel_class(training_class=held, reason="疫情", by=SYSTEM)
    assert kinds_of(person) == ["class.session_changed", "class.moved", "class.session_cancelled", "class.cancelled"]
    assert kinds_of(gone) == []


def test_a_half_day_that_is_near_is_reminded_of_once_and_anew_when_moved(world, held):
    person = learner(world.county)
    services.enrol(training_class=held, person=person, by=SYSTEM)
    session = plan(held, starts_at=at(DAY, 9), ends_at=at(DAY, 12))
    plan(held, starts_at=at(DAY + dt.timedelta(days=1), 9), ends_at=at(DAY + dt.timedelta(days=1), 12))
    Notice.objects.all().delete()
    with clock.at(at(DAY, 9) - dt.timedelta(hours=25)):
        assert services.remind_of_sessions(by=SYSTEM) == 0
    with clock.at(at(DAY, 9) - dt.timedelta(hours=20)):
        services.remind_of_sessions(by=SYSTEM)
        services.remind_of_sessions(by=SYSTEM)
        assert kinds_of(person) == ["class.session_soon"]
        services.update_session(session=session, starts_at=at(DAY, 10), by=SYSTEM)
        services.remind_of_sessions(by=SYSTEM)
    assert kinds_of(person) == ["class.session_soon", "class.session_changed", "class.session_soon"]


def test_a_closed_class_is_told_and_one_long_over_is_no_news(world, held):
    person = learner(world.county)
    services.enrol(training_class=held, person=person, by=SYSTEM)
    session = plan(held, starts_at=at(DAY, 9), ends_at=at(DAY, 12))
    with clock.at(at(DAY, 13)):
        services.record_attendance(session=session, present=[(held.enrolments.get(), 180)], by=SYSTEM)
        services.close_session(session=session, by=SYSTEM)
        services.close_class(training_class=held, by=SYSTEM)
    assert kinds_of(person) == ["class.enrolled", "class.closed"]
    past = make_class(world.county, code="PAST-1", starts_on=dt.date(2020, 3, 1), ends_on=dt.date(2020, 3, 2))
    services.enrol(training_class=past, person=person, by=SYSTEM)
    assert kinds_of(person) == ["class.enrolled", "class.closed"]
