"""Positions: one counter for every row that a figure depends on, in commit order.

A report *as of* a position sees exactly the rows with a position up to it. Clock time cannot promise that: a row
recorded before T may be committed after T's report. The counter's row is locked when a position is taken and released
by the commit, so a later position is never visible before an earlier one. Take it last in a transaction.
"""

from __future__ import annotations

from django.db import connections, router, transaction

from lms.core.models import Counter


def take(count: int = 1) -> int:
    """Take ``count`` consecutive positions and return the first. Must run inside a transaction; locks until its end."""
    if count < 1:
        raise ValueError("count must be at least 1")
    connection = connections[router.db_for_write(Counter)]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a position is taken inside the transaction of its row")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_counter SET last = last + %s WHERE name = 'position' RETURNING last", [count])
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("core_counter has no row 'position': run migrate")
    return int(row[0]) - count + 1


def closed() -> int:
    """The last position whose row is committed and visible here (0 when there is none): where the rows are read, too."""
    with connections[router.db_for_read(Counter)].cursor() as cursor:
        cursor.execute("SELECT last FROM core_counter WHERE name = 'position'")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
