"""What the database's planner has to know of us: how large a table has become, and that cursors are read to their end."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model


def analyse(*models: type[Model]) -> None:
    """Tell PostgreSQL how large the tables have become (all of them when none is named), in the loader's own transaction.

    Its collector comes a minute later, and until then it plans for an empty table. SQLite plans by its indexes alone.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if not models:
            cursor.execute("ANALYZE")
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def read_to_the_end(connection: Any, **_signal: Any) -> None:
    """Called for every new connection. ``iterator()`` reads through a cursor, and of a cursor PostgreSQL takes it that only
    the first tenth is wanted: a county's month then walks the whole ledger by its key, at ten times the cost."""
    if connection.vendor == "postgresql":
        connection.connection.execute("SET cursor_tuple_fraction = 1")  # past Django's count of queries
