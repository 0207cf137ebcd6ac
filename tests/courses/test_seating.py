"""Seats: the pure rule against a slow recount, and a class with its queue against a model, over random orders."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from courses import services
from courses.models import ClassEnrolment
from courses.seating import Hindrance, Quota, Seat, hindrance, next_in_line
from courses.states import SignUpState
from lms.ledger.models import Line
from lms.notices.models import Notice
from tests.factories.courses import SYSTEM, make_learner, make_open_class
from tests.factories.world import make_division_tree

PATHS = ("/53/5306/530621/", "/53/5306/530602/", "/53/5306/530621/530621103/")
seats = st.builds(Seat, st.sampled_from(PATHS), st.sampled_from([None, 1, 2]))
quotas = st.lists(
    st.builds(Quota, st.sampled_from(["/53/5306/", *PATHS]), st.sampled_from([None, 1]), st.integers(0, 4)), max_size=4
)


def test_a_share_full_leaves_the_other_counties_alone():
    given_out = [Quota(PATHS[0], None, 1), Quota(PATHS[1], None, 2)]
    here, there = Seat(PATHS[2]), Seat(PATHS[1])
    assert hindrance(here, taken=[], capacity=3, quotas=given_out) is None
    assert hindrance(here, taken=[here], capacity=3, quotas=given_out) is Hindrance.QUOTA
    assert hindrance(there, taken=[here], capacity=3, quotas=given_out) is None
    assert hindrance(there, taken=[here, there], capacity=2, quotas=given_out) is Hindrance.FULL
    assert hindrance(Seat("/51/5113/511381/"), taken=[], capacity=3, quotas=given_out) is Hindrance.NONE_GIVEN


def test_a_share_of_a_category_binds_that_category_only():
    given_out = [Quota("/53/", None, 9), Quota("/53/", 1, 1)]
    assert hindrance(Seat(PATHS[0], 1), taken=[Seat(PATHS[1], 1)], capacity=None, quotas=given_out) is Hindrance.QUOTA
    assert hindrance(Seat(PATHS[0], 2), taken=[Seat(PATHS[1], 1)], capacity=None, quotas=given_out) is None


@given(st.lists(seats, max_size=12), st.one_of(st.none(), st.integers(0, 8)), quotas)
def test_nobody_seated_breaks_a_limit_and_nobody_left_could_be_seated(wanted, capacity, given_out):
    keys = next_in_line(enumerate(wanted), taken=[], capacity=capacity, quotas=given_out)
    seated = [wanted[key] for key in keys]
    assert keys == sorted(keys)
    assert capacity is None or len(seated) <= capacity
    for quota in given_out:
        inside = [s for s in seated if s.path.startswith(quota.path) and (quota.category is None or quota.category == s.category)]
        assert len(inside) <= quota.seats
    for key, seat in enumerate(wanted):
        if key not in keys:
            assert hindrance(seat, taken=seated, capacity=capacity, quotas=given_out) is not None


class Queue(RuleBasedStateMachine):
    """A class of three seats, two counties with shares, approval wanted. The model: who asked, in order, who holds a seat."""

    @initialize()
    def build(self):
        self.world = make_division_tree()
        self.capacity = 3
        self.found = make_open_class(self.world.prefecture, capacity=self.capacity, needs_approval=True)
        self.shares = {"530621": 2, "530602": 1}
        self._share()
        self.line: list[int] = []  # sign-ups that wait, in order
        self.holding: dict[int, str] = {}  # sign-up -> county, holding a seat
        self.approved: set[int] = set()
        self.rows: dict[int, object] = {}
        self.county: dict[int, str] = {}

    def _share(self):
        places = {"530621": self.world.county, "530602": self.world.other_county}
        services.set_quotas(
            training_class=self.found, shares=[services.Share(places[c], n) for c, n in self.shares.items()], by=SYSTEM
        )

    def _free(self, county: str) -> bool:
        taken = sum(1 for place in self.holding.values() if place == county)
        return len(self.holding) < self.capacity and taken < self.shares[county]

    def _fill(self):
        for key in list(self.line):
            if self._free(self.county[key]):
                self.line.remove(key)
                self.holding[key] = self.county[key]

    @rule(county=st.sampled_from(["530621", "530602"]))
    def ask(self, county):
        place = self.world.county if county == "530621" else self.world.other_county
        person, actor = make_learner(place)
        row = services.sign_up(training_class=self.found, person=person, by=actor)
        self.rows[row.pk] = actor
        self.county[row.pk] = county
        if self._free(county):
            self.holding[row.pk] = county
        else:
            self.line.append(row.pk)

    def _one(self, data):
        return self.found.sign_ups.get(pk=data.draw(st.sampled_from(sorted([*self.line, *self.holding]))))

    @precondition(lambda self: self.line or self.holding)
    @rule(data=st.data())
    def approve(self, data):
        row = self._one(data)
        services.approve_sign_up(sign_up=row, by=SYSTEM)
        self.approved.add(row.pk)

    @precondition(lambda self: self.line or self.holding)
    @rule(data=st.data())
    def decline_or_leave(self, data):
        row = self._one(data)
        if row.state == SignUpState.ACCEPTED:
            enrolment = self.found.enrolments.get(person=row.person)
            services.withdraw(enrolment=enrolment, reason="下乡任务", kind="work", by=SYSTEM)
        else:
            services.decline_sign_up(sign_up=row, reason="人员不符", by=SYSTEM)
        self.holding.pop(row.pk, None)
        if row.pk in self.line:
            self.line.remove(row.pk)
        self._fill()

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def take_back(self, data):
        key = data.draw(st.sampled_from(self.line))
        services.withdraw_sign_up(sign_up=self.found.sign_ups.get(pk=key), by=self.rows[key])
        self.line.remove(key)

    @rule(more=st.integers(0, 1), county=st.sampled_from(["530621", "530602"]))
    def grow(self, more, county):
        self.capacity += more
        services.update_class(training_class=self.found, capacity=self.capacity, by=SYSTEM)
        self._fill()
        if sum(self.shares.values()) < self.capacity:
            self.shares[county] += 1
            self._share()
            self._fill()

    @invariant()
    def the_class_is_as_the_model_says(self):
        if not hasattr(self, "line"):
            return
        rows = list(self.found.sign_ups.order_by("number"))
        assert [r.pk for r in rows if r.state == SignUpState.WAITING] == self.line
        assert {r.pk for r in rows if r.state in (SignUpState.APPLIED, SignUpState.ACCEPTED)} == set(self.holding)
        inside = {r.person_id for r in rows if r.pk in self.holding and r.pk in self.approved}
        entered = ClassEnrolment.objects.filter(training_class=self.found, state="enrolled")
        assert set(entered.values_list("person_id", flat=True)) == inside
        assert len(self.holding) <= self.capacity


class TestQueue(TestCase, Queue.TestCase):
    settings = settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_whoever_moves_up_is_told_once(world):
    found = make_open_class(world.county, capacity=1)
    first, first_actor = make_learner(world.county)
    second, second_actor = make_learner(world.township)
    services.sign_up(training_class=found, person=first, by=first_actor)
    waiting = services.sign_up(training_class=found, person=second, by=second_actor)
    assert waiting.state == SignUpState.WAITING
    services.withdraw_own(enrolment=found.enrolments.get(person=first), reason="下乡", kind="work", by=first_actor)
    waiting.refresh_from_db()
    assert waiting.state == SignUpState.ACCEPTED
    assert Notice.objects.filter(user=second.user, kind="class.seat_freed").count() == 1
    assert list(Line.objects.filter(occasion=found.uuid).order_by("position").values_list("kind", "person_id")) == [
        ("enrolled", first.pk),
        ("withdrawn", first.pk),
        ("enrolled", second.pk),
    ]
