"""The chain finds what the triggers no longer prevent, and verification names the first row that does not fit."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from lms.audit.models import AuditEvent
from lms.core.snapshot import snapshot
from lms.ledger import chain, services
from lms.ledger.kinds import Kind
from lms.ledger.models import CountedUnit, DayChain, Line, LineTag, NodeTotal, PersonCount
from lms.ledger.verifying import verify
from tests.factories import ledger as book
from tests.factories.world import make_division_tree, make_person
from tests.ledger.test_posting import in_threads

DAY = dt.date(2022, 3, 10)


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"
    return settings.LEDGER_HEADS_DIR


@pytest.fixture
def lines(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    found = [book.attended(make_person(world.county), half_day) for _ in range(3)]
    services.reverse(found[2], reason="更正", by=book.BY)
    services.refresh_summaries()
    return found


def without_triggers(table: str) -> None:
    """What somebody with the database's password can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with checks still waiting can be altered
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def tamper(table: str, statement: str, *params: object) -> None:
    without_triggers(table)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def faults() -> list[tuple[str, str]]:
    return [(fault.where, fault.row) for fault in verify().faults]


@pytest.mark.parametrize("table", ["ledger_line", "ledger_linetag", "ledger_daychain"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_append_only_tables_refuse_change(lines, table, statement):
    LineTag.objects.create(line=lines[0], name="topic", code="x")
    services.seal_day()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_untouched_ledger_verifies(lines, heads):
    link = services.seal_day(day=DAY)
    assert verify().faults == []
    assert (link.number, link.line_count, link.previous) == (1, 5, "")
    [file] = heads.glob("*.json")
    assert json.loads(file.read_text())["head"] == link.head
    out = io.StringIO()
    call_command("ledger_verify", "--json", stdout=out)
    assert json.loads(out.getvalue())["ok"] is True


def test_sealing_again_adds_nothing_and_later_lines_make_the_next_link(lines, world):
    first = services.seal_day(day=DAY)
    assert services.seal_day(day=DAY).pk == first.pk
    book.line(Kind.HEADCOUNT, DAY, division=world.county, quantity=2)
    second = services.seal_day(day=DAY + dt.timedelta(days=1))
    assert (second.number, second.previous, second.line_count) == (2, first.head, 1)
    services.refresh_summaries()
    assert verify().faults == []


def test_edited_line_is_named(lines):
    services.seal_day()
    tamper("ledger_line", "UPDATE ledger_line SET evidence = 'x' WHERE id = %s", lines[1].pk)
    assert faults() == [("ledger.line", str(lines[1].uuid))]
    with pytest.raises(CommandError, match=str(lines[1].uuid)):
        call_command("ledger_verify", stdout=io.StringIO())


def test_deleted_line_is_found(lines):
    services.seal_day()
    tamper("ledger_line", "DELETE FROM ledger_line WHERE position = (SELECT max(position) FROM ledger_line)")
    assert faults()[0][0] == "ledger.line"


def test_inserted_line_is_named(lines, world):
    book.line(Kind.HEADCOUNT, DAY, division=world.county)
    services.refresh_summaries()
    link = services.seal_day()
    forged = Line.objects.get(position=link.last_position)
    free = next(n for n in range(1, link.last_position) if not Line.objects.filter(position=n).exists())
    forged.pk, forged.uuid, forged.key, forged.position = None, uuid.uuid4(), "forged", free
    forged.save(force_insert=True)
    assert faults()[0] == ("ledger.line", str(forged.uuid))


def test_edited_tag_and_audit_event_are_found(lines):
    LineTag.objects.create(line=lines[0], name="topic", code="x")
    services.seal_day()
    tamper("ledger_linetag", "UPDATE ledger_linetag SET code = 'y'")
    assert faults() == [("ledger.line", str(lines[0].uuid))]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_linetag SET code = 'x'")
    assert faults() == []
    event = AuditEvent.objects.first()
    tamper("audit_auditevent", "UPDATE audit_auditevent SET actor_label = 'someone' WHERE id = %s", event.pk)
    assert faults() == [("audit.event", str(event.uuid))]


def test_rewritten_chain_is_found_by_its_published_head(lines):
    services.seal_day(day=DAY)
    tamper("ledger_line", "UPDATE ledger_line SET evidence = 'x' WHERE id = %s", lines[1].pk)
    without_triggers("ledger_daychain")
    link = DayChain.objects.get()
    rows = [*chain.line_digests(1, link.last_position, 1), *chain.event_digests(1, link.last_event, 1)]
    digests = [digest for _uuid, _number, digest in rows]
    DayChain.objects.update(
        leaves=b"".join(d[: chain.LEAF] for d in digests), head=chain.head_of("", link.day, link.version, digests)
    )
    assert faults() == [("heads", DAY.isoformat())]
    DayChain.objects.all().delete()
    assert faults() == [("heads", DAY.isoformat())]


def changed(model, **values):
    """One stored row says something else than it did."""
    row = model.objects.order_by("pk").first()
    model.objects.filter(pk=row.pk).update(**values)
    return row


def copied(model, **values):
    """A row too many."""
    row = model.objects.order_by("pk").first()
    model.objects.create(**{f.name: getattr(row, f.name) for f in model._meta.fields[1:]} | values)
    return row


BREAKING = [
    ("ledger.total", NodeTotal, lambda: changed(NodeTotal, total=99).node),
    ("ledger.total", NodeTotal, lambda: copied(NodeTotal, node="/nowhere/").measure),
    ("ledger.total", NodeTotal, lambda: NodeTotal.objects.filter(dimension="age").delete() and "age"),
    ("ledger.persons", PersonCount, lambda: changed(PersonCount, persons=99).span),
    ("ledger.persons", PersonCount, lambda: PersonCount.objects.all().delete() and "basis"),
    ("ledger.unit", CountedUnit, lambda: changed(CountedUnit, mode="mixed").measure),
    ("ledger.unit", CountedUnit, lambda: str(changed(CountedUnit, counted_on=DAY + dt.timedelta(days=1)).line)),
    ("ledger.unit", CountedUnit, lambda: copied(CountedUnit, slot="x").measure),
    ("ledger.unit", CountedUnit, lambda: CountedUnit.objects.all().delete() and "basis"),
]


@pytest.mark.parametrize("where, model, damage", BREAKING, ids=[f"{where}-{n}" for n, (where, *_rest) in enumerate(BREAKING)])
def test_wrong_total_is_found_alone_and_a_rebuild_mends_it(lines, where, model, damage):
    """What is made anew rests on the lines: a unit that is wrong makes no total look wrong that is right."""
    services.seal_day()
    assert model.objects.exists()
    named = damage()
    [(found, row)] = faults()
    assert found == where and named in row
    services.rebuild_summaries()
    assert faults() == []


def test_many_faults_are_each_named_once(lines):
    services.seal_day()
    tamper("ledger_line", "UPDATE ledger_line SET evidence = 'x' WHERE id IN (%s, %s)", lines[0].pk, lines[1].pk)
    wrong = NodeTotal.objects.filter(measure="minutes", node="/53/").update(total=7)
    PersonCount.objects.all().delete()
    changed(CountedUnit, mode="mixed")
    found = verify().faults
    assert [fault.where for fault in found] == ["ledger.line", "ledger.unit", "ledger.total", "ledger.persons"]
    assert found[0].row == str(lines[0].uuid)
    assert found[2].sentence.startswith(str(wrong)) and "/53/" in found[2].row


@pytest.mark.django_db(transaction=True)
def test_verifying_sees_one_moment_and_keeps_nobody_from_writing():
    world = make_division_tree()
    book.line(Kind.HEADCOUNT, DAY, division=world.county)
    before = Line.objects.count()
    with snapshot():
        assert Line.objects.count() == before
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE found_anew AS SELECT * FROM ledger_line")
        in_threads(1, lambda _number: book.line(Kind.HEADCOUNT, DAY, division=world.county))
        assert Line.objects.count() == before
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE found_anew")
    assert Line.objects.count() == before + 1
