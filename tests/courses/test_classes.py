"""Classes: planning, enrolling, attendance, closing — rows, audit, ledger lines, refusals."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from courses import services
from courses.models import Attendance, ClassEnrolment, TrainingClass
from courses.states import ClassState, EnrolmentState, SessionState
from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from tests.factories.courses import SYSTEM, local, make_class, make_enrolment, make_session
from tests.factories.world import World, make_actor, make_person

pytestmark = pytest.mark.django_db
AFTER = local(2026, 11, 5)


def net(kind: str, **fields: object) -> int:
    """Lines of a kind that stand: posted minus reversed."""
    return sum(line.sign for line in Line.objects.filter(kind=kind, **fields))


def minutes(kind: str) -> int:
    return sum(line.sign * line.minutes for line in Line.objects.filter(kind=kind))


def test_create_class_writes_row_and_audit(world: World):
    manager = make_actor(Role.CLASS_MANAGER, world.county)
    made = make_class(world.county, by=manager)
    assert made.state == ClassState.PLANNED
    assert AuditEvent.objects.filter(verb="courses.class.created", record_uuid=made.uuid, actor_uuid=manager.uuid).exists()


@pytest.mark.parametrize("where", ["other_county", "province", "foreign_county"])
def test_create_class_outside_ones_division_is_missing(world: World, where: str):
    manager = make_actor(Role.CLASS_MANAGER, world.county)
    with pytest.raises(Missing):
        make_class(getattr(world, where), by=manager)
    assert not TrainingClass.objects.exists()


def test_create_class_refuses_a_code_twice_and_dates_out_of_order(world: World):
    make_class(world.county, code="A1")
    with pytest.raises(Refused):
        make_class(world.county, code="A1")
    with pytest.raises(BadInput):
        make_class(world.county, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 1))


def test_plan_session_posts_its_scheduled_line_once(world: World):
    training_class = make_class(world.county)
    first = make_session(training_class)
    again = make_session(training_class)
    assert first == again
    assert first.half == "am"
    line = Line.objects.get(kind="scheduled")
    assert (line.minutes, line.occasion, line.slot) == (180, training_class.uuid, str(first.uuid))
    assert line.division == world.county


def test_moving_a_session_reverses_and_posts_anew(world: World):
    session = make_session(make_class(world.county))
    services.update_session(session=session, ends_at=session.ends_at - dt.timedelta(hours=1), by=SYSTEM)
    assert (net("scheduled"), minutes("scheduled")) == (1, 120)
    services.cancel_session(session=session, reason="讲师因公出差", by=SYSTEM)
    assert (net("scheduled"), minutes("scheduled")) == (0, 0)


def test_enrol_twice_is_one_enrolment_and_one_line(world: World):
    training_class = make_class(world.county)
    person = make_person(world.township)
    first = make_enrolment(training_class, person)
    again = make_enrolment(training_class, person)
    assert first == again
    line = Line.objects.get(kind="enrolled")
    assert line.division == world.township
    assert line.person == person
    assert AuditEvent.objects.filter(verb="courses.class.enrolled").count() == 1


def test_a_move_of_the_person_leaves_the_enrolment_as_it_was(world: World):
    person = make_person(world.township)
    enrolment = make_enrolment(make_class(world.county), person)
    person.division = world.other_county
    person.save()
    enrolment.refresh_from_db()
    assert enrolment.division == world.township


def test_enrol_refuses_when_seats_are_gone_and_changes_nothing(world: World):
    training_class = make_class(world.county, capacity=2)
    make_enrolment(training_class)
    people = [make_person(world.county) for _ in range(2)]
    with pytest.raises(Refused, match="还剩 1 个"):
        services.enrol_many(training_class=training_class, people=people, by=SYSTEM)
    assert training_class.enrolments.count() == 1
    assert Line.objects.filter(kind="enrolled").count() == 1


def test_enrol_many_keeps_the_order_and_those_already_in(world: World):
    training_class = make_class(world.county)
    people = [make_person(world.county, name=f"学员{i}") for i in range(4)]
    inside = make_enrolment(training_class, people[2])
    rows = services.enrol_many(training_class=training_class, people=[*people, people[0]], by=SYSTEM)
    assert [r.person_id for r in rows] == [p.pk for p in [*people, people[0]]]
    assert rows[2] == inside
    assert net("enrolled") == 4


def test_withdraw_frees_the_seat_and_coming_back_is_a_new_line(world: World):
    training_class = make_class(world.county, capacity=1)
    enrolment = make_enrolment(training_class)
    with pytest.raises(BadInput):
        services.withdraw(enrolment=enrolment, reason=" ", by=SYSTEM)
    services.withdraw(enrolment=enrolment, reason="工作调整", by=SYSTEM)
    services.withdraw(enrolment=enrolment, reason="再点一次", by=SYSTEM)
    assert (net("enrolled"), net("withdrawn")) == (1, 1)
    services.enrol_many(training_class=training_class, people=[enrolment.person], by=SYSTEM)
    assert ClassEnrolment.objects.get().state == EnrolmentState.WITHDRAWN
    back = make_enrolment(training_class, enrolment.person)
    assert (back.pk, back.state, back.version) == (enrolment.pk, EnrolmentState.ENROLLED, 2)
    assert (net("enrolled"), net("withdrawn")) == (2, 1)


def test_attendance_posts_minutes_and_corrections_reverse(world: World):
    training_class = make_class(world.county)
    session, enrolment = make_session(training_class), make_enrolment(training_class, make_person(world.township))
    mark = lambda n: services.record_attendance(session=session, present=[(enrolment, n)], by=SYSTEM)  # noqa: E731
    mark(180)
    mark(180)
    assert Line.objects.filter(kind="attended").count() == 1
    line = Line.objects.get(kind="attended")
    assert (line.minutes, line.division, line.mode, line.slot) == (180, world.township, "face_to_face", str(session.uuid))
    mark(90)
    assert (net("attended"), minutes("attended")) == (1, 90)
    mark(0)
    assert (net("attended"), minutes("attended")) == (0, 0)
    mark(120)
    assert (net("attended"), minutes("attended")) == (1, 120)
    assert Attendance.objects.count() == 1


def test_attendance_refuses_too_many_minutes_outsiders_and_withdrawn(world: World):
    training_class = make_class(world.county)
    session, enrolment = make_session(training_class), make_enrolment(training_class)
    outsider = make_enrolment(make_class(world.county))
    with pytest.raises(BadInput):
        services.record_attendance(session=session, present=[(enrolment, 181)], by=SYSTEM)
    with pytest.raises(Missing):
        services.record_attendance(session=session, present=[(enrolment, 10), (outsider, 10)], by=SYSTEM)
    services.withdraw(enrolment=enrolment, reason="工作调整", by=SYSTEM)
    with pytest.raises(Refused):
        services.record_attendance(session=session, present=[(enrolment, 10)], by=SYSTEM)
    assert not Line.objects.filter(kind="attended").exists()


def test_close_session_posts_held_event_cases_and_trainer(world: World):
    trainer = make_person(world.other_county)
    session = make_session(make_class(world.county), trainer=trainer, kind="case_showcase", topics=["儿童福利"])
    with clock.at(local(2026, 11, 1)), pytest.raises(Refused):
        services.close_session(session=session, by=SYSTEM)
    with clock.at(AFTER):
        services.close_session(session=session, cases_shared=6, by=SYSTEM)
        services.close_session(session=session, cases_shared=9, by=SYSTEM)
    assert sorted(Line.objects.filter(kind="held").values_list("topic", flat=True)) == ["event:case_showcase", "session"]
    assert Line.objects.get(kind="cases_shared").quantity == 6
    taught = Line.objects.get(kind="taught")
    assert (taught.person, taught.minutes, taught.division) == (trainer, 180, world.other_county)
    assert set(taught.tags.values_list("name", "code")) == {("topic", "儿童福利")}
    with pytest.raises(Refused):
        services.cancel_session(session=session, reason="来不及了", by=SYSTEM)


def test_close_class_completes_those_who_met_the_floor(world: World):
    training_class = make_class(world.county, attendance_floor_percent=80)
    morning, afternoon = make_session(training_class), make_session(training_class, hour=14, hours=2)
    good, short, absent = (make_enrolment(training_class) for _ in range(3))
    services.record_attendance(session=morning, present=[(good, 180), (short, 100)], by=SYSTEM)
    services.record_attendance(session=afternoon, present=[(good, 60), (short, 120)], by=SYSTEM)  # 240 and 220 of 300
    with clock.at(AFTER):
        services.close_session(session=morning, by=SYSTEM)
        with pytest.raises(Refused, match="1 个课次"):
            services.close_class(training_class=training_class, by=SYSTEM)
        services.close_session(session=afternoon, by=SYSTEM)
        closed = services.close_class(training_class=training_class, by=SYSTEM)
        services.close_class(training_class=training_class, by=SYSTEM)
    states = {e.pk: e.state for e in ClassEnrolment.objects.all()}
    assert states == {good.pk: "completed", short.pk: "not_met", absent.pk: "not_met"}
    line = Line.objects.get(kind="completed")
    assert (line.person_id, line.occasion, line.facts["attended_minutes"]) == (good.person_id, training_class.uuid, 240)
    assert Line.objects.filter(kind="held", topic="class").count() == 1
    with pytest.raises(Refused):
        make_enrolment(closed)


def test_cancel_class_leaves_nothing_scheduled_and_nobody_in(world: World):
    training_class = make_class(world.county)
    session, _enrolment = make_session(training_class), make_enrolment(training_class)
    services.cancel_class(training_class=training_class, reason="经费未到位", by=SYSTEM)
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    assert (net("scheduled"), net("withdrawn")) == (0, 1)


def test_headcount_is_corrected_by_a_counter_line(world: World):
    session = make_session(make_class(world.county))
    services.record_headcount(session=session, quantity=12, by=SYSTEM)
    services.record_headcount(session=session, quantity=12, by=SYSTEM)
    services.record_headcount(session=session, quantity=15, by=SYSTEM)
    assert sum(line.sign * line.quantity for line in Line.objects.filter(kind="headcount")) == 15
    assert Line.objects.filter(kind="headcount").count() == 3


@pytest.mark.parametrize(
    "act",
    [
        lambda c, s, e, by: services.update_class(training_class=c, title="改名", by=by),
        lambda c, s, e, by: services.plan_session(
            training_class=c, title="又一课", starts_at=s.starts_at, ends_at=s.ends_at, by=by
        ),
        lambda c, s, e, by: services.update_session(session=s, title="改名", by=by),
        lambda c, s, e, by: services.enrol(training_class=c, person=e.person, by=by),
        lambda c, s, e, by: services.withdraw(enrolment=e, reason="原因", by=by),
        lambda c, s, e, by: services.record_attendance(session=s, present=[(e, 10)], by=by),
        lambda c, s, e, by: services.record_headcount(session=s, quantity=3, by=by),
        lambda c, s, e, by: services.close_session(session=s, by=by),
        lambda c, s, e, by: services.cancel_session(session=s, reason="原因", by=by),
        lambda c, s, e, by: services.close_class(training_class=c, by=by),
        lambda c, s, e, by: services.cancel_class(training_class=c, reason="原因", by=by),
        lambda c, s, e, by: services.change_class_state(training_class=c, state="open", by=by),
    ],
)
def test_a_manager_of_another_county_finds_no_class(world: World, act):
    training_class = make_class(world.county)
    session, enrolment = make_session(training_class), make_enrolment(training_class)
    lines = Line.objects.count()
    outsider = make_actor(Role.CLASS_MANAGER, world.other_county)
    trainer = make_actor(Role.TRAINER, world.county)
    for by in (outsider, trainer):
        with pytest.raises(Missing):
            act(training_class, session, enrolment, by)
    assert Line.objects.count() == lines


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": dt.date(2020, 1, 1)},
        {"capacity": 0},
        {"attendance_floor_percent": 101},
        {"state": "held"},
        {"state": "lost"},
        {"cancelled_reason": "原因"},
    ],
)
def test_the_database_refuses_an_impossible_class(world: World, changes):
    training_class = make_class(world.county)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingClass.objects.filter(pk=training_class.pk).update(**changes)
