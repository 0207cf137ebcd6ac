"""Entering, completing and leaving a cultivation programme, with one line each."""

import datetime as dt

import pytest

from lms.core.errors import BadInput, Refused
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.supervision import services
from tests.factories.supervision import START, make_programme
from tests.factories.world import make_person

LAST = dt.date(2026, 10, 31)


def kinds(person):
    return list(Line.objects.filter(person=person).order_by("position").values_list("kind", flat=True))


def start(world, person, **changes):
    values = {"person": person, "programme": make_programme(world.division), "started_on": START, "by": world.system}
    return services.start_cultivation(**{**values, **changes})


def test_starting_twice_leaves_one_line(world):
    person = make_person(world.division)
    first = start(world, person)
    assert start(world, person) == first
    assert kinds(person) == [Kind.CULTIVATION_STARTED]
    line = Line.objects.get(person=person)
    assert (line.occasion, line.programme, line.division) == (first.programme.uuid, first.programme, world.division)


def test_many_at_once(world):
    people = [make_person(world.division, name=f"干部{i}") for i in range(12)]
    joined = services.start_cultivation_many(
        people=people, programme=make_programme(world.division), started_on=START, by=world.system
    )
    assert [p.person for p in joined] == people
    assert Line.objects.filter(kind=Kind.CULTIVATION_STARTED).count() == 12


def test_completed_once(world):
    person = make_person(world.division)
    participation = start(world, person)
    services.complete_cultivation(participation=participation, completed_on=LAST, by=world.system)
    again = services.complete_cultivation(participation=participation, completed_on=LAST, by=world.system)
    assert again.completed_on == LAST
    assert kinds(person) == [Kind.CULTIVATION_STARTED, Kind.CULTIVATION_COMPLETED]
    with pytest.raises(Refused):
        services.end_cultivation(participation=participation, ended_on=LAST, reason="调离", by=world.system)


def test_left_before_its_end(world):
    person = make_person(world.division)
    participation = start(world, person)
    services.end_cultivation(participation=participation, ended_on=LAST, reason="调离", by=world.system)
    assert kinds(person) == [Kind.CULTIVATION_STARTED, Kind.CULTIVATION_ENDED]
    with pytest.raises(Refused):
        services.complete_cultivation(participation=participation, completed_on=LAST, by=world.system)


def test_a_training_programme_is_no_cultivation(world):
    programme = make_programme(world.division, code="PX-2026", kind="training")
    with pytest.raises(BadInput):
        start(world, make_person(world.division), programme=programme)


def test_completed_before_it_began(world):
    participation = start(world, make_person(world.division))
    with pytest.raises(BadInput):
        services.complete_cultivation(participation=participation, completed_on=dt.date(2025, 1, 1), by=world.system)
