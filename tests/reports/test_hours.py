"""Each hour says why it counts, under which scheme, toward which regime; needs met by hand-counted hours; scope."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.accounts.roles import Role
from lms.core import clock
from lms.ledger import services
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import HourRegime
from lms.ledger.regimes import Why
from lms.ledger.selectors.hours import hour_book
from tests.factories import ledger as book
from tests.factories.world import make_client, make_person, make_user

YEAR = 2025
DAY = dt.date(YEAR, 5, 10)


@pytest.fixture
def learner(world):
    return make_person(world.county, user=make_user())


def toward(row):
    return {regime.code: (weighed.why, weighed.amount) for regime, weighed in row.toward}


def test_one_half_day_counts_toward_all_three_regimes_in_their_own_units(world, learner):
    book.line(Kind.EMPLOYED, dt.date(2020, 7, 1), person=learner)
    book.line(Kind.LICENSED, dt.date(2024, 9, 1), person=learner, topic="junior")
    book.line(Kind.REGISTERED, dt.date(2024, 10, 1), person=learner, topic="junior", facts={"valid_to": "2027-09-30"})
    book.attended(learner, book.scheduled(uuid.uuid4(), DAY, world.county))
    found = hour_book(learner, YEAR)
    [row] = found.lines
    assert toward(row) == {
        "registration": (Why.COUNTS, Decimal("3.00")),  # 180 minutes are three hours of the clock
        "professional": (Why.COUNTS, Decimal(4)),  # and four of 45 minutes
        "cadre": (Why.COUNTS, Decimal(4)),
    }
    asked = {s.regime.code: [(n.only, n.have, n.asked, n.days) for n in s.needs] for s in found.standings}
    assert asked == {
        "registration": [("", Decimal("3.00"), Decimal(72), None)],
        "professional": [("", Decimal(4), Decimal(90), None), ("professional", Decimal(4), Decimal(60), None)],
        "cadre": [("", Decimal(4), Decimal(90), Decimal("0.5")), ("online", Decimal(0), Decimal(50), None)],
    }


def test_hours_outside_the_relation_count_for_nothing_and_say_so(world, learner):
    book.line(Kind.LICENSED, dt.date(YEAR, 9, 1), person=learner, topic="middle")
    line = book.attended(learner, book.scheduled(uuid.uuid4(), DAY, world.county))
    services.reverse(book.attended(learner, book.scheduled(uuid.uuid4(), DAY, world.county)), reason="签错", by=book.BY)
    rows = {row.line.pk: toward(row) for row in hour_book(learner, YEAR).lines}
    assert {why for why, _amount in rows[line.pk].values()} == {Why.NOT_SUBJECT}
    assert {why for pk, found in rows.items() if pk != line.pk for why, _amount in found.values()} == {Why.REVERSED}
    assert hour_book(learner, YEAR).minutes == 180


def test_registration_hours_are_summed_over_the_whole_period_by_level(world, learner):
    book.line(Kind.REGISTERED, dt.date(2024, 1, 1), person=learner, topic="middle", facts={"valid_to": "2026-12-31"})
    for year in (2024, 2025):
        for _ in range(20):
            book.attended(learner, book.scheduled(uuid.uuid4(), dt.date(year, 6, 1), world.county))
    [standing] = [s for s in hour_book(learner, 2025).standings if s.regime.code == "registration"]
    [need] = standing.needs
    assert (need.have, need.asked, need.met) == (Decimal(120), Decimal(90), True)
    assert (standing.start, standing.end) == (dt.date(2024, 1, 1), dt.date(2026, 12, 31))


def test_twelve_days_stand_for_ninety_hours(world, learner):
    book.line(Kind.EMPLOYED, dt.date(2020, 7, 1), person=learner)
    for n in range(24):
        book.attended(learner, book.scheduled(uuid.uuid4(), DAY + dt.timedelta(days=n), world.county, minutes=90))
    [standing] = [s for s in hour_book(learner, YEAR).standings if s.regime.code == "cadre"]
    assert (standing.needs[0].have, standing.needs[0].days, standing.needs[0].met) == (Decimal(48), Decimal(12), True)


def test_a_later_rule_asks_from_its_day_on(world, learner):
    book.line(Kind.EMPLOYED, dt.date(2020, 7, 1), person=learner)
    old = HourRegime.objects.get(code="cadre")
    rules = {**old.rules, "needs": [{"amount": "100"}]}
    services.create_regime(code="cadre", name="新规", rules=rules, source="测试", valid_from=dt.date(YEAR, 1, 1), by=book.BY)
    asked = {year: [s.needs[0].asked for s in hour_book(learner, year).standings] for year in (YEAR - 1, YEAR)}
    assert asked == {YEAR - 1: [Decimal(90)], YEAR: [Decimal(100)]}


def test_own_page_and_offices_page(world, learner):
    person = learner
    book.studied(person, uuid.uuid4(), uuid.uuid4(), clock.today(), 30)
    book.line(Kind.HEADCOUNT, DAY, division=world.county, mode=Mode.ONLINE)
    mine = make_client(person.user).get(reverse("reports:my_hours"))
    assert mine.status_code == 200 and "45 分钟折 1 学时" in mine.content.decode()
    office = make_client(make_user(Role.CLASS_MANAGER, world.county))
    assert office.get(reverse("reports:person_hours", args=[person.uuid])).status_code == 200
    assert "reports/hours" in office.get(reverse("people:detail", args=[person.uuid])).content.decode()
    outside = make_client(make_user(Role.CLASS_MANAGER, world.foreign_county))
    assert outside.get(reverse("reports:person_hours", args=[person.uuid])).status_code == 404


def test_page_asks_as_much_for_three_lines_as_for_thirty(world, learner):
    client = make_client(learner.user)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("reports:my_hours")).status_code == 200
        return len(found)

    def study(count):
        for _ in range(count):
            book.studied(learner, uuid.uuid4(), uuid.uuid4(), clock.today(), 30)

    study(3)
    queries()
    few = queries()
    study(27)
    assert queries() == few
