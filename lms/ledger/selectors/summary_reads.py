"""Reads of the summaries: the rows of one node, however many lines the ledger holds and however many leaves lie below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Max, Min, Q, QuerySet, Sum

from lms.ledger.models import CountedUnit, NodeTotal, PersonCount, SummaryState
from lms.ledger.spans import Span


def summarised_position() -> int:
    return SummaryState.objects.values_list("position", flat=True).get(pk=1)


def additive(node: str, span: Span, measures: Iterable[str], *, by: str = "") -> dict[str, dict[str, int]]:
    """measure → value of the dimension (``""`` without one) → total, for a node with all below it and a period."""
    rows = _totals([node], by if by not in ("", "month") else "mode", span, measures)
    column = {"": [], "month": ["month"]}.get(by, ["code"])
    found: dict[str, dict[str, int]] = {}
    for measure, *key, total in rows.values_list("measure", *column).annotate(sum=Sum("total")):
        found.setdefault(measure, {})[str(key[0]) if key else ""] = total
    return found


def additive_below(node: str, span: Span, measures: Iterable[str], *, through: Sequence[str] = ()) -> dict[str, dict[str, int]]:
    """measure → path right below the node, or the node itself → total. ``through``: nodes that are looked into as well."""
    rows = _totals([node, *through], "division", span, measures)
    found: dict[str, dict[str, int]] = {}
    for measure, above, code, total in rows.values_list("measure", "node", "code").annotate(sum=Sum("total")):
        path = f"{above}{code}/" if code else above
        if above != node or path not in through:
            found.setdefault(measure, {})[path] = total
    return found


def _totals(nodes: list[str], dimension: str, span: Span, measures: Iterable[str]) -> QuerySet[NodeTotal]:
    months = NodeTotal.objects.filter(node__in=nodes, dimension=dimension, month__gte=span.first, month__lte=span.last)
    return months.filter(measure__in=list(measures)).order_by()


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


def years_with_lines(node: str) -> tuple[int, int] | None:
    """The first and last year that anything is reported for in a subtree."""
    found = NodeTotal.objects.filter(node=node, dimension="mode").aggregate(first=Min("month"), last=Max("month"))
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
