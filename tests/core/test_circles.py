"""Circles of locks that once were, or would be: two threads stopped where they would wait for each other. PostgreSQL only."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import OperationalError, connection, transaction

from courses.services import roster_commit as committing
from exams import services as exams
from exams.models import Attempt
from exams.services import seats
from lms.core import positions
from lms.core.errors import Refused
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.notices import services as notices
from lms.notices.models import Notice
from lms.people.models import Person
from lms.people.services.erasure import erase
from lms.places import services as places
from lms.supervision import services as supervision
from lms.supervision.models import SupervisionSession
from lms.supervision.services import records, signing
from tests.factories import exams as make
from tests.factories import ledger as book
from tests.factories import rosters
from tests.factories.supervision import make_draft, make_team, moment
from tests.factories.world import make_division_tree, make_person, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nothing waits for a row"),
]
SOON = 5  # longer than PostgreSQL waits before it looks for a circle
DAY = dt.date(2022, 1, 1)


def side_by_side(**acts):
    """Each act in a thread of its name; what it returned or raised, by name."""
    results = {}

    def run(name, act):
        try:
            results[name] = act()
        except Exception as error:
            results[name] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, name=pair[0]) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [error for error in results.values() if isinstance(error, OperationalError)], results
    return results


def in_thread(name):
    return threading.current_thread().name == name


def test_a_station_gets_an_operator_while_a_post_of_it_is_opened(monkeypatch):
    """The one holds the station and wants a position; the other has one, and at its commit names the station."""
    world, taken, held = make_division_tree(), threading.Event(), threading.Event()
    team = places.create_organisation(name="服务中心", kind="agency", division=world.county, by=world.system)
    site = places.open_station(name="社工站", tier=3, label="社工站", division=world.county, opened_on=DAY, by=world.system)
    take = positions.take

    def slowly(count=1):
        if in_thread("opens"):
            first = take(count)
            taken.set()
            held.wait(SOON)
            return first
        held.set()
        return take(count)

    def runs():
        taken.wait(SOON)
        return places.set_operator(station=site, organisation=team, started_on=DAY, by=world.system)

    monkeypatch.setattr(positions, "take", slowly)
    post = {"division": world.county, "title": "站长", "kind": "head", "opened_on": DAY, "station": site}
    got = side_by_side(opens=lambda: places.open_post(**post, by=world.system), runs=runs)
    assert got["opens"].station_id == site.pk and got["runs"].organisation_id == team.pk


def test_somebody_is_erased_while_a_record_of_theirs_is_entered(monkeypatch):
    """Erasing once took the position and wanted the person; whoever enters a record holds the person and wants a position."""
    world, taken, held = make_division_tree(), threading.Event(), threading.Event()
    person = make_person(world.county)
    take = positions.take

    def slowly(count=1):
        first = take(count)
        if in_thread("erases"):
            taken.set()
            held.wait(1)
        return first

    def enters():
        with transaction.atomic():
            Person.objects.select_for_update(no_key=True).get(pk=person.pk)
            held.set()
            taken.wait(1)
            return positions.take()

    monkeypatch.setattr(positions, "take", slowly)
    got = side_by_side(erases=lambda: erase(person=person, reason="本人申请", by=world.system), enters=enters)
    assert got["erases"].person.erased_at and isinstance(got["enters"], int)


def test_an_account_is_opened_for_somebody_of_whom_a_line_is_posted(monkeypatch):
    """Whose account is another holds the person against all who name it; who posts names it at the commit, with the position."""
    world, opened, posted = make_division_tree(), threading.Event(), threading.Event()
    known = rosters.confirmed(world.county, range(1, 3), give_accounts=False)
    committing.commit_chunk(roster=known, by=world.system)
    again = rosters.confirmed(world.county, range(1, 3), give_accounts=True)
    person = known.rows.get(number=2).person
    post = committing.ledger.post

    def slowly(drafts, **terms):
        if in_thread("enters"):
            opened.set()
            posted.wait(1)
        return post(drafts, **terms)

    def posts():
        opened.wait(SOON)
        with transaction.atomic():
            line = book.line(Kind.HEADCOUNT, DAY, person=person)
            posted.set()
            return line

    monkeypatch.setattr(committing.ledger, "post", slowly)
    got = side_by_side(enters=lambda: committing.commit_chunk(roster=again, by=world.system), posts=posts)
    assert got["enters"] == [2, 3] and isinstance(got["posts"], Line), got
    assert Person.objects.filter(user__isnull=False).count() == 2


def test_a_seat_is_given_up_while_its_holder_begins(monkeypatch):
    """The one holds the sitting and wants the seat; the other holds the seat, and at its commit names the sitting."""
    seat, sitting_held, seat_held = make.seat(), threading.Event(), threading.Event()
    me, lock_sitting, terms_of = make.actor_of(seat.person), seats.lock_sitting, seats.terms_of

    def lock(sitting):
        locked = lock_sitting(sitting)
        sitting_held.set()
        seat_held.wait(SOON)
        return locked

    def terms(of):
        seat_held.set()
        sitting_held.wait(SOON)
        return terms_of(of)

    monkeypatch.setattr(seats, "lock_sitting", lock)
    monkeypatch.setattr(seats, "terms_of", terms)
    got = side_by_side(
        gives_up=lambda: exams.give_up_seat(seat=seat, reason="缺考", by=make.SYSTEM),
        begins=lambda: exams.start_in_sitting(seat=seat, by=me),
    )
    assert isinstance(got["begins"], Attempt) and isinstance(got["gives_up"], Refused), got


def test_a_sitting_is_not_called_off_under_one_who_begins(monkeypatch):
    """No circle: the attempt is not committed yet, and the one who calls off must wait for it."""
    seat, begun = make.seat(), threading.Event()
    start = seats.start_attempt

    def slowly(**terms):
        made = start(**terms)
        begun.set()
        threading.Event().wait(0.5)
        return made

    def calls_off():
        begun.wait(SOON)
        return exams.cancel_sitting(sitting=seat.sitting, reason="停电", by=make.SYSTEM)

    monkeypatch.setattr(seats, "start_attempt", slowly)
    got = side_by_side(begins=lambda: exams.start_in_sitting(seat=seat, by=make.actor_of(seat.person)), calls_off=calls_off)
    assert isinstance(got["begins"], Attempt) and isinstance(got["calls_off"], Refused), got


def test_one_who_waited_for_a_seat_does_not_begin_in_a_sitting_called_off(monkeypatch):
    seat, held = make.seat(), threading.Event()
    hold = exams.sittings._hold_seats

    def slowly(sitting):
        hold(sitting)
        held.set()
        threading.Event().wait(0.5)

    def begins():
        held.wait(SOON)
        return exams.start_in_sitting(seat=seat, by=make.actor_of(seat.person))

    monkeypatch.setattr(exams.sittings, "_hold_seats", slowly)
    got = side_by_side(calls_off=lambda: exams.cancel_sitting(sitting=seat.sitting, reason="停电", by=make.SYSTEM), begins=begins)
    assert isinstance(got["begins"], Refused) and not Attempt.objects.exists(), got


def test_a_record_is_saved_in_one_window_and_signed_in_another(monkeypatch):
    """Saving once held the people and wanted the record; signing holds the record and wants the people."""
    world = make_division_tree()
    team = make_team(world.county)
    draft = make_draft(team)
    record_held, people_held = threading.Event(), threading.Event()
    lock_people = records.lock_people

    def saving(people):
        lock_people(people)
        people_held.set()
        record_held.wait(SOON)

    def signing_(people):
        record_held.set()
        people_held.wait(1)
        lock_people(people)

    monkeypatch.setattr(records, "lock_people", saving)
    monkeypatch.setattr(signing, "lock_people", signing_)
    got = side_by_side(
        saves=lambda: make_draft(team, session=draft, starts_at=moment(hour=10), ends_at=moment(hour=12)),
        signs=lambda: supervision.sign_session(session=draft, by=team.by),
    )
    assert isinstance(got["signs"], SupervisionSession), got
    assert isinstance(got["saves"], (SupervisionSession, Refused)), got


def test_two_who_tell_the_same_two_readers_in_opposite_order():
    world = make_division_tree()
    readers = [make_user(), make_user()]
    gate = threading.Barrier(2)

    def tells(name, order):
        with transaction.atomic():
            for turn, user in enumerate(order):
                notices.notify(user=user, kind="exam.marked", title=name, key=f"{name}:{turn}", by=world.system)
                if not turn:
                    gate.wait(SOON)

    side_by_side(one=lambda: tells("one", readers), other=lambda: tells("other", readers[::-1]))
    assert Notice.objects.count() == 4


def test_many_who_tell_of_one_occasion_tell_once():
    world = make_division_tree()
    readers = [make_user() for _ in range(6)]
    acts = {
        f"teller{n}": lambda n=n: notices.notify_many(
            readers[n:] + readers[:n], kind="exam.marked", title="成绩", key="same", by=world.system
        )
        for n in range(6)
    }
    got = side_by_side(**acts)
    assert Notice.objects.count() == 6
    assert {frozenset(notice.pk for notice in told) for told in got.values()} == {
        frozenset(Notice.objects.values_list("pk", flat=True))
    }
