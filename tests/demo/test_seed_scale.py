"""The large world for measuring: lines as the rooms would post them, all or nothing, and only in a scratch database."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from lms.core import positions
from lms.demo.scale import acts, cast, seed
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.services import posting
from lms.ledger.services.sealing import seal_day
from lms.ledger.verifying import verify
from lms.people.models import Person
from tests.factories import ledger as book
from tests.factories.world import make_division_tree, make_person
from tests.ledger.test_summaries import check_against_recount

on_postgres = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql", reason="it writes by COPY"
)


@pytest.fixture
def tree(db, monkeypatch):
    """The small tree instead of the nation's 45,000 divisions."""
    monkeypatch.setattr(cast, "load_divisions", lambda by: None)
    return make_division_tree()


def grow(people: int, lines: int):
    return seed(people=people, lines=lines, number=7, say=lambda text: None)


def rules_of(table: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
            " UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " UNION ALL SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table, table, table],
        )
        return set(cursor.fetchall())


@on_postgres
def test_seeded_lines_verify_and_their_figures_equal_a_recount(tree, tmp_path, settings):
    settings.LEDGER_HEADS_DIR = tmp_path
    before = rules_of("ledger_line"), rules_of("people_person")
    done = grow(200, 2500)
    assert (done.people_added, done.lines_added) == (Person.objects.count(), Line.objects.count()) == (200, 2500)
    assert (rules_of("ledger_line"), rules_of("people_person")) == before
    assert set(Line.objects.values_list("kind", flat=True)) >= {
        *("scheduled", "held", "headcount", "enrolled", "attended", "studied", "completed", "supervised", "licensed", "registered")
    }
    assert Line.objects.filter(sign=-1).exists()
    ledger.rebuild_summaries()
    seal_day()
    assert verify().faults == []
    check_against_recount()


@on_postgres
def test_a_seeded_world_grows_and_takes_lines_of_the_service(tree):
    grow(50, 400)
    first = list(Line.objects.order_by("position").values_list("pk", "uuid", "position"))
    assert grow(60, 900).lines_added == 500
    assert list(Line.objects.order_by("position").values_list("pk", "uuid", "position"))[:400] == first
    numbers = list(Line.objects.order_by("pk").values_list("position", flat=True))
    assert numbers == sorted(set(numbers)) and numbers[-1] == positions.closed()
    grow(60, 950)  # few on many: the indexes stay
    line = book.line(Kind.HEADCOUNT, dt.date(2026, 1, 5), division=tree.county, quantity=3)
    assert line.pk > max(pk for pk, _uuid, _position in first) and line.position > numbers[-1]


@on_postgres
def test_a_database_with_anybody_else_in_it_is_refused_untouched(tree, capsys):
    make_person(tree.county)
    with pytest.raises(CommandError, match="不是本命令写入的"):
        call_command("seed_scale", people=10, lines=10)
    assert Person.objects.count() == 1 and not Line.objects.exists()


@on_postgres
def test_nothing_stays_when_it_breaks_half_way(tree, monkeypatch):
    monkeypatch.setattr(acts.Acts, "_hundredths", lambda *args: -1)  # the database refuses negative hours
    with pytest.raises(Exception, match="hour_hundredths"):
        grow(50, 400)
    assert not Person.objects.exists() and not Line.objects.exists()


@on_postgres
def test_the_command_tells_what_it_did_and_does_not_shrink(tree, capsys):
    call_command("seed_scale", people=20, lines=100, json=True)
    assert json.loads(capsys.readouterr().out)["lines"] == 100
    with pytest.raises(CommandError, match="只能增加"):
        call_command("seed_scale", people=20, lines=99)


@pytest.mark.django_db
def test_it_runs_on_postgresql_alone():
    if connection.vendor == "postgresql":
        with pytest.raises(CommandError, match="人数至少为 1"):
            call_command("seed_scale", people=0, lines=10)
        return
    with pytest.raises(CommandError, match="只能在 PostgreSQL 上"):
        call_command("seed_scale", people=10, lines=10)
    assert not Person.objects.exists()


def test_the_digest_is_the_one_that_the_ledger_writes():
    source = uuid.uuid4()
    draft = book.draft(
        Kind.ATTENDED, dt.date(2022, 3, 4), key="attended:x:0", source_uuid=source, evidence={"method": "roster", "minutes": 180}
    )
    person = Person(salt=b"s" * 16)
    members = '"method": "roster", "minutes": "180", '
    assert acts.digest_of(b"s" * 16, draft.key, str(source), "", members) == posting._digest(draft, person)
