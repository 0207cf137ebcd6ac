"""Every stored total against the same total made anew. Memory is that of the largest month, occasion or measure.

Units by the fold; totals from them and from the lines, a month at a time, in Python (the rebuild sums by sets in the database);
persons from the units, a measure at a time. What is made anew lies in tables of this connection alone, and the database
compares: a row that should not be there counts as much as one that is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from typing import Any, NamedTuple

from django.apps.registry import Apps
from django.db import connection
from django.db.models import Model, QuerySet

from lms.core import bulk
from lms.core.planner import analyse
from lms.ledger import summaries
from lms.ledger.folding import Unit
from lms.ledger.models import CountedUnit, NodeTotal, PersonCount, SummaryState
from lms.ledger.querysets import LineQuerySet
from lms.people import selectors as people

PART = 5000
PERSON_KEY = ("measure", "node", "span", "dimension", "code")


class Misfit(NamedTuple):
    """``rows`` are not as they should be: the first by its key, with what is stored and what is right."""

    where: str
    rows: int
    row: str
    stored: int
    anew: int


def misfits() -> Iterator[Misfit]:
    """One for each table that does not fit, at the position that the summaries claim."""
    position = SummaryState.objects.get(pk=1).position
    canonical, standing = people.canonical_ids(position), summaries.standing_at(position)
    with _made_anew(CountedUnit) as units:
        _fill(units, Unit._fields, summaries.all_units(summaries.all_bases().values(), canonical, position))
        analyse(units)
        yield from _compared("ledger.unit", CountedUnit, units, Unit._fields, "1")
        with _made_anew(NodeTotal) as totals:
            for part in _totals(units._default_manager.all(), standing):
                raised = summaries.raised(part).items()
                _fill(totals, (*summaries.TotalKey._fields, "total"), ((*key, total) for key, total in raised if total))
            yield from _compared("ledger.total", NodeTotal, totals, summaries.TotalKey._fields, "total")
        with _made_anew(PersonCount) as counts:
            for measure in units._default_manager.order_by("measure").values_list("measure", flat=True).distinct():
                mine = units._default_manager.filter(measure=measure)
                _fill(counts, (*PERSON_KEY, "persons"), summaries.counts_of_persons(measure, mine))
            yield from _compared("ledger.persons", PersonCount, counts, PERSON_KEY, "persons")


def _totals(units: QuerySet[Any], standing: LineQuerySet) -> Iterator[Counter[summaries.Leaf]]:
    """What stands at each place, in parts of which no two hold the same month of the same measure."""
    for period in standing.order_by("posted_period").values_list("posted_period", flat=True).distinct():
        yield summaries.line_leaves(standing.in_period(period))
    rows = units.order_by("counted_on").values_list(*Unit._fields).iterator(chunk_size=PART)
    for _month, mine in groupby((Unit(*row) for row in rows), key=lambda unit: unit.month):
        yield summaries.unit_leaves(mine)


@contextmanager
def _made_anew(model: type[Model]) -> Iterator[type[Model]]:
    """A table of this connection alone with the columns of a model, and a model of it that no registry knows."""
    table = f"{model._meta.db_table}_anew"
    meta = type("Meta", (), {"apps": Apps(), "app_label": model._meta.app_label, "db_table": table})
    fields = {field.name: field.clone() for field in model._meta.concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {model._meta.db_table} WHERE 1 = 0")  # noqa: S608
        yield type("Anew", (Model,), {**fields, "Meta": meta, "__module__": __name__})
        cursor.execute(f"DROP TABLE {table}")


def _fill(model: type[Model], fields: Sequence[str], rows: Iterable[Any]) -> None:
    rows = iter(rows)
    while part := list(islice(rows, PART)):
        bulk.insert_rows(model, fields, part)


def _compared(where: str, kept: type[Model], anew: type[Model], key: Sequence[str], total: str) -> Iterator[Misfit]:
    names = ", ".join(key)
    sides = f"SELECT {names}, {total} AS stored, 0 AS anew FROM {kept._meta.db_table}"  # noqa: S608
    sides += f" UNION ALL SELECT {names}, 0, {total} FROM {anew._meta.db_table}"  # noqa: S608
    wrong = f"SELECT {names}, sum(stored) AS stored, sum(anew) AS anew FROM ({sides}) both_of GROUP BY {names}"  # noqa: S608
    wrong += " HAVING sum(stored) <> sum(anew)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT wrong.*, count(*) OVER () FROM ({wrong}) wrong ORDER BY {names} LIMIT 1")  # noqa: S608
        for *values, stored, made, count in cursor.fetchall():
            yield Misfit(where, count, " ".join(map(str, values)), int(stored), int(made))
