"""Seats, the waiting list, transfers and identification under real threads on a committed database."""

from __future__ import annotations

import pytest

from courses import services
from courses.models import ClassEnrolment, SignUp, WalkIn
from courses.states import EnrolmentState, SignUpState
from lms.core.errors import Refused
from lms.ledger.models import Line
from lms.notices.models import Notice
from tests.courses.test_races import together
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_learner, make_open_class, make_session, make_sign_up
from tests.factories.world import make_division_tree, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def inside(training_class) -> int:
    return training_class.enrolments.filter(state=EnrolmentState.ENROLLED).count()


def test_eight_phones_race_for_the_last_three_seats():
    world = make_division_tree()
    found = make_open_class(world.county, capacity=3)
    learners = [make_learner(world.township) for _ in range(8)]
    got = together(*[lambda p=p, a=a: services.sign_up(training_class=found, person=p, by=a) for p, a in learners])
    assert sorted(row.state for row in got) == ["accepted"] * 3 + ["waiting"] * 5
    assert sorted(row.number for row in got) == list(range(1, 9))
    assert {row.number for row in got if row.state == SignUpState.ACCEPTED} == {1, 2, 3}
    assert inside(found) == Line.objects.filter(kind="enrolled").count() == 3


def test_shares_hold_when_two_counties_race():
    world = make_division_tree()
    found = make_open_class(world.prefecture, capacity=3)
    services.set_quotas(
        training_class=found, shares=[services.Share(world.county, 2), services.Share(world.other_county, 1)], by=SYSTEM
    )
    learners = [make_learner(place) for place in (world.county, world.other_county) * 4]
    together(*[lambda p=p, a=a: services.sign_up(training_class=found, person=p, by=a) for p, a in learners])
    seated = found.enrolments.values_list("division__code", flat=True)
    assert sorted(seated) == ["530602", "530621", "530621"]


def test_seats_given_back_at_once_go_to_the_next_in_order_each_once():
    world = make_division_tree()
    found = make_open_class(world.county, capacity=3)
    rows = [make_sign_up(found) for _ in range(7)]
    enrolments = list(found.enrolments.order_by("pk"))
    together(*[lambda e=e: services.withdraw(enrolment=e, reason="下乡", kind="work", by=SYSTEM) for e in enrolments * 2])
    states = list(found.sign_ups.order_by("number").values_list("state", flat=True))
    assert states == ["withdrawn"] * 3 + ["accepted"] * 3 + ["waiting"]
    assert inside(found) == 3
    promoted = [row.person.user_id for row, _actor in rows[3:6]]
    assert sorted(Notice.objects.filter(kind="class.seat_freed").values_list("user_id", flat=True)) == sorted(promoted)


def test_approving_and_declining_at_once_is_one_of_the_two():
    world = make_division_tree()
    found = make_open_class(world.county, needs_approval=True, capacity=1)
    asked, _actor = make_sign_up(found)
    got = together(
        *[lambda: services.approve_sign_up(sign_up=asked, by=SYSTEM)] * 3,
        *[lambda: services.decline_sign_up(sign_up=asked, reason="不符", by=SYSTEM)] * 3,
    )
    state = SignUp.objects.get().state
    assert inside(found) == (state == SignUpState.ACCEPTED)
    assert sum(isinstance(one, Refused) for one in got) == 3
    assert not [one for one in got if isinstance(one, Exception) and not isinstance(one, Refused)]


def test_transfers_across_do_not_lock_each_other():
    world = make_division_tree()
    one, other = make_class(world.county), make_class(world.county)
    here, there = [make_enrolment(one) for _ in range(3)], [make_enrolment(other) for _ in range(3)]
    got = together(
        *[lambda e=e: services.transfer(enrolment=e, to=other, reason="对调", by=SYSTEM) for e in here],
        *[lambda e=e: services.transfer(enrolment=e, to=one, reason="对调", by=SYSTEM) for e in there],
    )
    assert all(isinstance(row, ClassEnrolment) for row in got)
    assert inside(one) == inside(other) == 3
    assert Line.objects.filter(kind="withdrawn").count() == 6


def test_identifying_one_person_at_once_is_once():
    world = make_division_tree()
    session = make_session(make_class(world.county))
    walk_ins = [services.enter_walk_in(session=session, name="来宾", by=SYSTEM) for _ in range(3)]
    person = make_person(world.township)
    together(*[lambda w=w: services.identify_walk_in(walk_in=w, person=person, by=SYSTEM) for w in walk_ins * 2])
    assert WalkIn.objects.filter(person=person).count() == 1
    standing = Line.objects.standing().filter(slot=str(session.uuid))
    assert sum(line.quantity for line in standing.filter(kind__in=["headcount", "attended"])) == 3
