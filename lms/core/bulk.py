"""Many rows at once where Django's own bulk methods spend more on building the statement than the database on running it.

For rows whose key nobody needs back. Inside the caller's transaction; constraints hold as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as tuples in the order of ``fields`` (attribute names). No signals, no keys returned."""
    using = connections[router.db_for_write(model)]
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    prepared = [tuple(f.get_db_prep_save(value, using) for f, value in zip(columns, row, strict=True)) for row in rows]
    if not prepared:
        return
    table = using.ops.quote_name(model._meta.db_table)
    names = ", ".join(using.ops.quote_name(str(f.column)) for f in columns)
    with using.cursor() as cursor:
        if using.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", prepared)  # noqa: S608


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set ``fields`` of rows given as tuples (key first). One prepared statement, not one CASE for each row."""
    using = connections[router.db_for_write(model)]
    key: Any = model._meta.pk
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    prepared = [(*(f.get_db_prep_save(v, using) for f, v in zip(columns, row[1:], strict=True)), row[0]) for row in rows]
    if not prepared:
        return
    table = using.ops.quote_name(model._meta.db_table)
    names = ", ".join(f"{using.ops.quote_name(str(f.column))} = %s" for f in columns)
    with using.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {names} WHERE {using.ops.quote_name(key.column)} = %s", prepared)  # noqa: S608
