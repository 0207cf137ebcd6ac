"""Reads of the summaries: as many rows as there are leaves and dimensions, however many lines the ledger holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Max, Min, Q, Sum

from lms.ledger.models import Cell, CountedUnit, FacetCell, PersonCount, SummaryState
from lms.ledger.spans import Span

# which column of a cell a dimension splits by
COLUMNS = {"division": "path", "month": "month", "mode": "mode", "category": "category", "programme": "programme", "topic": "topic"}


FACETS = ("sex", "ethnic", "education", "age")  # sides of the person, each split by itself


def summarised_position() -> int:
    return SummaryState.objects.values_list("position", flat=True).get(pk=1)


def additive(path: str, span: Span, measures: Iterable[str], *, by: str = "") -> dict[str, dict[str, int]]:
    """measure → value of the dimension (``""`` without one) → total, for a subtree and period."""
    cells = Cell.objects.filter(month__gte=span.first, month__lte=span.last, measure__in=list(measures))
    if path != "/":
        cells = cells.filter(path__startswith=path)
    column = [COLUMNS[by]] if by else []
    found: dict[str, dict[str, int]] = {}
    for measure, *rest, total in cells.order_by().values_list("measure", *column).annotate(sum=Sum("total")):
        found.setdefault(measure, {})[str(rest[0]) if rest else ""] = total
    return found


def faceted(path: str, span: Span, measures: Iterable[str], *, by: str) -> dict[str, dict[str, int]]:
    """As ``additive``, split by a side of the person."""
    cells = FacetCell.objects.filter(dimension=by, month__gte=span.first, month__lte=span.last, measure__in=list(measures))
    if path != "/":
        cells = cells.filter(path__startswith=path)
    found: dict[str, dict[str, int]] = {}
    for measure, code, total in cells.order_by().values_list("measure", "code").annotate(sum=Sum("total")):
        found.setdefault(measure, {})[code] = total
    return found


def distinct_persons(node: str, span: Span, measure: str, *, by: str = "") -> dict[str, int]:
    """Value of the dimension (``""`` without one, ``own`` for the node itself only) → distinct persons, at one node."""
    if by == "month":
        rows = PersonCount.objects.filter(node=node, measure=measure, dimension="", span__in=[str(m) for m in span.months])
        return dict(rows.values_list("span", "persons"))
    rows = PersonCount.objects.filter(node=node, measure=measure, span=span.code, dimension=by)
    return dict(rows.values_list("code", "persons"))


def distinct_persons_of(nodes: Sequence[str], span: Span, measure: str) -> dict[str, int]:
    """Node → distinct persons, for many nodes: the children of one division."""
    rows = PersonCount.objects.filter(node__in=nodes, measure=measure, span=span.code, dimension="")
    return dict(rows.values_list("node", "persons"))


def stock(node: str, measure: str, month: int) -> int:
    """Persons holding a licence or a registration in a subtree at the end of a month."""
    rows = PersonCount.objects.filter(node=node, measure=measure, dimension="stock", span__lte=str(month))
    return rows.aggregate(total=Sum("persons"))["total"] or 0


def years_with_lines(path: str) -> tuple[int, int] | None:
    """The first and last year that anything is reported for in a subtree."""
    cells = Cell.objects.all() if path == "/" else Cell.objects.filter(path__startswith=path)
    found = cells.aggregate(first=Min("month"), last=Max("month"))
    return (found["first"] // 100, found["last"] // 100) if found["first"] else None


def units(measure: str, path: str, start: dt.date | None, end: dt.date, **conditions: object):  # type: ignore[no-untyped-def]
    """The stored units of a measure in a subtree and period: what a figure of the pages opens."""
    rows = CountedUnit.objects.filter(measure=measure, counted_on__lte=end, **conditions)
    if start is not None:
        rows = rows.filter(counted_on__gte=start)
    return rows if path == "/" else rows.filter(path__startswith=path)


def holding_on(measure: str, path: str, day: dt.date):  # type: ignore[no-untyped-def]
    """Units held on a day: gained by then and not lapsed before it."""
    return units(measure, path, None, day).filter(Q(until__isnull=True) | Q(until__gte=day))
