"""Whether the ledger would gain by partitions: copies of its table, whole and by year, under the same questions in one run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection

from bench.scale import hand
from bench.scale.measures import Province, taking
from lms.ledger.rules import first_day, last_day

COLUMN_INDEXES = (
    "(occasion, person_id)",
    "(division_id, kind, happened_to)",
    "(posted_on, kind)",
    "(source_uuid)",
    "(person_id, kind, happened_to)",
    "(kind, happened_to)",
)
UNIQUE = ("id", "uuid", "key", "reverses_id", "position")
ROUNDS = 5
FRESH = 100_000
Row = dict[str, Any]


def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values) or None)
        return cursor.fetchall() if cursor.description else []


def measure(province: Province, say: Callable[[str], None]) -> list[Row]:
    """Rows of figures in milliseconds, one for each layout."""
    found = []
    run("DROP TABLE IF EXISTS copy_whole, copy_years")
    for layout, make in (("whole", whole), ("by year", by_year)):
        say(f"copying the ledger: {layout}")
        build_ms, table = taking(make)
        found.append({"layout": layout, "built_ms": build_ms, **questions(table, province)})
        say(str(found[-1]))
        if layout == "whole":
            for name, definition in (("whole + btree on posted_period", "btree"), ("whole + BRIN on posted_period", "brin")):
                ms, _none = taking(partial(run, f"CREATE INDEX copy_period ON {table} USING {definition} (posted_period)"))
                size = run("SELECT pg_relation_size('copy_period')")[0][0]
                run(f"ANALYZE {table}")
                found.append({"layout": name, "built_ms": ms, "index_bytes": size, **questions(table, province)})
                say(str(found[-1]))
                run("DROP INDEX copy_period")
        run(f"DROP TABLE {table}")
    return found


def whole() -> str:
    run("CREATE TABLE copy_whole (LIKE ledger_line INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    run("INSERT INTO copy_whole SELECT * FROM ledger_line ORDER BY id")
    for column in UNIQUE:
        run(f"CREATE UNIQUE INDEX ON copy_whole ({column})")
    return _indexed("copy_whole")


def by_year() -> str:
    """Unique columns cannot be unique over all partitions unless they hold the period: here they are within each alone."""
    run("CREATE TABLE copy_years (LIKE ledger_line INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (posted_period)")
    for year in [row[0] for row in run("SELECT DISTINCT posted_period / 100 FROM ledger_line ORDER BY 1")]:
        run(f"CREATE TABLE copy_years_{year} PARTITION OF copy_years FOR VALUES FROM ({year}00) TO ({year + 1}00)")
    run("INSERT INTO copy_years SELECT * FROM ledger_line ORDER BY id")
    for column in UNIQUE:
        run(f"CREATE UNIQUE INDEX ON copy_years ({column}, posted_period)")
    return _indexed("copy_years")


def _indexed(table: str) -> str:
    for columns in COLUMN_INDEXES:
        run(f"CREATE INDEX ON {table} {columns}")
    run(f"ANALYZE {table}")
    return table


def questions(table: str, province: Province) -> Row:
    """Insert, fold of a year, a division's month, a key asked for."""
    floor = province.basis.attendance_floor_percent
    position = run("SELECT max(position) FROM ledger_line")[0][0]

    def fold() -> Any:
        # partitions are only passed over where the question names the period, so it does
        months = f"posted_period BETWEEN {province.start.year}01 AND {province.start.year}12 AND "
        units = hand.UNITS.replace("WHERE posted_on BETWEEN", f"WHERE {months}posted_on BETWEEN")
        key = f"split_part(home, '/', {province.place.path.count('/') + 1})"
        values = {"path": province.place.path, "start": province.start, "end": province.end, "position": position, "floor": floor}
        return hand.ask(units.format(key=key).replace("ledger_line", table), **values)

    def month() -> Any:
        start, end = first_day(province.month), last_day(province.month)
        values = {"path": province.county.path, "period": province.month, "position": position, "start": start, "end": end}
        return hand.ask(hand.SEALED.replace("ledger_line", table), **values)

    def sums() -> Any:
        start, end = first_day(province.month), last_day(province.month)
        values = {"path": province.county.path, "start": start, "end": end, "position": position}
        sql = hand.SUMS.format(key="split_part(home, '/', 5)").replace("ledger_line", table)
        return hand.ask(sql, **values)

    keys = [row[0] for row in run("SELECT key FROM ledger_line TABLESAMPLE SYSTEM (0.1) LIMIT 500")]

    def by_key() -> Any:
        return run(f"SELECT count(*) FROM {table} WHERE key = ANY(%s)", keys)

    size = "SELECT coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(%s)) FROM pg_partition_tree(%s)"
    return {
        "bytes": int(run(size, table, table)[0][0]),
        "fold_year_ms": _median(fold, 1),
        "county_month_ms": _median(month),
        "county_sums_ms": _median(sums),
        "keys_500_ms": _median(by_key),
        "insert_100k_ms": _insert(table),  # last: what is rolled back leaves its room taken
    }


def _median(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    work()
    return statistics.median(taking(work)[0] for _ in range(rounds))


def _insert(table: str) -> float:
    """The newest month's lines, once more under other keys; rolled back."""
    changed = {"id": "id + 1000000000", "uuid": "gen_random_uuid()", "key": "'again:' || key", "position": "position + 1000000000"}
    found = run("SELECT column_name FROM information_schema.columns WHERE table_name = 'ledger_line' ORDER BY ordinal_position")
    names = [row[0] for row in found]
    chosen = ", ".join(changed.get(name, name) for name in names)
    again = f"SELECT {chosen} FROM ledger_line WHERE sign = 1 ORDER BY id DESC LIMIT {FRESH}"
    run("BEGIN")
    try:
        return taking(partial(run, f"INSERT INTO {table} ({', '.join(names)}) {again}"))[0]
    finally:
        run("ROLLBACK")
