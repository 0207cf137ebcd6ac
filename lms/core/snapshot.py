"""Reading for long what holds together: all reads of one moment, on both engines, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment; in a transaction, what that sees. Write only to tables of this connection alone."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL work_mem = '128MB'")  # it sorts and compares whole tables
            yield
    else:
        yield from _deferred()


def _deferred() -> Iterator[None]:
    """A transaction that takes SQLite's one lock for writing only when it writes, which it does not: Django's would at once."""
    with connection.cursor() as cursor:
        kept = cursor.execute("PRAGMA temp_store").fetchone()[0]
        cursor.execute("PRAGMA temp_store = FILE")  # a size that memory need not hold
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute(f"PRAGMA temp_store = {int(kept)}")
