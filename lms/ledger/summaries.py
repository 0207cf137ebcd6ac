"""What the summaries hold, in pure terms: which measures there are and what one line or unit adds to which total."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear
from django.utils.dateparse import parse_date

from lms.ledger.counting import distinct_counts
from lms.ledger.folding import Basis, Plan, Unit, facets_of, keys_of, stock_of, units_of
from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import CountedUnit, CountingBasis, Line
from lms.ledger.querysets import LineQuerySet
from lms.ledger.selectors.lines import entries, plans_of
from lms.ledger.selectors.standards import plain
from lms.places.rules import part_below, upwards

# what is held by a person from a day on, and may lapse: stock and flow
HOLDINGS = {"licence": Kind.LICENSED, "registration": Kind.REGISTERED}


class Leaf(NamedTuple):
    """Where something stands: the place as then, the month, and one value of one dimension."""

    measure: str
    path: str
    month: int
    dimension: str
    code: str


class TotalKey(NamedTuple):
    node: str
    measure: str
    month: int
    dimension: str
    code: str


class Addend(NamedTuple):
    """One additive measure of lines: lines of ``kinds`` (of a topic) add ``field``."""

    measure: str
    kinds: tuple[str, ...]
    field: str
    topic: str = ""
    topic_prefix: str = ""


ADDENDS = (
    Addend("minutes", LEARNING, "minutes"),
    Addend("hundredths", LEARNING, "hour_hundredths"),
    Addend("supervised_minutes", (Kind.SUPERVISED,), "minutes"),
    Addend("classes", (Kind.HELD,), "quantity", topic="class"),
    Addend("sessions", (Kind.HELD,), "quantity", topic="session"),
    Addend("events", (Kind.HELD,), "quantity", topic_prefix="event:"),
    Addend("planned", (Kind.SCHEDULED,), "quantity"),
    Addend("cases", (Kind.CASES_SHARED,), "quantity"),
    Addend("unnamed", (Kind.HEADCOUNT,), "quantity"),
    Addend("certificates", (Kind.CERTIFIED,), "quantity"),
    Addend("certificates_voided", (Kind.CERTIFICATE_VOIDED,), "quantity"),
)


# measures of lines that are split by sides of the person; the others have no person or no page
FACETED = ADDENDS[:2]
DIMENSIONS = ("mode", "category", "programme")
SIDES = ("sex", "ethnic_group", "education")


def addend_totals(lines: LineQuerySet, addend: Addend) -> QuerySet[Any, Any]:
    """What lines (all standing) add to one measure by place, month, mode, category and programme."""
    wanted = lines.filter(kind__in=addend.kinds)
    if addend.topic:
        wanted = wanted.filter(topic=addend.topic)
    if addend.topic_prefix:
        wanted = wanted.filter(topic__startswith=addend.topic_prefix)
    none = Value(0)
    found = ("division__path", "posted_period", "mode", Coalesce(F("category_id"), none), Coalesce(F("programme_id"), none))
    return wanted.order_by().values_list(Value(addend.measure), *found).annotate(total=Sum(addend.field))


def sided_totals(lines: LineQuerySet, addend: Addend) -> QuerySet[Any, Any]:
    """What lines (all standing) add to one measure by place, month and all sides of the person together."""
    found = ("division__path", "posted_period", *SIDES, Coalesce(F("birth_year"), Value(0)))
    wanted = lines.filter(kind__in=addend.kinds)
    return wanted.order_by().values_list(Value(addend.measure), *found).annotate(total=Sum(addend.field))


def line_leaves(lines: LineQuerySet, *, sign: int = 1) -> Counter[Leaf]:
    """What lines (all standing) add at their own places; ``sign`` −1 takes it away."""
    leaves: Counter[Leaf] = Counter()
    for addend in ADDENDS:
        for measure, path, month, *codes, total in addend_totals(lines, addend).iterator(chunk_size=5000):
            for dimension, code in zip(DIMENSIONS, codes, strict=True):
                leaves[Leaf(measure, path, month, dimension, str(code))] += sign * (total or 0)
    for addend in FACETED:
        for measure, path, month, sex, ethnic_group, education, born, total in sided_totals(lines, addend).iterator(
            chunk_size=5000
        ):
            for dimension, code in facets_of(sex, ethnic_group, education, born, month // 100):
                leaves[Leaf(measure, path, month, dimension, code)] += sign * (total or 0)
    return leaves


def unit_leaves(units: Iterable[Unit], *, sign: int = 1) -> Counter[Leaf]:
    """What units add at their own places: one each."""
    leaves: Counter[Leaf] = Counter()
    for u in units:
        values = (("mode", u.mode), ("category", str(u.category)), ("programme", str(u.programme)), *u.facets)
        for dimension, code in values:
            leaves[Leaf(u.measure, u.path, u.month, dimension, code)] += sign
    return leaves


def raised(leaves: Counter[Leaf]) -> Counter[TotalKey]:
    """The totals that leaves add to: at their own place and at every node above it, and there by the part below."""
    totals: Counter[TotalKey] = Counter()
    for (measure, path, month, dimension, code), total in leaves.items():
        if not total:
            continue
        for node in upwards(path):
            totals[TotalKey(node, measure, month, dimension, code)] += total
            if dimension == "mode":  # each line and unit has one
                totals[TotalKey(node, measure, month, "division", part_below(path, node))] += total
    return totals


PersonKey = tuple[str, str, str, str, str]  # measure, node, span, dimension, code


def person_keys(units: Iterable[Unit], *, sign: int = 1) -> Counter[PersonKey]:
    """What the units of one human being, all of one measure, add to the counts of persons."""
    units = list(units)
    if not units:
        return Counter()
    measure = units[0].measure
    found: Counter[PersonKey] = Counter({(measure, *key): sign for key in keys_of(units)})
    if measure in HOLDINGS:
        for (node, month), change in stock_of(units).items():
            found[(measure, node, str(month), "stock", "")] += sign * change
    return found


MONTH = ExtractYear("counted_on") * 100 + ExtractMonth("counted_on")


def counts_of_persons(measure: str, units: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``PersonCount`` over all units of a measure: memory of its distinct person-months."""
    units = units.order_by()
    months = units.values_list("person", "path", MONTH, *DIMENSIONS, *SIDES, "birth_year").distinct()
    for count in distinct_counts(months.iterator(chunk_size=5000)):
        yield measure, *count
    if measure in HOLDINGS:
        changes: Counter[tuple[str, int]] = Counter()
        held = map(as_unit, units.order_by("person").iterator(chunk_size=5000))
        for _person, mine in groupby(held, key=lambda unit: unit.person):
            changes.update(stock_of(mine))
        for (node, month), change in changes.items():
            if change:
                yield measure, node, str(month), "stock", "", change


def basis_units(basis: Basis, lines: LineQuerySet, canonical: dict[int, int], *, as_of: int) -> Iterator[Unit]:
    """Units of a basis among whole groups of standing lines."""
    wanted = _wanted([basis], lines)
    plans = plans_of(wanted.order_by().values("occasion").distinct(), as_of=as_of)
    return _folded([basis], wanted, plans, canonical)


def all_units(bases: Iterable[Basis], canonical: dict[int, int], target: int) -> Iterator[Unit]:
    """Every unit of every measure, folded anew as known at a position; the lines are read once for all bases."""
    bases, standing = list(bases), standing_at(target)
    yield from _folded(bases, _wanted(bases, standing), plans_of(None, as_of=target), canonical)
    for measure in HOLDINGS:
        yield from holding_units(measure, standing, canonical)


def _wanted(bases: list[Basis], lines: LineQuerySet) -> LineQuerySet:
    """The lines that any of the bases counts; each basis leaves out what only another does."""
    kinds = {kind for basis in bases for kind in basis.kinds}
    labels = {label for basis in bases for label in basis.labels}
    return lines.filter(kind__in=sorted(kinds), occasion_label__in=sorted(labels), person__isnull=False, occasion__isnull=False)


def _folded(bases: list[Basis], lines: LineQuerySet, plans: dict[uuid.UUID, Plan], canonical: dict[int, int]) -> Iterator[Unit]:
    """One occasion after the other: memory of one occasion."""
    batch: list[Any] = []
    current: uuid.UUID | None = None
    for entry in entries(lines, canonical, by_occasion=True):
        if entry.occasion != current and len(batch) > 2000:
            for basis in bases:
                yield from units_of(batch, plans, basis)
            batch = []
        current = entry.occasion
        batch.append(entry)
    for basis in bases:
        yield from units_of(batch, plans, basis)


def holding_units(measure: str, lines: LineQuerySet, canonical: dict[int, int]) -> Iterator[Unit]:
    """One unit per licence or registration line: held from the day it is reported on until ``facts.valid_to``, if any."""
    rows = lines.filter(kind=HOLDINGS[measure], person__isnull=False).order_by()
    for pk, person, source, on, facts, division, path, mode, category, programme, *sides in rows.values_list(
        "pk",
        "person_id",
        "source_uuid",
        "posted_on",
        "facts",
        "division_id",
        "division__path",
        "mode",
        "category_id",
        "programme_id",
        "sex",
        "ethnic_group",
        "education",
        "birth_year",
    ).iterator(chunk_size=5000):
        yield Unit(
            measure=measure,
            person=canonical.get(person, person),
            occasion=source,
            slot=str(pk),
            counted_on=on,
            until=lapse_of(facts),
            division=division,
            path=path,
            mode=mode,
            category=category or 0,
            programme=programme or 0,
            line=pk,
            sex=sides[0],
            ethnic_group=sides[1],
            education=sides[2],
            birth_year=sides[3] or 0,
        )


def lapse_of(facts: dict[str, Any]) -> dt.date | None:
    text = facts.get("valid_to")
    return parse_date(text) if isinstance(text, str) else None


def all_bases() -> dict[str, Basis]:
    """Every basis that was ever stated, by measure: a past figure is asked under the version of its time."""
    return {b.measure: b for b in map(plain, CountingBasis.objects.all())}


def as_unit(row: CountedUnit) -> Unit:
    return Unit(
        row.measure,
        row.person,
        row.occasion,
        row.slot,
        row.counted_on,
        row.until,
        row.division,
        row.path,
        row.mode,
        row.category,
        row.programme,
        row.line,
        row.sex,
        row.ethnic_group,
        row.education,
        row.birth_year,
    )


def as_row(unit: Unit) -> CountedUnit:
    return CountedUnit(**unit._asdict())


def stored_units(rows: QuerySet[CountedUnit]) -> dict[int, Unit]:
    return {row.pk: as_unit(row) for row in rows.iterator(chunk_size=5000)}


def standing_at(position: int) -> LineQuerySet:
    return Line.objects.as_of(position)
