"""Keeping the summaries: refreshed for what became known since, or rebuilt from nothing. Both equal the fold, by test."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from lms.core import clock, positions
from lms.core.planner import analyse
from lms.ledger import summaries
from lms.ledger.folding import Basis, Unit
from lms.ledger.kinds import Kind
from lms.ledger.models import CountedUnit, Line, SummaryState
from lms.ledger.services import rebuilding
from lms.ledger.summaries import Leaf, PersonKey, TotalKey
from lms.people import selectors as people

STEP = 4000  # lines settled in one transaction
CHUNK = 400
ADDED = 4000  # rows added to in one statement


@dataclass(frozen=True, slots=True)
class Summarised:
    """Up to which position the summaries now hold, and how many lines they are behind."""

    position: int
    lag: int
    rebuilt_at: dt.datetime | None = None


def refresh_summaries(*, at_most: int | None = None) -> Summarised:
    """Bring the summaries up to the last closed position, step by step; each step is one transaction.

    With ``at_most`` nothing is done when they are further behind than that many lines (a page must not wait).
    """
    closed = positions.closed()
    state = SummaryState.objects.get(pk=1)
    if state.position >= closed:
        return Summarised(state.position, 0, state.rebuilt_at)
    behind = Line.objects.filter(position__gt=state.position, position__lte=closed)
    if at_most is not None and behind.order_by("position")[at_most : at_most + 1].exists():
        return Summarised(state.position, behind.count(), state.rebuilt_at)
    if behind.order_by("position")[STEP : STEP + 1].exists():
        analyse(Line)  # much came at once, perhaps in this very transaction
        if not CountedUnit.objects.exists():
            return rebuild_summaries()
    while state.position < closed:
        with transaction.atomic():
            state = SummaryState.objects.select_for_update().get(pk=1)
            target = _next_target(state.position, closed)
            if state.position < target:
                _settle(state.position, target)
                state.position, state.refreshed_at = target, clock.now()
                state.save(update_fields=["position", "refreshed_at"])
    return Summarised(state.position, 0, state.rebuilt_at)


def _next_target(start: int, closed: int) -> int:
    """The position of the last line of a step; the closed position when fewer are left."""
    lines = Line.objects.filter(position__gt=start, position__lte=closed).order_by("position").values_list("position", flat=True)
    return next(iter(lines[STEP - 1 : STEP]), closed)


def rebuild_summaries() -> Summarised:
    """Throw the summaries away and fold them anew, in one transaction."""
    state = rebuilding.rebuild()
    return Summarised(state.position, 0, state.rebuilt_at)


@dataclass(slots=True)
class _Touched:
    """What positions after the last settled one can have changed."""

    lines: list[Line]
    relinked: set[int]  # persons whose canonical id changed, with everybody linked to them then or now
    mates: dict[int, set[int]]  # person → everybody linked to them, then or now

    def parts(self, ids: Iterable[int]) -> Iterator[list[int]]:
        """Person ids with everybody linked to them, in parts small enough for a statement that split no human being."""
        part: set[int] = set()
        seen: set[int] = set()
        for pk in sorted(ids):
            if pk in seen:
                continue
            together = self.mates.get(pk, {pk})
            seen |= together
            part |= together
            if len(part) >= CHUNK:
                yield sorted(part)
                part = set()
        if part:
            yield sorted(part)


def _touched(start: int, target: int, before: dict[int, int], after: dict[int, int]) -> _Touched:
    fields = ("position", "kind", "sign", "person_id", "occasion_label", "occasion", "reverses_id", "topic")
    lines = list(Line.objects.filter(position__gt=start, position__lte=target).only(*fields))
    groups: dict[int, set[int]] = {}
    for links in (before, after):
        by_top: dict[int, set[int]] = {}
        for pk, top in links.items():
            by_top.setdefault(top, {top}).add(pk)
        for members in by_top.values():
            joined = set().union(members, *(groups[pk] for pk in members if pk in groups))
            for pk in joined:
                groups[pk] = joined
    moved = {pk for pk in before.keys() | after.keys() if before.get(pk, pk) != after.get(pk, pk)}
    relinked = set().union(*(groups[pk] for pk in moved)) if moved else set()
    return _Touched(lines, relinked, groups)


def _settle(start: int, target: int) -> None:
    after = people.canonical_ids(target)
    before = people.canonical_ids(start) if people.linked_since(start) else after
    touched = _touched(start, target, before, after)
    leaves: Counter[Leaf] = Counter()
    for sign in (1, -1):
        for pks in _chunks([line.reverses_id or line.pk for line in touched.lines if line.sign == sign], CHUNK):
            leaves.update(summaries.line_leaves(Line.objects.filter(pk__in=pks), sign=sign))
    persons: Counter[PersonKey] = Counter()
    for basis in summaries.all_bases().values():
        change = _basis_change(basis, touched, after, start, target)
        _apply(*change, leaves=leaves, persons=persons, measure=basis.measure)
    for measure in summaries.HOLDINGS:
        change = _holding_change(measure, touched, after, target)
        _apply(*change, leaves=leaves, persons=persons, measure=measure)
    _add_totals(summaries.raised(leaves))
    _add_persons(persons)


Change = tuple[dict[int, Unit], list[Unit]]  # stored units of the touched groups by pk, and the units as they now are


def _basis_change(basis: Basis, touched: _Touched, canonical: dict[int, int], start: int, target: int) -> Change:
    standing = summaries.standing_at(target)
    if basis.position > start:  # not settled yet: everything it counts is new
        stored = summaries.stored_units(CountedUnit.objects.filter(measure=basis.measure))
        return stored, list(summaries.basis_units(basis, standing, canonical, as_of=target))
    whole: set[uuid.UUID] = set()
    pairs: set[uuid.UUID] = set()
    ids: set[int] = set()
    for line in touched.lines:
        if line.occasion is None or line.occasion_label not in basis.labels:
            continue
        if line.kind == Kind.SCHEDULED:
            whole.add(line.occasion)
        elif line.kind in basis.kinds and line.person_id is not None:
            pairs.add(line.occasion)
            ids.add(line.person_id)
    stored = {}
    fresh: list[Unit] = []
    for lines_of, units_of in _groups(touched, whole, pairs, ids):
        stored.update(summaries.stored_units(CountedUnit.objects.filter(units_of, measure=basis.measure)))
        fresh += summaries.basis_units(basis, standing.filter(lines_of), canonical, as_of=target)
    return stored, list(dict.fromkeys(fresh))


def _groups(touched: _Touched, whole: set[uuid.UUID], pairs: set[uuid.UUID], ids: set[int]) -> Iterator[tuple[Q, Q]]:
    """The touched groups in parts small enough for one statement: a filter for lines and the same for stored units."""
    for occasions in _chunks(sorted(whole), CHUNK):
        yield Q(occasion__in=occasions), Q(occasion__in=occasions)
    for part in touched.parts(ids):
        for occasions in _chunks(sorted(pairs), CHUNK):
            yield Q(person_id__in=part, occasion__in=occasions), Q(person__in=part, occasion__in=occasions)
    for part in touched.parts(touched.relinked):
        yield Q(person_id__in=part), Q(person__in=part)


def _holding_change(measure: str, touched: _Touched, canonical: dict[int, int], target: int) -> Change:
    kind = summaries.HOLDINGS[measure]
    ids = {line.person_id for line in touched.lines if line.kind == kind and line.person_id} | touched.relinked
    stored: dict[int, Unit] = {}
    fresh: list[Unit] = []
    for part in touched.parts(ids):
        stored.update(summaries.stored_units(CountedUnit.objects.filter(person__in=part, measure=measure)))
        fresh += summaries.holding_units(measure, summaries.standing_at(target).filter(person_id__in=part), canonical)
    return stored, list(dict.fromkeys(fresh))


def _apply(
    stored: dict[int, Unit],
    fresh: list[Unit],
    *,
    leaves: Counter[Leaf],
    persons: Counter[PersonKey],
    measure: str,
) -> None:
    """Replace the stored units of the touched groups by the fresh ones; what differs moves totals and counts of persons."""
    was, now = set(stored.values()), set(fresh)
    removed = {pk: unit for pk, unit in stored.items() if unit not in now}
    added = [unit for unit in fresh if unit not in was]
    if not removed and not added:
        return
    leaves.update(summaries.unit_leaves(removed.values(), sign=-1))
    leaves.update(summaries.unit_leaves(added))
    for pks in _chunks(sorted(removed), CHUNK):
        CountedUnit.objects.filter(pk__in=pks).delete()
    CountedUnit.objects.bulk_create([summaries.as_row(u) for u in added], batch_size=CHUNK)
    change: dict[int, tuple[list[Unit], list[Unit]]] = {}
    for unit in removed.values():
        change.setdefault(unit.person, ([], []))[0].append(unit)
    for unit in added:
        change.setdefault(unit.person, ([], []))[1].append(unit)
    for ids in _chunks(sorted(change), CHUNK):
        standing: dict[int, list[Unit]] = {}
        for row in CountedUnit.objects.filter(person__in=ids, measure=measure).iterator(chunk_size=5000):
            standing.setdefault(row.person, []).append(summaries.as_unit(row))
        for pk in ids:
            after = standing.get(pk, [])
            gone, come = change[pk]
            before = [unit for unit in after if unit not in come] + gone
            persons.update(summaries.person_keys(before, sign=-1))
            persons.update(summaries.person_keys(after))


def _add_totals(totals: Counter[TotalKey]) -> None:
    _add("ledger_nodetotal", TotalKey._fields, "total", totals)


def _add_persons(counts: Counter[PersonKey]) -> None:
    key = ("measure", "node", "span", "dimension", "code")
    _add("ledger_personcount", key, "persons", counts)


def _add(table: str, columns: Sequence[str], total: str, changes: Counter[Any]) -> None:
    """Add each change to its row, in one statement a chunk; rows that come to nothing go."""
    rows = sorted((*key, change) for key, change in changes.items() if change)
    names = ", ".join([*columns, total])
    with connection.cursor() as cursor:
        for part in _chunks(rows, ADDED):
            source, params = _source_of(part)
            cursor.execute(
                f"INSERT INTO {table} ({names}) {source} "
                f"ON CONFLICT ({', '.join(columns)}) DO UPDATE SET {total} = {table}.{total} + excluded.{total}"
                f" RETURNING id, {total}",
                params,
            )
            empty = [pk for pk, left in cursor.fetchall() if not left]
            if empty:
                cursor.execute(f"DELETE FROM {table} WHERE id IN ({', '.join(['%s'] * len(empty))})", empty)  # noqa: S608


def _source_of(rows: Sequence[Sequence[str | int]]) -> tuple[str, list[Any]]:
    """Rows as what a statement inserts, and its parameters: by PostgreSQL an array a column, of which many cost little."""
    columns = list(zip(*rows, strict=True))
    if connection.vendor == "postgresql":
        arrays = ["%s::bigint[]" if isinstance(column[0], int) else "%s::text[]" for column in columns]
        return f"SELECT * FROM unnest({', '.join(arrays)})", [list(column) for column in columns]  # noqa: S608
    one = f"({', '.join(['%s'] * len(columns))})"
    return f"VALUES {', '.join([one] * len(rows))}", [value for row in rows for value in row]


def _chunks(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    for value in values:
        part.append(value)
        if len(part) >= size:
            yield part
            part = []
    if part:
        yield part
