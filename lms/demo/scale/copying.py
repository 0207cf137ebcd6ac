"""Many rows into one table of PostgreSQL at the pace of its COPY: its other indexes and references are made anew afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import models

BLOCK = 5000  # rows in one message
SORT_MEMORY = "512MB"  # for building an index


def copy_text(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[str], said: Callable[[int], None]) -> int:
    """COPY rows that are lines of its text format already; ``said`` hears how many are in. Returns their number."""
    done = 0
    rows = iter(rows)
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        while part := list(islice(rows, BLOCK)):
            copy.write("".join(part))
            done += len(part)
            said(done)
    return done


@contextmanager
def bare(cursor: Any, model: type[models.Model]) -> Iterator[None]:
    """The table without references and without any index but its key, until the block ends; in the caller's transaction.

    Nothing is skipped: PostgreSQL checks every row when it makes a constraint anew, and rolling back brings all of it back.
    Checks and triggers stay.
    """
    table = model._meta.db_table
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks outstanding cannot be altered
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'f')"
        " ORDER BY contype DESC, conname",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _definition in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary ORDER BY 1",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'")
    for _name, definition in indexes:
        cursor.execute(definition)
    for name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
