"""Persons and offices after a change of divisions: who goes along, who waits, and that no figure moves."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from lms.accounts.models import RoleGrant
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.accounts.services import end_role
from lms.audit.models import AuditEvent
from lms.people import services, worklist
from lms.people.models import Person
from lms.places.changing import Heir, change_division
from lms.places.models import Division
from tests.factories import ledger as book
from tests.factories.world import make_client, make_person, make_user

pytestmark = pytest.mark.django_db

DAY = dt.date(2023, 4, 1)


def change(world, before, *heirs):
    return change_division(before=before, heirs=heirs, happened_on=DAY, source="测试用通知", by=world.system)


def test_people_accounts_and_offices_go_along_with_a_recoded_county(world):
    manager = make_user(Role.REGIONAL_ADMIN, world.county)
    manager.division = world.county
    manager.save(update_fields=["division"])
    here, below, elsewhere = make_person(world.county), make_person(world.township), make_person(world.other_county)
    [after] = change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    done = services.follow_divisions(by=world.system)
    assert (done.divisions, done.people, done.grants, done.waiting) == (2, 2, 1, 0)
    for person in (here, below, elsewhere, manager):
        person.refresh_from_db()
    assert here.division == after and manager.division == after
    assert below.division == Division.objects.get(code="530681103")
    assert elsewhere.division == world.other_county
    # the office reaches its new division, and still what it did in the old one
    actor = actor_for(manager)
    assert actor.covers(after.path, Role.REGIONAL_ADMIN) and actor.covers(world.county.path, Role.REGIONAL_ADMIN)
    assert not actor.covers(world.other_county.path)
    assert AuditEvent.objects.filter(verb="people.division.followed").count() == 2
    again = services.follow_divisions(by=world.system)
    assert (again.divisions, again.people, again.grants) == (0, 0, 0)


def test_a_role_ended_after_it_followed_stays_ended(world):
    manager = make_user(Role.REGIONAL_ADMIN, world.county)
    [after] = change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    services.follow_divisions(by=world.system)
    end_role(grant=RoleGrant.objects.get(user=manager, division=after), reason="岗位调整", by=world.system)
    assert services.follow_divisions(by=world.system).grants == 0
    assert not actor_for(manager).covers(after.path)


def test_an_auditor_s_single_duty_moves(world):
    auditor = make_user(Role.AUDITOR, world.county)
    [after] = change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    assert services.follow_divisions(by=world.system).grants == 1
    assert list(RoleGrant.objects.filter(user=auditor, ended_at__isnull=True).values_list("division", flat=True)) == [after.pk]
    assert services.follow_divisions(by=world.system).grants == 0


def test_a_county_taken_in_by_a_neighbour_brings_its_people_not_its_office(world):
    manager, person = make_user(Role.REGIONAL_ADMIN, world.county), make_person(world.county)
    change(world, world.county, Heir("530602", "昭阳区", world.prefecture))
    done = services.follow_divisions(by=world.system)
    person.refresh_from_db()
    assert person.division == world.other_county and done.grants == 0
    assert not actor_for(manager).covers(world.other_county.path)


def test_people_of_a_split_wait_for_their_office(world):
    manager = make_user(Role.REGIONAL_ADMIN, world.prefecture)
    person, outsider = make_person(world.county), make_user(Role.REGIONAL_ADMIN, world.other_prefecture)
    change(world, world.county, Heir("530681", "鲁甸市", world.prefecture), Heir("530682", "龙头山市", world.prefecture))
    done = services.follow_divisions(by=world.system)
    person.refresh_from_db()
    assert (done.people, done.waiting) == (0, 1) and person.division == world.county
    [task] = worklist.tasks(actor_for(manager))
    assert task.count == 1 and "stranded=1" in task.url
    assert worklist.tasks(actor_for(outsider)) == []
    client = make_client(manager)
    assert person.name in client.get(task.url).content.decode()
    services.update_person(person=person, by=actor_for(manager), division=Division.objects.get(code="530682"))
    assert worklist.tasks(actor_for(manager)) == []
    assert person.name not in client.get(reverse("people:list") + "?stranded=1").content.decode()


def figures(code: str) -> str:
    out = StringIO()
    asked = f"--division {code} --from 2022-01-01 --to 2023-12-31 --by division --format json"
    call_command("person_times", *asked.split(), stdout=out)
    return out.getvalue()


def test_no_figure_moves_when_people_follow(world):
    day = dt.date(2022, 3, 10)
    planned = book.scheduled(uuid.uuid4(), day, world.county)
    for division in (world.county, world.township):
        book.attended(make_person(division), planned)
    [after] = change(world, world.county, Heir("530681", "鲁甸市", world.prefecture))
    codes = ("530621", after.code, "5306", "53")
    then = [figures(code) for code in codes]
    assert services.follow_divisions(by=world.system).people == 2
    assert [figures(code) for code in codes] == then
    assert json.loads(then[2])["total"]["person_times"] == 2


def test_the_commands_record_a_change_and_let_people_follow(world):
    make_person(world.county)
    told, followed = StringIO(), StringIO()
    call_command("change_division", "530621", "--on", str(DAY), "--to", "530681", "鲁甸市", "--source", "测试用通知", stdout=told)
    assert "鲁甸市" in told.getvalue()
    call_command("follow_divisions", "--json", stdout=followed)
    assert json.loads(followed.getvalue()) == {"divisions": 1, "people": 1, "grants": 0, "waiting": 0}
    assert Person.objects.get().division.code == "530681"
    before = Division.objects.count()
    with pytest.raises(CommandError, match="530621"):
        call_command("change_division", "530621", "--on", str(DAY), "--to", "530683", "某市", "--source", "测试用通知")
    with pytest.raises(CommandError, match="不合规定"):
        call_command("change_division", "530681", "--on", "2024-01-01", "--to", "53", "某市", "--source", "测试用通知")
    assert Division.objects.count() == before
