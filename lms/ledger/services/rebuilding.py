"""The summaries folded anew from nothing: units by the rule of ``folding``, every total from those units, a set a statement.

Memory is that of the largest occasion and of one measure's distinct person-months, however many lines the ledger holds. Until
the commit readers see what stood before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, QuerySet

from lms.core import bulk, clock, positions
from lms.core.planner import analyse
from lms.ledger import summaries
from lms.ledger.folding import Unit
from lms.ledger.models import CountedUnit, NodeTotal, PersonCount, SummaryState
from lms.ledger.querysets import LineQuerySet
from lms.ledger.rules import AGE_BANDS
from lms.ledger.summaries import MONTH
from lms.people import selectors as people
from lms.places.rules import part_below, upwards

PART = 5000  # rows in memory at a time
COUNTS = ("measure", "node", "span", "dimension", "code", "persons")
# gone at the end: what stands at each place and month by several dimensions together, the same by each of them, every place's nodes
TALLY, LEAVES, NODES = "ledger_tally", "ledger_leaves", "ledger_nodes"
PLACED = "measure varchar(32), path varchar(64), month integer"
DIMENSIONS = {"mode": "mode", "category": "CAST(category AS varchar(32))", "programme": "CAST(programme AS varchar(32))"}
DIMENSION_COLUMNS = "mode varchar(12), category bigint, programme bigint"
AGE = "month / 100 - birth_year"  # whole years; rules.age_band
BANDS = " ".join(f"WHEN {AGE} >= {low} THEN '{low:02}'" for low in sorted(AGE_BANDS, reverse=True))
SIDES = {
    "sex": "sex",
    "ethnic": "ethnic_group",
    "education": "education",
    "age": f"CASE WHEN birth_year = 0 THEN '' {BANDS} ELSE '' END",
}
SIDE_COLUMNS = "sex varchar(1), ethnic_group varchar(2), education varchar(2), birth_year integer"
TOTALS = ", ".join(("node", "measure", "month", "dimension", "code", "total"))
RAISED = f"""
INSERT INTO ledger_nodetotal ({TOTALS})
SELECT node, measure, month, {{dimension}}, {{code}}, sum(total) FROM {LEAVES} JOIN {NODES} USING (path) WHERE {{condition}}
GROUP BY 1, 2, 3, 4, 5 HAVING sum(total) <> 0 ORDER BY 1, 4, 3
"""  # noqa: S608


def rebuild() -> SummaryState:
    """Throw the summaries away and fold them anew, in one transaction."""
    with transaction.atomic():
        _plan_for_everything()
        state = SummaryState.objects.select_for_update().get(pk=1)
        target = positions.closed()
        for model in (NodeTotal, CountedUnit, PersonCount):
            model._default_manager.all().delete()
        canonical, standing = people.canonical_ids(target), summaries.standing_at(target)
        _write(CountedUnit, Unit._fields, summaries.all_units(summaries.all_bases().values(), canonical, target))
        analyse(CountedUnit)
        _write_totals(standing)
        for measure in CountedUnit.objects.order_by().values_list("measure", flat=True).distinct():
            _write_persons(measure)
        analyse(NodeTotal, PersonCount)
        state.position = target
        state.refreshed_at = state.rebuilt_at = clock.now()
        state.save()
    return state


def _plan_for_everything() -> None:
    """Tell PostgreSQL that all rows of a cursor are wanted and that this transaction may sort and hash in memory.

    Else it plans for the first tenth: the lines one by one along an index, each looked up among the reversed ones.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
            cursor.execute("SET LOCAL work_mem = '128MB'")


def _write(model: type[models.Model], fields: Iterable[str], rows: Iterator[Any]) -> None:
    names = tuple(fields)
    while part := list(islice(rows, PART)):
        bulk.insert_rows(model, names, part)


def _write_totals(standing: LineQuerySet) -> None:
    """What stands at each place by each dimension, then every node as the sum of the places it holds."""
    units = CountedUnit.objects.order_by()
    placed = ("measure", "path", MONTH)
    by_dimension = units.values_list(*placed, *summaries.DIMENSIONS).annotate(total=Count("pk"))
    by_side = units.values_list(*placed, *summaries.SIDES, "birth_year").annotate(total=Count("pk"))
    of_lines = (summaries.addend_totals(standing, addend) for addend in summaries.ADDENDS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {LEAVES} ({PLACED}, dimension varchar(12), code varchar(32), total bigint)")
        _split(DIMENSION_COLUMNS, DIMENSIONS, (by_dimension, *of_lines))
        _split(SIDE_COLUMNS, SIDES, (by_side, *(summaries.sided_totals(standing, addend) for addend in summaries.FACETED)))
        _name_nodes()
        cursor.execute(RAISED.format(dimension="dimension", code="code", condition="1 = 1"))
        cursor.execute(RAISED.format(dimension="'division'", code="part", condition="dimension = 'mode'"))
        cursor.execute(f"DROP TABLE {LEAVES}")
        cursor.execute(f"DROP TABLE {NODES}")


def _split(columns: str, dimensions: dict[str, str], found: Iterable[QuerySet[Any, Any]]) -> None:
    """All dimensions together first, which is a fraction of the rows; then each by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {TALLY} ({PLACED}, {columns}, total bigint)")
        for rows in found:
            _insert_selected(f"INSERT INTO {TALLY} {{}}", rows)
        for dimension, code in dimensions.items():
            cursor.execute(
                f"INSERT INTO {LEAVES} SELECT measure, path, month, '{dimension}', {code}, sum(total) FROM {TALLY}"  # noqa: S608
                " GROUP BY 1, 2, 3, 5"
            )
        cursor.execute(f"DROP TABLE {TALLY}")


def _name_nodes() -> None:
    """For each place every node it counts in, and the part of its path right below that node."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT path FROM {LEAVES}")  # noqa: S608
        rows = [(path, node, part_below(path, node)) for (path,) in cursor.fetchall() for node in upwards(path)]
        cursor.execute(f"CREATE TEMPORARY TABLE {NODES} (path varchar(64), node varchar(64), part varchar(32))")
        cursor.executemany(f"INSERT INTO {NODES} VALUES (%s, %s, %s)", rows)  # noqa: S608


def _insert_selected(statement: str, rows: QuerySet[Any, Any]) -> None:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql), params)


def _write_persons(measure: str) -> None:
    _write(PersonCount, COUNTS, summaries.counts_of_persons(measure, CountedUnit.objects.filter(measure=measure)))
