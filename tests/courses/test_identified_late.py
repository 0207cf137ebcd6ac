"""Heads and walk-ins identified after their class was closed and their month locked: never one more, and the result settled."""

from __future__ import annotations

from collections import Counter

import pytest
from django.urls import reverse

from courses import services
from courses.models import ClassEnrolment
from courses.states import EnrolmentState
from lms.core import clock
from lms.core.errors import Refused
from lms.ledger.models import Line
from lms.ledger.services import lock_period
from tests.factories.courses import SYSTEM, local, make_class, make_enrolment, make_session
from tests.factories.world import World, make_client, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(world: World):
    """A class of one half-day with three heads counted and one walk-in, closed, its month locked."""
    training_class = make_class(world.county)
    session = make_session(training_class)
    with clock.at(local(2026, 11, 2, 13)):
        services.record_headcount(session=session, quantity=3, by=SYSTEM)
        walk_in = services.enter_walk_in(session=session, name="李来宾", by=SYSTEM)
        absent = make_enrolment(training_class, make_person(world.township, name="王建国"))
        services.close_session(session=session, by=SYSTEM)
        services.close_class(training_class=training_class, by=SYSTEM)
        lock_period(division=world.county, period=202611, by=SYSTEM)
    with clock.at(local(2026, 12, 3)):
        yield session, walk_in, absent


def by_period(*kinds: str) -> Counter[tuple[str, int]]:
    """Signed quantities by kind and the month reported in, added up one line at a time."""
    found: Counter[tuple[str, int]] = Counter()
    for line in Line.objects.filter(kind__in=kinds):
        found[line.kind, line.posted_period] += line.sign * line.quantity
    return found


def test_the_locked_month_stands_and_the_total_stays(world: World, closed):
    session, walk_in, absent = closed
    before = by_period("headcount", "attended", "completed")
    assert before == {("headcount", 202611): 4}
    client = make_client(make_user("class_manager", world.county))
    page = client.get(reverse("courses:walk_ins", args=[session.uuid])).content.decode()
    assert "班次已结" in page
    for address, who in [
        (reverse("courses:walk_in_identify", args=[walk_in.uuid]), "李来宾"),
        (reverse("courses:identify_from_count", args=[session.uuid]), "赵某某"),
    ]:
        sent = {"who": who, "is_new": "on", "division": "530621103", "phone": ""}
        assert client.post(address, sent).status_code == 302
    services.identify_from_count(session=session, person=absent.person, by=SYSTEM)
    services.identify_from_count(session=session, person=absent.person, by=SYSTEM)
    after = by_period("headcount", "attended", "completed")
    assert after == {
        ("headcount", 202611): 4,  # as signed
        ("headcount", 202612): -3,
        ("attended", 202612): 3,
        ("completed", 202612): 3,
    }
    assert sum(n for (kind, _period), n in after.items() if kind in ("headcount", "attended")) == 4
    absent.refresh_from_db()
    assert absent.state == EnrolmentState.COMPLETED
    assert set(ClassEnrolment.objects.values_list("state", flat=True)) == {EnrolmentState.COMPLETED}
    assert "还可认定 1 人" in client.get(reverse("courses:walk_ins", args=[session.uuid])).content.decode()


def test_nobody_is_entered_counted_or_struck_off_any_more(closed):
    session, walk_in, _absent = closed
    for act in (
        lambda: services.record_headcount(session=session, quantity=9, by=SYSTEM),
        lambda: services.enter_walk_in(session=session, name="某人", by=SYSTEM),
        lambda: services.strike_walk_in(walk_in=walk_in, reason="重复", by=SYSTEM),
    ):
        with pytest.raises(Refused, match="不能再改动"):
            act()


def test_below_the_floor_of_a_longer_class_the_result_says_so(world: World):
    training_class = make_class(world.county)
    sessions = [make_session(training_class), make_session(training_class, hour=14)]
    known = make_person(world.township)
    enrolment = make_enrolment(training_class, known)
    services.record_headcount(session=sessions[0], quantity=1, by=SYSTEM)
    services.record_headcount(session=sessions[1], quantity=2, by=SYSTEM)
    with clock.at(local(2026, 11, 3)):
        for session in sessions:
            services.close_session(session=session, by=SYSTEM)
        services.close_class(training_class=training_class, by=SYSTEM)
        stranger = make_person(world.township, name="赵某某")
        services.identify_from_count(session=sessions[0], person=stranger, by=SYSTEM)
        services.identify_from_count(session=sessions[1], person=known, by=SYSTEM)
        states = dict(ClassEnrolment.objects.values_list("person_id", "state"))
        assert states == {known.pk: EnrolmentState.NOT_MET, stranger.pk: EnrolmentState.NOT_MET}
        services.identify_from_count(session=sessions[1], person=stranger, by=SYSTEM)
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.NOT_MET
    assert ClassEnrolment.objects.get(person=stranger).state == EnrolmentState.COMPLETED
    assert Line.objects.filter(kind="completed").count() == 1
