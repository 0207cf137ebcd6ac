"""Handing in while others go on posting: the month is folded first and locked in a moment; no line is lost between the two."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid

import pytest

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core.errors import Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line, PeriodLock
from lms.people import services as people
from lms.places.changing import Heir, change_division
from lms.reports.approval import payloads, services
from lms.reports.models import Submission
from lms.reports.states import Status
from tests.factories import ledger as book
from tests.factories.threads import together
from tests.factories.world import make_actor, make_division_tree, make_person
from tests.reports.test_approval import DAY, MARCH, Offices

SOON = 5
LOCKING = 20  # queries, the seal's among them
FEBRUARY_DAY, APRIL_DAY = dt.date(2022, 2, 1), dt.date(2022, 4, 1)


class Month:
    """A county's March: five attended 180 of 300 planned minutes where 75 % are asked, one completed a course.

    The class met once in February and once in March in another prefecture: none of the five was there.
    """

    def __init__(self, world):
        self.world, self.by = world, make_actor(Role.CLASS_MANAGER, world.county)
        self.occasion, self.course = uuid.uuid4(), uuid.uuid4()
        self.before = book.scheduled(self.occasion, FEBRUARY_DAY, world.far_county, minutes=60)
        self.here = book.scheduled(self.occasion, DAY, world.county, facts={"floor_percent": 75})
        self.there = book.scheduled(self.occasion, DAY, world.far_county, minutes=60)
        self.persons = [make_person(world.county) for _ in range(5)]
        self.attended = [book.attended(person, self.here) for person in self.persons]
        self.completed = book.completed_course(self.persons[0], self.course, DAY)

    def submit(self):
        return services.submit(division=self.world.county, period=MARCH, by=self.by)


MOVES = {
    "a line of the month": lambda m: book.line(Kind.HEADCOUNT, DAY, division=m.world.township, quantity=3),
    "a line of the month taken back": lambda m: ledger.reverse(m.attended[0], reason="签错", by=book.BY),
    "a course taken back": lambda m: ledger.reverse(m.completed, reason="签错", by=book.BY),
    "a half-day elsewhere called off": lambda m: ledger.reverse(m.there, reason="取消", by=book.BY),
    "a half-day elsewhere, before": lambda m: book.attended(m.persons[1], m.before, division=m.world.far_county),
    "two who are one": lambda m: people.merge(kept=m.persons[0], duplicate=m.persons[1], reason="同一人", by=book.BY),
    "a county that changes": lambda m: change_division(
        before=m.world.other_county,
        heirs=[Heir("530629", "昭阳市", m.world.prefecture)],
        happened_on=dt.date(2022, 5, 1),
        source="测试用通知",
        by=m.world.system,
    ),
}
LEAVES = {
    "nothing": lambda m: None,
    "a line of another county": lambda m: book.line(Kind.HEADCOUNT, DAY, division=m.world.other_county),
    "a line of another month": lambda m: book.line(Kind.HEADCOUNT, FEBRUARY_DAY, division=m.world.county),
    "a later course": lambda m: book.completed_course(m.persons[1], m.course, APRIL_DAY),
    "the same course again": lambda m: book.completed_course(m.persons[0], m.course, APRIL_DAY),
    "a half-day that is not enough": lambda m: book.attended(m.persons[1], m.before, minutes=10, division=m.world.far_county),
    "a later class": lambda m: book.attended(m.persons[2], book.scheduled(uuid.uuid4(), APRIL_DAY, m.world.county)),
}


@pytest.fixture
def month(world):
    return Month(world)


@pytest.fixture
def folding(monkeypatch):
    """What happens after each fold, in turn; filled with the positions that were folded at."""
    figures, meanwhile, at = payloads.figures, [], []

    def folded(*args, **kwargs):
        found = figures(*args, **kwargs)
        at.append(kwargs["position"])
        if meanwhile:
            meanwhile.pop(0)()
        return found

    monkeypatch.setattr(payloads, "figures", folded)
    return meanwhile, at


@pytest.mark.parametrize("what", MOVES)
def test_what_moves_the_month_before_it_is_locked_is_in_it(month, folding, what):
    meanwhile, at = folding
    meanwhile.append(lambda: MOVES[what](month))
    row = month.submit()
    assert len(at) == 2 and row.closing_position == at[1]
    assert payloads.made_again(row) == row.payload


@pytest.mark.parametrize("what", LEAVES)
def test_what_leaves_the_month_alone_is_no_reason_to_fold_it_again(month, folding, what):
    meanwhile, at = folding
    meanwhile.append(lambda: LEAVES[what](month))
    row = month.submit()
    assert at == [row.closing_position]
    assert payloads.made_again(row) == row.payload
    basis, now = row.basis, Line.objects.order_by("-position")[0].position
    again = payloads.figures(month.world.county, MARCH, basis=basis, position=now)
    assert {**again, "position": at[0], "rests_on": []} == row.content


def test_where_something_always_comes_the_month_is_folded_with_the_position_held(month, folding):
    meanwhile, at = folding
    meanwhile += [lambda: MOVES["a line of the month"](month)] * services.TRIES
    row = month.submit()
    assert len(at) == services.TRIES + 1 and at[-1] > Line.objects.order_by("-position")[0].position
    assert row.content["total"]["unnamed"] == 3 * services.TRIES
    assert payloads.made_again(row) == row.payload


def test_a_nil_report_is_none_when_a_line_comes_while_it_is_made(world, folding):
    meanwhile, _at = folding
    prefecture = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    meanwhile.append(lambda: book.line(Kind.HEADCOUNT, DAY, division=world.township))
    made = services.declare_nil(division=world.prefecture, period=MARCH, by=prefecture)
    assert [row.division for row in made] == [world.other_county]


def test_a_province_is_locked_level_by_level(world, django_assert_num_queries):
    """Two counties and two prefectures under it, or hundreds: the same queries."""
    book.line(Kind.HEADCOUNT, DAY, division=world.county)
    offices = Offices(world)
    top = offices.to_the_province()
    with django_assert_num_queries(LOCKING):
        services.lock(submission=top, by=offices.head)
    events = AuditEvent.objects.filter(verb="reports.submission.locked")
    rows = Submission.objects.standing().filter(status=Status.LOCKED)
    assert {(e.record_uuid, e.details["sha256"]) for e in events} == {(r.uuid, r.payload_sha256) for r in rows}
    assert {e.division_path for e in events} == {r.division.path for r in rows} and events.count() == 5


# with threads, on both engines


@pytest.mark.django_db(transaction=True)
def test_others_post_while_a_month_is_folded(monkeypatch):
    month, figures = Month(make_division_tree()), payloads.figures
    begun, posted = threading.Event(), threading.Event()

    def slowly(*args, **kwargs):
        begun.set()
        assert posted.wait(SOON), "whoever posts waits for the fold"
        return figures(*args, **kwargs)

    def posts():
        begun.wait(SOON)
        line = book.line(Kind.HEADCOUNT, DAY, division=month.world.foreign_county)
        posted.set()
        return line

    monkeypatch.setattr(payloads, "figures", slowly)
    row, line = together(month.submit, posts)
    assert isinstance(row, Submission), row
    assert line.position > row.closing_position


@pytest.mark.django_db(transaction=True)
def test_a_line_of_a_month_being_handed_in_is_in_what_is_signed_or_in_the_next(monkeypatch):
    """Three post all the while, two hand in at once."""
    month, figures, closed = Month(make_division_tree()), payloads.figures, threading.Event()

    def slowly(*args, **kwargs):
        found = figures(*args, **kwargs)
        time.sleep(0.05)
        return found

    def submits():
        try:
            return month.submit()
        finally:
            closed.set()

    def posts():
        after = 0
        while after < 2:
            after += closed.is_set()
            book.line(Kind.HEADCOUNT, DAY, division=month.world.township)
            time.sleep(0.02)

    monkeypatch.setattr(payloads, "figures", slowly)
    one, other, *failures = together(submits, submits, posts, posts, posts)
    assert failures == [None] * 3
    assert isinstance(one, Submission) and isinstance(other, Submission) and one.pk == other.pk, (one, other)
    inside, later = (Line.objects.filter(kind=Kind.HEADCOUNT, posted_period=period) for period in (MARCH, 202204))
    assert one.content["total"]["unnamed"] == inside.count() > 0 < later.count()
    assert not inside.filter(position__gt=one.closing_position).exists()
    assert payloads.made_again(one) == one.payload


@pytest.mark.django_db(transaction=True)
def test_nothing_is_returned_while_the_level_above_comes_to_rest_on_it(monkeypatch):
    month = Month(make_division_tree())
    w, offices = month.world, Offices(month.world)
    county = services.accept(submission=month.submit(), by=offices.checker)
    services.declare_nil(division=w.prefecture, period=MARCH, by=offices.prefecture)
    services.accept_nil(division=w.prefecture, period=MARCH, by=offices.checker)
    checked, lift = threading.Event(), services.posting.lift_lock

    def slowly(**terms):
        checked.set()
        time.sleep(1)
        return lift(**terms)

    def above():
        checked.wait(SOON)
        return services.submit(division=w.prefecture, period=MARCH, by=offices.prefecture)

    monkeypatch.setattr(services.posting, "lift_lock", slowly)
    returned, handed_in = together(
        lambda: services.return_submission(submission=county, reason="少一场", by=offices.checker), above
    )
    assert returned.status == Status.RETURNED and isinstance(handed_in, Refused), (returned, handed_in)
    assert not Submission.objects.standing().filter(rests_on__status=Status.RETURNED).exists()
    assert not PeriodLock.objects.filter(division=w.county, lifted_at__isnull=True).exists()
