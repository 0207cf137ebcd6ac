"""Keeping the database's planner informed after a bulk load."""

from __future__ import annotations

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
