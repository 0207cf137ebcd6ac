"""Two rosters at once, and a class that closes while people still arrive: real threads on a committed database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile

from courses import rules, services
from courses.models import Attendance, ClassEnrolment, RosterImport, TrainerProfile
from courses.services import roster as staging
from courses.services import roster_commit as committing
from courses.states import EnrolmentState, SessionState
from lms.core import clock
from lms.core.errors import Refused
from lms.ledger.models import Line
from lms.people.models import IdentityDocument, Person
from lms.places.models import Organisation
from tests.courses.test_presence import code_at
from tests.courses.test_races import together
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_learner, make_session
from tests.factories.world import make_division_tree, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def ready(county, numbers) -> RosterImport:
    """A roster confirmed and waiting for its worker."""
    content = rosters.xlsx([rosters.row(n) for n in numbers])
    roster = services.upload_roster(
        training_class=make_class(county), file=ContentFile(content, "名册.xlsx"), give_accounts=False, by=SYSTEM
    )
    staging.read_roster(roster=RosterImport.objects.get(pk=roster.pk), by=SYSTEM)
    roster.refresh_from_db()
    fields = {row["column"]: row["field"] for row in roster.columns if row["field"]}
    services.confirm_columns(
        roster=roster, sheet=roster.sheet, top=roster.header_top, first=roster.header_first, fields=fields, send=False, by=SYSTEM
    )
    roster.refresh_from_db()
    roster = staging.examine_roster(roster=roster, by=SYSTEM)
    services.confirm_roster(roster=roster, send=False, by=SYSTEM)
    return roster


def test_two_rosters_of_the_same_people_enter_at_once(monkeypatch):
    """In opposite orders, with a unit that neither knows: each person is registered once and in both classes, nobody waits."""
    world = make_division_tree()
    one, other = ready(world.county, range(1, 41)), ready(world.county, range(40, 0, -1))
    got = together(*[lambda r=r: sum(committing.commit_rows(roster=r, by=SYSTEM)) for r in (one, other)])
    assert got == [40, 40]
    assert Person.objects.filter(name__startswith="学员").count() == IdentityDocument.objects.count() == 40
    assert ClassEnrolment.objects.count() == Line.objects.filter(kind="enrolled").count() == 80
    assert Organisation.objects.values("name").distinct().count() == Organisation.objects.count()


def test_two_workers_on_one_roster_settle_each_row_once():
    """The first was silent for too long and given up, and went on all the same."""
    world = make_division_tree()
    roster = ready(world.county, range(1, 21))
    got = together(*[lambda: sum(committing.commit_rows(roster=roster, by=SYSTEM))] * 2)
    assert sum(got) == 20
    assert ClassEnrolment.objects.count() == Line.objects.filter(kind="enrolled").count() == 20


def test_codes_guessed_at_the_same_moment_are_counted_like_others():
    world = make_division_tree()
    session = make_session(make_class(world.county))
    person, actor = make_learner(world.township)
    make_enrolment(session.training_class, person)
    right = int(code_at(session, session.starts_at))

    def guess(number: int) -> Attendance:
        with clock.at(session.starts_at):
            return services.sign_in(session=session, person=person, code=f"{number % 10000:04d}", by=actor)

    got = together(*[lambda n=n: guess(right + 1000 + n) for n in range(rules.SIGN_IN_TRIES * 3)])
    looked_at = [one for one in got if isinstance(one, Refused) and "签到码不对" in str(one)]
    assert len(looked_at) == rules.SIGN_IN_TRIES


def test_a_class_closes_while_somebody_is_marked_and_a_walk_in_identified():
    """Whatever comes first, what the class says of a learner agrees with the marks, and the heads are none more or less."""
    world = make_division_tree()
    training_class = make_class(world.county)
    session = make_session(training_class)
    learner, person = make_enrolment(training_class), make_person(world.township)
    walk_in = services.enter_walk_in(session=session, name="来宾", by=SYSTEM)
    with clock.at(session.ends_at + dt.timedelta(hours=1)):
        services.close_session(session=session, by=SYSTEM)

    def later(act):
        def run():
            with clock.at(session.ends_at + dt.timedelta(hours=2)):
                return act()

        return run

    got = together(
        *[later(lambda: services.record_attendance(session=session, present=[(learner, 180)], by=SYSTEM))] * 2,
        *[later(lambda: services.close_class(training_class=training_class, by=SYSTEM))] * 2,
        *[later(lambda: services.identify_walk_in(walk_in=walk_in, person=person, by=SYSTEM))] * 2,
    )
    assert not [one for one in got if isinstance(one, Exception) and not isinstance(one, Refused)], got
    for enrolment in training_class.enrolments.all():
        present = enrolment.attendance.filter(minutes=180).exists()
        assert (enrolment.state == EnrolmentState.COMPLETED) == present
    standing = Line.objects.standing().filter(slot=str(session.uuid), kind__in=["headcount", "attended"])
    assert sum(line.quantity for line in standing) == 1 + Attendance.objects.filter(enrolment=learner, minutes=180).count()
    assert Line.objects.standing().filter(kind="completed").count() == Attendance.objects.filter(minutes=180).count()


def test_two_clerks_enter_the_same_half_day_and_both_trainers_teach_it_once():
    world = make_division_tree()
    trainers = [make_person(world.county) for _ in range(2)]
    session = make_session(make_class(world.county), trainer=trainers[0], other_trainers=trainers[1:])
    enrolments = [make_enrolment(session.training_class) for _ in range(3)]

    def enter():
        with clock.at(session.ends_at + dt.timedelta(hours=1)):
            services.record_attendance(session=session, present=[(e, 180) for e in enrolments], by=SYSTEM)
            return services.close_session(session=session, by=SYSTEM)

    got = together(*[enter] * 3)
    assert {one.state for one in got} == {SessionState.HELD}
    assert Line.objects.filter(kind="attended").count() == 3
    assert sorted(Line.objects.filter(kind="taught").values_list("person_id", flat=True)) == sorted(t.pk for t in trainers)


def test_a_trainer_is_registered_at_once_by_two_offices():
    world = make_division_tree()
    person = make_person(world.county)
    got = together(
        *[
            lambda d=d: services.register_trainer(
                person=person, division=d, designated_on=dt.date(2026, 3, 1), topics=["个案工作"], by=SYSTEM
            )
            for d in (world.county, world.prefecture, world.county)
        ]
    )
    assert not [one for one in got if isinstance(one, Exception)], got
    assert TrainerProfile.objects.count() == 1
    assert Line.objects.filter(kind="designated").count() == 2
