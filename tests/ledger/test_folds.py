"""Person-times, persons and hours on histories small enough to count by hand."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from lms.core import positions
from lms.ledger import selectors, services
from lms.ledger.models import Line
from lms.ledger.selectors import lines
from tests.factories import ledger as book
from tests.factories.world import make_person

D1, D2, D3 = dt.date(2022, 1, 30), dt.date(2022, 1, 31), dt.date(2022, 2, 1)
YEAR = (dt.date(2022, 1, 1), dt.date(2022, 12, 31))


@pytest.fixture
def a_class(world):
    """Three half-days of 180 minutes over the turn of a month, in 鲁甸县."""
    occasion = uuid.uuid4()
    return [book.scheduled(occasion, day, world.county) for day in (D1, D2, D3)]


def year(where, as_of=None):
    return selectors.Scope.of(where, *YEAR, as_of=as_of)


def test_person_time_needs_the_floor(world, a_class):
    person = make_person(world.county)
    for half_day in a_class[:2]:
        book.attended(person, half_day)
    assert selectors.person_times(year(world.county)) == 0  # 360 of 540 minutes is under 80 %
    book.attended(person, a_class[2], minutes=72)
    assert selectors.person_times(year(world.county)) == 1  # 432 of 540 is 80 %
    assert selectors.person_times(year(world.other_county)) == 0


def test_spanning_class_counts_in_its_last_month(world, a_class):
    person = make_person(world.county)
    for half_day in a_class:
        book.attended(person, half_day)
    january = selectors.Scope.of(world.nation, dt.date(2022, 1, 1), dt.date(2022, 1, 31))
    february = selectors.Scope.of(world.nation, dt.date(2022, 2, 1), dt.date(2022, 2, 28))
    assert (selectors.person_times(january), selectors.person_times(february)) == (0, 1)
    assert selectors.minutes_and_hours(january).minutes == 360  # minutes stay on their day


def test_one_person_in_two_counties_is_one_person_of_the_province(world):
    person = make_person(world.county)
    for division in (world.county, world.other_county, world.far_county):
        half_day = book.scheduled(uuid.uuid4(), D1, division)
        book.attended(person, half_day, division=division)
    everywhere = year(world.province)
    assert selectors.person_times(everywhere) == 3
    assert selectors.persons(everywhere) == 1
    assert [selectors.persons(year(d)) for d in (world.county, world.other_county, world.far_county)] == [1, 1, 1]


def test_online_course_counts_once_per_completion(world):
    person, course = make_person(world.county), uuid.uuid4()
    book.studied(person, course, uuid.uuid4(), D1, 30)
    assert selectors.person_times(year(world.county)) == 0
    book.completed_course(person, course, D2)
    assert selectors.person_times(year(world.county)) == 1


def test_reversed_line_is_gone_now_and_stands_as_of_then(world, a_class):
    person = make_person(world.county)
    lines = [book.attended(person, half_day) for half_day in a_class]
    then = positions.closed()
    services.reverse(lines[0], reason="签错", by=book.BY)
    assert selectors.person_times(year(world.county)) == 0
    assert selectors.person_times(year(world.county, as_of=then)) == 1
    assert Line.objects.as_of(None).filter(kind="attended").count() == 2


def test_half_day_basis_counts_each_slot(world, a_class):
    person = make_person(world.county)
    for half_day in a_class[:2]:
        book.attended(person, half_day, minutes=10)
    basis = selectors.basis_by_code("half_day")
    assert selectors.person_times(year(world.county), basis) == 2
    assert selectors.persons(year(world.county), basis) == 1


def test_line_of_a_locked_month_is_reported_in_the_next_open_one(world):
    services.lock_period(division=world.prefecture, period=202201, by=book.BY)
    half_day = book.scheduled(uuid.uuid4(), D1, world.county)
    line = book.attended(make_person(world.county), half_day)
    assert (line.posted_period, line.posted_on) == (202202, dt.date(2022, 2, 1))
    february = selectors.Scope.of(world.county, dt.date(2022, 2, 1), dt.date(2022, 2, 28))
    assert selectors.person_times(february) == 1
    elsewhere = book.scheduled(uuid.uuid4(), D1, world.far_county)
    assert elsewhere.posted_period == 202201


def test_hours_are_stamped_when_posted(world):
    person = make_person(world.county)
    line = book.attended(person, book.scheduled(uuid.uuid4(), D1, world.county), minutes=90)
    assert (line.hour_scheme.code, line.hour_hundredths) == ("minutes-45", 200)
    services.create_hour_scheme(
        code="local",
        name="本地办法",
        hour_rules={"default": {"each": "3"}},
        source="测试文件",
        division=world.province,
        is_default=True,
        by=book.BY,
    )
    later = book.attended(person, book.scheduled(uuid.uuid4(), D2, world.county), minutes=90)
    assert (later.hour_scheme.code, later.hour_hundredths) == ("local", 300)
    assert str(selectors.minutes_and_hours(year(world.county)).hours) == "5"


def test_video_steps_value_a_lesson_studied_on_two_days_as_one(world):
    person, course, lesson = make_person(world.county), uuid.uuid4(), uuid.uuid4()
    for day in (D1, D2):
        book.studied(person, course, lesson, day, 16)
    scheme = selectors.scheme_by_code("video-steps")
    found = selectors.minutes_and_hours(year(world.county), scheme=scheme)
    assert (found.minutes, found.hundredths) == (32, 100)


@pytest.mark.parametrize("where", ["nation", "province", "county"])
def test_occasions_named_or_joined_give_the_same_units(world, a_class, monkeypatch, where):
    """A class too many for the list of a statement is found by the subquery: the same lines either way."""
    person = make_person(world.county)
    for half_day in a_class:
        book.attended(person, half_day)
    elsewhere = book.scheduled(uuid.uuid4(), D2, world.far_county)
    book.attended(person, elsewhere, division=world.far_county)
    scope = year(getattr(world, where))
    named = selectors.counted(scope)
    monkeypatch.setattr(lines, "_nameable", lambda _alias: 0)
    assert selectors.counted(scope) == named != []
    assert len(named) == (1 if where == "county" else 2)
