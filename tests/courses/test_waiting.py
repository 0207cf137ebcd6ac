"""What the office's first page says of classes: today's half-days, what was left lying, certificates, rosters."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from courses import services, worklist
from courses.models import RosterImport
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.actor import Actor
from tests.factories.certificates import make_issuer
from tests.factories.courses import SYSTEM, make_class
from tests.factories.world import make_actor, make_client, make_person, make_user

pytestmark = pytest.mark.django_db
DAY = dt.date(2030, 3, 11)


def at(hour: int, day: dt.date = DAY) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def labels(actor: Actor) -> dict[str, int]:
    return {str(task.label): task.count for task in worklist.tasks(actor)}


def test_a_class_is_led_from_its_half_day_to_its_certificates(world):
    organiser = make_issuer(world.county).organisation
    held = make_class(world.county, starts_on=DAY, ends_on=DAY, organiser=organiser)
    session = services.plan_session(training_class=held, title="入户访谈", starts_at=at(9), ends_at=at(12), by=SYSTEM)
    enrolment = services.enrol(training_class=held, person=make_person(world.county), by=SYSTEM)
    manager, elsewhere = make_actor(Role.CLASS_MANAGER, world.county), make_actor(Role.CLASS_MANAGER, world.foreign_county)
    with clock.at(at(8)):
        (task,) = worklist.tasks(manager)
        assert str(task.label) == "今天的课次" and "09:00 入户访谈" in task.detail and str(session.uuid) in task.url
        assert labels(elsewhere) == {}
    with clock.at(at(13)):
        (task,) = worklist.tasks(manager)
        assert str(task.label) == "课次已过，还没有结束" and task.is_late
        services.record_attendance(session=session, present=[(enrolment, 180)], by=SYSTEM)
        services.close_session(session=session, by=SYSTEM)
        assert labels(manager) == {}
    with clock.at(at(9, DAY + dt.timedelta(days=1))):
        assert labels(manager) == {"班次办完，待结班": 1}
        held = services.close_class(training_class=held, by=SYSTEM)
        assert labels(manager) == {"班次已结业，待发证书": 1}
        list(services.issue_certificates(training_class=held, by=SYSTEM))
        assert labels(manager) == {}


def test_ones_own_roster_waits_and_the_desk_leads_to_it(world):
    user = make_user(Role.CLASS_MANAGER, world.county)
    client = make_client(user)
    for state in ("ready", "mapping", "done"):
        RosterImport.objects.create(
            training_class=make_class(world.county), file_name=f"{state}.xlsx", digest="0" * 64, state=state, created_by=user.uuid
        )
    assert labels(client.actor) == {"上传的名册待您确认": 2}
    assert labels(make_actor(Role.CLASS_MANAGER, world.county)) == {}
    page = client.get("/reports/desk/").content.decode()
    assert "上传的名册待您确认" in page and "mapping.xlsx" in page


@pytest.mark.parametrize("number", [3, 30])
def test_many_classes_take_as_many_queries_as_few(world, number, django_assert_max_num_queries):
    manager = make_actor(Role.CLASS_MANAGER, world.county)
    for _each in range(number):
        one = make_class(world.county, starts_on=DAY, ends_on=DAY)
        services.plan_session(training_class=one, title="入户访谈", starts_at=at(9), ends_at=at(12), by=SYSTEM)
    with clock.at(at(8)), django_assert_max_num_queries(12):
        assert labels(manager) == {"今天的课次": number}
