"""Sittings: who may come, seats, codes, the window and what was granted; results hidden until released; papers not practised."""

from __future__ import annotations

import datetime as dt

import pytest

from exams import selectors, services
from exams.models import Attempt, SittingSeat, WrongEntry
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.notices.models import Notice
from lms.programmes import services as programmes
from tests.factories import exams as make
from tests.factories.programmes import make_programme

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def begin(seat, code=""):
    return services.start_in_sitting(seat=seat, by=make.actor_of(seat.person), code=code)


def test_a_paper_of_a_sitting_is_not_for_practice_until_released():
    seat = make.seat()
    person, paper = seat.person, seat.paper
    assert paper not in selectors.papers_open_to(person)
    with pytest.raises(Missing):
        services.start_attempt(paper=paper, person=person, by=make.actor_of(person))
    attempt = make.sat(seat, {1: "A"})
    assert attempt.state == "marked" and not attempt.tells_score and not WrongEntry.objects.exists()
    with clock.at(seat.sitting.ends_at + MINUTE):
        services.close_sitting(sitting=seat.sitting, by=make.SYSTEM)
        services.release_sitting(sitting=seat.sitting, by=make.SYSTEM)
    assert Attempt.objects.get(pk=attempt.pk).tells_score
    assert paper in selectors.papers_open_to(person)
    assert WrongEntry.objects.filter(person=person).count() == 1
    assert Notice.objects.filter(user=person.user, kind="exam.marked").count() == 1


def test_signing_up_twice_is_one_seat_and_strangers_are_missing():
    sitting = make.sitting()
    seat = make.seat(sitting)
    assert make.seat(sitting, seat.person) == seat
    away = make.consenting_learner(make.division("510104", "/51/5101/510104/"))
    with pytest.raises(Missing):
        make.seat(sitting, away)
    unasked = make.learner(sitting.division)
    with pytest.raises(Refused, match="同意"):
        make.seat(sitting, unasked)
    with pytest.raises(Missing):
        services.take_seat(sitting=sitting, person=unasked, by=make.actor_of(seat.person))
    assert AuditEvent.objects.filter(verb="exams.seat.taken").count() == 1


def test_seats_run_out_and_a_free_one_is_taken_again():
    sitting = make.sitting(seats=2, opens_in=30)
    first, second = make.seat(sitting), make.seat(sitting)
    with pytest.raises(Refused, match="考位已满"):
        make.seat(sitting)
    services.give_up_seat(seat=first, by=make.actor_of(first.person))
    third = make.seat(sitting)
    assert (second.number, third.number) == (2, 1)
    assert SittingSeat.objects.filter(sitting=sitting, released_at__isnull=True).count() == 2


def test_named_people_sign_up_themselves():
    sitting = make.sitting(audience="list")
    person, other = make.consenting_learner(), make.consenting_learner()
    assert services.invite(sitting=sitting, persons=[person, person], by=make.SYSTEM) in (1, 2)
    assert services.invite(sitting=sitting, persons=[person], by=make.SYSTEM) == 0
    assert sitting.invitations.count() == 1 and not sitting.seats_taken.exists()
    make.seat(sitting, person)
    with pytest.raises(Missing):
        make.seat(sitting, other)


def test_a_class_is_seated_as_the_ledger_knows_it_and_the_score_is_of_its_programme():
    class_uuid = make.demo_author("a class")
    place = make.division()
    programme = make_programme(place)
    agreed, silent, gone = make.consenting_learner(), make.learner(), make.consenting_learner()
    category = programmes.create_category(division=place, code="c1", name="乡镇干部", by=make.SYSTEM)
    for number, person in enumerate((agreed, silent, gone)):
        programmes.join(
            person=person, programme=programme, category=category, started_on=clock.today() - dt.timedelta(days=9), by=make.SYSTEM
        )
        _line(Kind.ENROLLED, person, class_uuid, programme, category, number)
    _line(Kind.WITHDRAWN, gone, class_uuid, programme, category, 9)
    sitting = make.sitting(place, audience="class", class_uuid=class_uuid, class_title="一班")
    assert services.seat_audience(sitting=sitting, by=make.SYSTEM) == (1, 1)
    assert services.seat_audience(sitting=sitting, by=make.SYSTEM) == (0, 1)
    seat = sitting.seats_taken.get()
    assert seat.person == agreed and seat.participation.programme == programme
    make.sat(seat, {1: "B"})
    line = Line.objects.get(kind="scored")
    assert (line.programme, line.category, line.occasion) == (programme, category, seat.paper.uuid)


def _line(kind, person, class_uuid, programme, category, number):
    ledger.post(
        [
            ledger.Draft(
                key=f"test:{kind}:{person.pk}:{number}",
                kind=kind,
                source_label="courses.classenrolment",
                source_uuid=make.demo_author(f"{kind}{number}"),
                happened_from=clock.now(),
                person=person,
                occasion_label="courses.trainingclass",
                occasion=class_uuid,
                programme=programme,
                category=category,
            )
        ],
        by=make.SYSTEM,
    )


def test_entry_needs_the_window_the_code_and_the_check_in():
    sitting = make.sitting(opens_in=30, has_access_code=True, needs_check_in=True, latest_entry_minutes=15)
    seat = make.seat(sitting)
    with pytest.raises(Refused, match="还没有开始"):
        begin(seat, sitting.access_code)
    with clock.at(sitting.starts_at + MINUTE):
        with pytest.raises(Refused, match="签到"):
            begin(seat, sitting.access_code)
        services.check_in(seat=seat, by=make.SYSTEM)
        with pytest.raises(Refused, match="入场码"):
            begin(seat, "WRONG1")
        attempt = begin(seat, f" {sitting.access_code.lower()} ")
        assert begin(seat) == attempt  # going on needs no code again
    late = make.seat(make.sitting(latest_entry_minutes=5))
    with pytest.raises(Refused, match="不能入场"):
        begin(late)


@pytest.mark.parametrize(("ago", "expected"), [(10, 30), (100, 20)])
def test_the_deadline_is_the_earlier_of_own_time_and_the_end_of_the_window(ago, expected):
    seat = make.seat(make.sitting(opens_in=-ago, minutes=120))
    attempt = begin(seat)
    assert round((attempt.deadline_at - attempt.started_at) / MINUTE) == expected
    assert attempt.closes_at - attempt.deadline_at == 3 * MINUTE


def test_extra_time_counts_at_once_and_never_past_the_window():
    sitting = make.sitting(opens_in=-10, minutes=60)
    seat = make.seat(sitting)
    with pytest.raises(BadInput):
        services.grant(seat=seat, reason=" ", extra_minutes=10, by=make.SYSTEM)
    attempt = begin(seat)
    services.grant(seat=seat, reason="视力障碍", extra_minutes=15, by=make.SYSTEM)
    attempt.refresh_from_db()
    assert attempt.deadline_at - attempt.started_at == 45 * MINUTE
    services.grant(seat=seat, reason="停电", extra_minutes=30, by=make.SYSTEM)
    attempt.refresh_from_db()
    assert attempt.deadline_at == sitting.ends_at
    services.grant(seat=seat, reason="停电", window_ends_at=sitting.ends_at + 60 * MINUTE, by=make.SYSTEM)
    attempt.refresh_from_db()
    assert attempt.deadline_at - attempt.started_at == 75 * MINUTE
    assert AuditEvent.objects.filter(verb="exams.seat.granted").count() == 3
    assert Notice.objects.filter(kind="exam.granted").count() == 3


def test_attempts_of_a_sitting_are_counted_over_its_papers_and_more_are_granted_with_a_reason():
    seat = make.seat()
    make.sat(seat)
    with pytest.raises(Refused, match="最多作答 1 次"):
        begin(seat)
    services.grant(seat=seat, reason="设备故障", extra_attempts=1, by=make.SYSTEM)
    assert begin(seat).ordinal == 2


def test_time_travel_submits_and_closes():
    seat = make.seat()
    attempt = begin(seat)
    with pytest.raises(Refused, match="还没有结束"):
        services.close_sitting(sitting=seat.sitting, by=make.SYSTEM)
    with clock.at(seat.sitting.ends_at + 10 * MINUTE):
        services.close_sitting(sitting=seat.sitting, by=make.SYSTEM)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_because) == ("marked", "time")


def test_a_sitting_is_moved_and_cancelled_and_those_seated_are_told():
    sitting = make.sitting(opens_in=600)
    seat = make.seat(sitting)
    services.revise_sitting(sitting=sitting, place="二楼会议室", by=make.SYSTEM)
    assert Notice.objects.filter(user=seat.person.user, kind="exam.sitting_moved").count() == 1
    with pytest.raises(BadInput):
        services.cancel_sitting(sitting=sitting, reason="", by=make.SYSTEM)
    services.cancel_sitting(sitting=sitting, reason="台风", by=make.SYSTEM)
    services.cancel_sitting(sitting=sitting, reason="台风", by=make.SYSTEM)
    assert "台风" in Notice.objects.get(user=seat.person.user, kind="exam.sitting_cancelled").body
    with pytest.raises(Refused):
        begin(seat)
    with pytest.raises(Refused):
        services.announce_sitting(sitting=sitting, by=make.SYSTEM)


def test_planning_refuses_what_cannot_be():
    with pytest.raises(BadInput, match="短于"):
        make.sitting(minutes=20)
    with pytest.raises(Refused, match="不能用于"):
        make.sitting(papers=[make.paper(make.division("510104", "/51/5101/510104/"))])
    with pytest.raises(Missing):
        services.cancel_sitting(sitting=make.sitting(), reason="x", by=make.actor("class_manager", "/51/"))
