"""The operation that makes a table append-only, on the engine of this run, on every table that claims it."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection, transaction

from lms.core.append_only import AppendOnly
from tests.conftest import ROOT

CLAIMED = sorted(
    {
        table
        for path in [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("lms/*/migrations/*.py")]
        for table in re.findall(r'AppendOnly\("(\w+)"\)', path.read_text())
    }
)


def refuses(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tests_lines (id integer primary key, kind varchar(20))")
        cursor.execute("INSERT INTO tests_lines VALUES (1, 'attended')")
    return "tests_lines"


def apply(table: str, direction: str) -> None:
    operation = AppendOnly(table)
    editor = connection.schema_editor(atomic=False)  # not entered: SQLite's would want to be outside the test's transaction
    editor.deferred_sql = []
    getattr(operation, f"database_{direction}")("tests", editor, None, None)


@pytest.mark.django_db
def test_change_and_deletion_are_refused_and_insertion_is_not(table):
    apply(table, "forwards")
    assert refuses(f"UPDATE {table} SET kind = 'x'") and refuses(f"DELETE FROM {table}")
    assert not refuses(f"INSERT INTO {table} VALUES (2, 'studied')")
    if connection.vendor == "postgresql":
        assert refuses(f"TRUNCATE {table}")


@pytest.mark.django_db
def test_it_can_be_undone(table):
    apply(table, "forwards")
    apply(table, "backwards")
    assert not refuses(f"UPDATE {table} SET kind = 'x'")


def test_ledger_and_audit_claim_it():
    assert {"audit_auditevent", "ledger_line", "ledger_linetag"} <= set(CLAIMED)


@pytest.mark.django_db
@pytest.mark.parametrize("claimed", CLAIMED)
def test_every_claimed_table_still_has_its_triggers(claimed):
    """A later migration that rebuilds a table on SQLite drops its triggers silently."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [claimed])
        else:
            cursor.execute(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [claimed]
            )
        found = " ".join(row[0] for row in cursor.fetchall())
    needed = {"UPDATE", "DELETE"} | ({"TRUNCATE"} if connection.vendor == "postgresql" else set())
    assert all(verb in found for verb in needed)
