"""The summaries folded anew from nothing: units by the rule of ``folding``, every total from those units, a set a statement.

Memory is that of the largest occasion and of one measure's distinct person-months, however many lines the ledger holds. Until
the commit readers see what stood before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, QuerySet, Value
from django.db.models.functions import ExtractMonth, ExtractYear

from lms.core import bulk, clock, positions
from lms.core.planner import analyse
from lms.ledger import summaries
from lms.ledger.counting import distinct_counts
from lms.ledger.folding import Unit, stock_of
from lms.ledger.models import Cell, CountedUnit, FacetCell, PersonCount, SummaryState
from lms.ledger.querysets import LineQuerySet
from lms.ledger.rules import AGE_BANDS
from lms.people import selectors as people

PART = 5000  # rows in memory at a time
MONTH = ExtractYear("counted_on") * 100 + ExtractMonth("counted_on")
COUNTS = ("measure", "node", "span", "dimension", "code", "persons")
# units, minutes and hours by place, month and all sides of the person together; gone at the end
TALLY = "ledger_tally"
TALLY_COLUMNS = (
    "measure varchar(32), path varchar(64), division bigint, month integer, sex varchar(1), ethnic_group varchar(2),"
    " education varchar(2), birth_year integer, total bigint"
)
AGE = "month / 100 - birth_year"  # whole years; rules.age_band
BANDS = " ".join(f"WHEN {AGE} >= {low} THEN '{low:02}'" for low in sorted(AGE_BANDS, reverse=True))
SIDES = {
    "sex": "sex",
    "ethnic": "ethnic_group",
    "education": "education",
    "age": f"CASE WHEN birth_year = 0 THEN '' {BANDS} ELSE '' END",
}


def rebuild() -> SummaryState:
    """Throw the summaries away and fold them anew, in one transaction."""
    with transaction.atomic():
        _plan_for_everything()
        state = SummaryState.objects.select_for_update().get(pk=1)
        target = positions.closed()
        for model in (Cell, FacetCell, CountedUnit, PersonCount):
            model._default_manager.all().delete()
        canonical, standing = people.canonical_ids(target), summaries.standing_at(target)
        _write(CountedUnit, Unit._fields, summaries.all_units(summaries.all_bases().values(), canonical, target))
        analyse(CountedUnit)
        _write_cells(standing)
        _write_facets(standing)
        for measure in CountedUnit.objects.order_by().values_list("measure", flat=True).distinct():
            _write_persons(measure)
        analyse(Cell, FacetCell, PersonCount)
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


def _write_cells(standing: LineQuerySet) -> None:
    units = CountedUnit.objects.order_by().values_list(
        *("measure", "path", "division", MONTH, "mode", "category", "programme", Value(""))
    )
    columns = ", ".join((*summaries.CellKey._fields, "total"))
    for rows in (*(summaries.addend_totals(standing, a) for a in summaries.ADDENDS), units.annotate(total=Count("pk"))):
        _insert_selected(f"INSERT INTO ledger_cell ({columns}) SELECT * FROM ({{}}) found WHERE total <> 0", rows)  # noqa: S608


def _write_facets(standing: LineQuerySet) -> None:
    """All sides of the person together first, which is a fraction of the rows; then each by itself."""
    units = CountedUnit.objects.order_by().values_list("measure", "path", "division", MONTH, *summaries.SIDES, "birth_year")
    columns = ", ".join((*summaries.FacetKey._fields, "total"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {TALLY} ({TALLY_COLUMNS})")
        for rows in (units.annotate(total=Count("pk")), *(summaries.sided_totals(standing, a) for a in summaries.FACETED)):
            _insert_selected(f"INSERT INTO {TALLY} {{}}", rows)
        for dimension, code in SIDES.items():
            cursor.execute(
                f"INSERT INTO ledger_facetcell ({columns}) SELECT measure, path, division, month, '{dimension}', {code}, sum(total)"  # noqa: S608
                f" FROM {TALLY} GROUP BY 1, 2, 3, 4, 6 HAVING sum(total) <> 0"
            )
        cursor.execute(f"DROP TABLE {TALLY}")


def _insert_selected(statement: str, rows: QuerySet[Any, Any]) -> None:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql), params)


def _write_persons(measure: str) -> None:
    units = CountedUnit.objects.filter(measure=measure).order_by()
    months = units.values_list("person", "path", MONTH, "mode", "category", "programme", *summaries.SIDES, "birth_year").distinct()
    _write(PersonCount, COUNTS, ((measure, *count) for count in distinct_counts(months.iterator(chunk_size=PART))))
    if measure in summaries.HOLDINGS:
        _write_stock(measure, units)


def _write_stock(measure: str, units: QuerySet[CountedUnit]) -> None:
    changes: Counter[tuple[str, int]] = Counter()
    held = map(summaries.as_unit, units.order_by("person").iterator(chunk_size=PART))
    for _person, mine in groupby(held, key=lambda unit: unit.person):
        changes.update(stock_of(mine))
    rows = ((measure, node, str(month), "stock", "", change) for (node, month), change in changes.items() if change)
    _write(PersonCount, COUNTS, rows)
