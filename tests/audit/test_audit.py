"""The trail: append-only on the engine at hand, scoped, filtered, exported without formulas, itself logged."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lms.audit import rules, selectors, services
from lms.audit.models import AuditEvent
from lms.audit.selectors import Wanted
from lms.core import clock
from lms.core.roles import Role
from tests.factories.world import make_actor, make_user


def event(world, verb="tests.row.made", division=None, **details):
    return services.record(verb, by=world.system, division_path=(division or world.county).path, **details)


STATEMENTS = ["UPDATE audit_auditevent SET verb = 'x'", "DELETE FROM audit_auditevent"]
if connection.vendor == "postgresql":
    STATEMENTS.append("TRUNCATE audit_auditevent")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_change(world, statement):
    made = event(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=made.pk).update(verb="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()
    assert AuditEvent.objects.get().verb == "tests.row.made"


def test_record_many_writes_one_event_a_row(world):
    users = [make_user() for _n in range(3)]
    services.record_many("tests.users.made", users, by=world.system, path_of=lambda u: world.county.path, note="x")
    assert {e.record_uuid for e in AuditEvent.objects.all()} == {u.uuid for u in users}
    assert AuditEvent.objects.first().details == {"note": "x"}


def test_auditors_read_their_own_divisions(world):
    here, there = event(world), event(world, division=world.foreign_county)
    nation = services.record("tests.nation.touched", by=world.system)
    county = make_actor(Role.AUDITOR, world.prefecture)
    assert set(selectors.events_for(county)) == {here}
    assert set(selectors.events_for(make_actor(Role.AUDITOR))) == {here, there, nation}
    assert not selectors.events_for(make_actor(Role.SECURITY_ADMIN)).exists()


def test_filters(world):
    with clock.at(dt.datetime(2026, 3, 1, 23, 59, tzinfo=dt.UTC)):  # 2 March in Shanghai
        old = event(world, verb="exams.paper.opened")
    new = event(world, verb="exams.paper.closed", division=world.township)
    auditor = make_actor(Role.AUDITOR)
    assert list(selectors.events_for(auditor, Wanted(verb="exams.paper"))) == [new, old]
    assert list(selectors.events_for(auditor, Wanted(until=dt.date(2026, 3, 2)))) == [old]
    assert list(selectors.events_for(auditor, Wanted(until=dt.date(2026, 3, 1)))) == []
    assert list(selectors.events_for(auditor, Wanted(since=dt.date(2026, 3, 3)))) == [new]
    assert list(selectors.events_for(auditor, Wanted(path=world.township.path))) == [new]


def test_page_shows_user_names_that_the_trail_does_not_hold(world, client_as):
    user = make_user(username="zhangsan")
    from lms.accounts.selectors import actor_for

    services.record("tests.row.made", by=actor_for(user), division_path=world.county.path)
    assert "zhangsan" not in AuditEvent.objects.get().actor_label
    client = client_as(Role.AUDITOR, world.county)
    page = client.get("/audit/?actor=ZhangSan").content.decode()
    assert "zhangsan" in page and "tests.row.made" in page
    assert "没有这个用户名" in client.get("/audit/?actor=nobody").content.decode()
    assert client.get("/audit/?record=nonsense&since=x&division=abc").status_code == 200


def test_page_costs_the_same_for_3_and_30_rows(world, client_as):
    client = client_as(Role.AUDITOR, world.county)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/audit/").status_code == 200
        return len(queries)

    for _n in range(3):
        event(world)
    client.get("/audit/")
    few = cost()
    for _n in range(27):
        event(world)
    assert cost() == few <= 7


def test_detail_and_its_neighbours(world, client_as):
    user = make_user()
    made = services.record("tests.user.made", user, by=world.system, division_path=world.county.path, reason="试一试")
    services.record("tests.user.touched", user, by=world.system, division_path=world.county.path)
    page = client_as(Role.AUDITOR, world.county).get(f"/audit/events/{made.uuid}/").content.decode()
    assert "试一试" in page and "tests.user.touched" in page
    assert client_as(Role.AUDITOR, world.foreign_county).get(f"/audit/events/{made.uuid}/").status_code == 404


def test_export_carries_no_formula_and_is_on_the_trail(world, client_as):
    event(world, verb="=cmd|' /C calc'!A0", division=world.county)
    event(world, division=world.foreign_county)
    client = client_as(Role.AUDITOR, world.county)
    answer = client.get("/audit/export/")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    # the export's own event is written before the rows are read, and lies with the nation
    assert [row[4] for row in rows[1:]] == ["'=cmd|' /C calc'!A0"]
    exported = AuditEvent.objects.get(verb="audit.trail.exported")
    assert exported.actor_uuid == client.user.uuid and exported.details["rows"] == 1


@given(st.text())
def test_no_cell_starts_like_a_formula(text):
    safe = rules.safe_cell(text)
    assert safe.endswith(text)
    lead = safe.lstrip()[:1]
    assert lead not in {"=", "+", "@", "|", "%"}
    assert lead != "-" or text.lstrip()[1:2].isdigit()


@pytest.mark.parametrize(
    ("text", "safe"), [("-5", "-5"), ("-5+3", "'-5+3"), ("+86", "'+86"), (" =1", "' =1"), ("普通", "普通"), ("", "")]
)
def test_safe_cell(text, safe):
    assert rules.safe_cell(text) == safe
