"""A cut: every measure of a division and period by any dimension, narrowed by any, in the boundaries of then or of another day.

Page, job, command and interface all show this one payload. Flows are of the period, stocks of its last day (split by month:
of each month's last day). What is signed is narrower and stands in ``canonical``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.workbooks import guard
from lms.ledger import selectors as ledger
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountingBasis, Line
from lms.ledger.rules import last_day
from lms.ledger.summaries import lapse_of
from lms.people import selectors as people
from lms.places.models import Division
from lms.reports import stating
from lms.reports.breakdown import COLUMNS, Breakdown, Row, breakdown, sums
from lms.reports.canonical import basis_summary
from lms.reports.dimensions import Fact, shown_names, title_of
from lms.reports.filters import Having, Keeps, said

MEASURES = (
    "person_times",
    "persons",
    "unnamed",
    "hours",
    "clock_hours",
    "classes",
    "sessions",
    "licences_gained",
    "licensed",
    "registered",
)
ADDITIVE = ("person_times", "unnamed", "hours", "clock_hours", "classes", "sessions", "licences_gained", "licensed", "registered")
STOCKS = {"licensed": Kind.LICENSED, "registered": Kind.REGISTERED}
KINDS = (*LEARNING, Kind.COMPLETED, Kind.HEADCOUNT, Kind.HELD, Kind.LICENSED)
HELD = {"classes": "class", "sessions": "session"}


class Entry(NamedTuple):
    """A line of somebody: who, as one human being; since and until when; where and what."""

    person: int
    day: dt.date
    lapse: dt.date | None
    fact: Fact


def cut(
    *,
    division: Division,
    start: dt.date,
    end: dt.date,
    basis: CountingBasis,
    position: int,
    by: str = "division",
    boundaries_on: dt.date | None = None,
    having: Having = (),
) -> Breakdown:
    """The fold with every measure, a division's row with the rows below it."""

    def more(scope: ledger.Scope, needs: tuple[str, ...], keeps: Keeps, into: Callable[[Fact], tuple[Row, ...]]) -> None:
        for measure, topic in HELD.items():
            for fact, number in sums(scope.lines().filter(kind=Kind.HELD, topic=topic), scope, needs, "quantity"):
                for row in into(fact) if keeps(fact) else ():
                    setattr(row, measure, getattr(row, measure) + number)
        gained = scope.lines().filter(kind=Kind.LICENSED, person__isnull=False)
        for fact in _firsts(_entries(gained, scope, needs), None):
            for row in into(fact) if keeps(fact) else ():
                row.licences_gained += 1
        for measure, kind in STOCKS.items():
            held = [entry for entry in _entries(_standing(kind, scope), scope, needs) if keeps(entry.fact)]
            _stock(measure, held, scope, into, by)

    return breakdown(
        division=division,
        start=start,
        end=end,
        basis=basis,
        position=position,
        by=by,
        boundaries_on=boundaries_on,
        having=having,
        tree=True,
        more=more,
    )


def _standing(kind: str, scope: ledger.Scope) -> Any:
    assert scope.end is not None
    until = timezone.make_aware(dt.datetime.combine(scope.end, dt.time.max))
    lines = Line.objects.as_of(scope.position).filter(kind=kind, person__isnull=False).within(scope.path, scope.boundaries)
    return lines.filter(happened_to__lte=until)


def _stock(measure: str, held: list[Entry], scope: ledger.Scope, into: Callable[[Fact], tuple[Row, ...]], by: str) -> None:
    """Who holds on the last day, each once, by the first line that still holds; by month: on each month's last day."""
    assert scope.end is not None
    if by != "month":
        for fact in _firsts(held, scope.end):
            for row in into(fact):
                setattr(row, measure, getattr(row, measure) + 1)
        return
    for month in _months(scope):
        number = len(_firsts(held, min(last_day(month), scope.end)))
        for row in into(Fact(scope.path, month)):
            setattr(row, measure, number)  # the total is left with the last month's


def _months(scope: ledger.Scope) -> list[int]:
    assert scope.start is not None and scope.end is not None
    first, last = scope.start.year * 12 + scope.start.month - 1, scope.end.year * 12 + scope.end.month - 1
    return [n // 12 * 100 + n % 12 + 1 for n in range(first, last + 1)]


def _entries(lines: Any, scope: ledger.Scope, needs: Iterable[str]) -> list[Entry]:
    """Lines in the order they happened."""
    more = {name: column for by in needs for name, column in COLUMNS.get(by, {}).items()}
    canonical = people.canonical_ids(scope.position)
    columns = ("person_id", "happened_to", "facts", "division_id", "division__path", "posted_period", *more.values())
    found = []
    for person, happened, facts, division, path, month, *values in lines.order_by("happened_to", "position").values_list(*columns):
        sides = {name: value for name, value in zip(more, values, strict=True) if value is not None}
        fact = Fact(scope.boundaries.path(division, path), month, **sides)
        found.append(Entry(canonical.get(person, person), timezone.localdate(happened), lapse_of(facts), fact))
    return found


def _firsts(entries: Iterable[Entry], on: dt.date | None) -> list[Fact]:
    """Each human being once, by the first line; ``on``: of those that had happened by the day and had not lapsed before it."""
    found: dict[int, Fact] = {}
    for entry in entries:
        if on is None or (entry.day <= on and (entry.lapse is None or entry.lapse >= on)):
            found.setdefault(entry.person, entry.fact)
    return list(found.values())


def state(
    *,
    division: str,
    start: str,
    end: str,
    by: str = "division",
    as_of: str | int | None = None,
    basis: str | None = None,
    boundaries: str | None = None,
    having: str | Sequence[str] | None = None,
    actor: Actor,
    roles: tuple[str, ...] = (),
    most: int | None = None,
) -> dict[str, Any]:
    """From what was typed to the payload. Outside the actor's divisions is missing; ``most``: refuse to fold more lines."""
    asked = stating.fold_asked(
        division=division,
        start=start,
        end=end,
        as_of=as_of,
        basis=basis,
        boundaries=boundaries,
        having=having,
        actor=actor,
        roles=roles,
        kinds=KINDS,
        most=most,
    )
    return payload(cut(by=by, **asked))


def measures() -> dict[str, str]:
    """code → what stands over its column."""
    return {
        "person_times": _("人次"),
        "persons": _("人数"),
        "unnamed": _("未具名"),
        "hours": _("学时"),
        "clock_hours": _("小时"),
        "classes": _("班次"),
        "sessions": _("课次"),
        "licences_gained": _("新增持证"),
        "licensed": _("持证存量"),
        "registered": _("登记存量"),
    }


def payload(found: Breakdown) -> dict[str, Any]:
    """The cut as plain values, with what it rests on and how complete it is."""
    names = shown_names(found.by)
    return {
        "division": found.division.code,
        "division_name": found.division.full_name,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "basis": basis_summary(found.basis),
        "position": found.position,
        "by": found.by,
        "boundaries_on": found.boundaries_on.isoformat() if found.boundaries_on else None,
        "having": [":".join(each) for each in found.having],
        "rows": [_row(row, names) for row in found.rows],
        "total": _row(found.total, {}),
        "completeness": stating.approval_of(found.division, found.start, found.end),
    }


def _row(row: Row, names: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"key": row.key, "name": names.get(row.key) or row.name}
    told |= {measure: getattr(row, measure) for measure in MEASURES if measure not in ("hours", "clock_hours")}
    told["hours"] = f"{row.hours:.2f}"
    told["clock_hours"] = str((Decimal(row.minutes) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP))
    told = {name: told[name] for name in ("key", "name", *MEASURES)}
    inner = [_row(row.below[key], {}) for key in sorted(row.below, key=lambda key: (key == row.key, key))]
    return told | {"below": inner} if inner else told


def conditions(having: Iterable[str]) -> list[tuple[str, str]]:
    """(dimension, value) of a payload's conditions as people read them."""
    return said(tuple((name, code) for name, _colon, code in (each.partition(":") for each in having)))


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_csv(told: dict[str, Any]) -> str:
    """A line a row, those below a division's after it; every line says what it rests on."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["under", "key", "name", *MEASURES, "division", "from", "to", "basis", "position", "not_approved"])
    same = [told[name] for name in ("division", "from", "to")]
    same += [told["basis"]["code"], told["position"], told["completeness"]["county_months_not_approved"]]
    for under, row in flat(told):
        writer.writerow([guard(cell) for cell in (under, row["key"], row["name"], *(row[name] for name in MEASURES), *same)])
    return out.getvalue()


def flat(told: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """(key of the row above, row): every row, those below it right after it, and the total last."""
    for row in told["rows"]:
        yield "", row
        for inner in row.get("below", ()):
            yield row["key"], inner
    yield "", told["total"]


__all__ = ["ADDITIVE", "MEASURES", "as_csv", "as_json", "conditions", "cut", "flat", "measures", "payload", "title_of"]
