"""The fold from lines to counted units: pure functions over plain values, no database. ``selectors`` feeds it.

A unit is one person-time under a counting basis. It takes its division, category, programme and the sides of its person from
the earliest line of its group, and its mode from the occasion's plan: one value each, so that a further dimension splits a
total and never changes it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from lms.ledger.kinds import MIXED
from lms.ledger.rules import age_band, month_of, spans_of
from lms.places.rules import upwards


class Entry(NamedTuple):
    """What the fold needs of one standing line. ``person`` is already the canonical one; ``on`` the day it is reported on."""

    line: int
    position: int
    kind: str
    person: int
    label: str
    occasion: uuid.UUID
    slot: str
    happened_on: dt.date
    on: dt.date
    minutes: int
    division: int
    path: str
    mode: str
    category: int
    programme: int
    sex: str = ""
    ethnic_group: str = ""
    education: str = ""
    birth_year: int = 0

    @property
    def displaced(self) -> bool:
        """It happened in a period that was already locked, so it is reported later than it happened."""
        return self.on != self.happened_on


@dataclass(slots=True)
class Plan:
    """What an occasion planned: from its standing ``scheduled`` lines."""

    minutes: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    modes: set[str] = field(default_factory=set)
    floor: int | None = None
    floor_position: int = 0
    slots: dict[str, int] = field(default_factory=dict)

    def add(self, *, slot: str, minutes: int, on: dt.date, mode: str, floor: int | None, position: int) -> None:
        self.minutes += minutes
        self.slots[slot] = self.slots.get(slot, 0) + minutes
        self.first = on if self.first is None else min(self.first, on)
        self.last = on if self.last is None else max(self.last, on)
        self.modes.add(mode)
        if floor is not None and position > self.floor_position:
            self.floor, self.floor_position = floor, position


class Way(NamedTuple):
    """One entry of a basis: a kind of line at a kind of occasion, and whose attendance floor it must meet."""

    kind: str
    label: str
    floor: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A counting basis as plain values (see ``models.CountingBasis``)."""

    measure: str
    ways: tuple[Way, ...]
    per_slot: bool
    floor_percent: int
    span: str  # first, last, reached
    position: int = 0  # from which position on it is stated

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({way.kind for way in self.ways}))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({way.label for way in self.ways}))


class Unit(NamedTuple):
    """One counted unit: a person-time, with its single value in each dimension and the line that made it count."""

    measure: str
    person: int
    occasion: uuid.UUID
    slot: str
    counted_on: dt.date
    until: dt.date | None
    division: int
    path: str
    mode: str
    category: int
    programme: int
    line: int
    sex: str = ""
    ethnic_group: str = ""
    education: str = ""
    birth_year: int = 0

    @property
    def month(self) -> int:
        return month_of(self.counted_on)

    @property
    def facets(self) -> tuple[tuple[str, str], ...]:
        """The person's side of it, one value each, as then: sex, ethnic group, education, age band."""
        return facets_of(self.sex, self.ethnic_group, self.education, self.birth_year, self.counted_on.year)


def facets_of(sex: str, ethnic_group: str, education: str, birth_year: int, year: int) -> tuple[tuple[str, str], ...]:
    return (
        ("sex", sex),
        ("ethnic", ethnic_group),
        ("education", education),
        ("age", age_band(birth_year, year)),
    )


_reported, _known = attrgetter("on", "position"), attrgetter("position")  # the order in which lines count, and became known


def units_of(entries: Iterable[Entry], plans: Mapping[uuid.UUID, Plan], basis: Basis) -> list[Unit]:
    """Every unit that ``basis`` counts among standing lines, ordered by person, occasion and slot."""
    ways = {(way.kind, way.label): way for way in reversed(basis.ways)}  # of two for the same the first
    per_slot = basis.per_slot
    groups: dict[tuple[int, uuid.UUID, str], list[tuple[Entry, Way]]] = {}
    for entry in entries:
        way = ways.get((entry.kind, entry.label))
        if way is None:
            continue
        key = (entry.person, entry.occasion, entry.slot if per_slot else "")
        group = groups.get(key)
        if group is None:
            groups[key] = [(entry, way)]
        else:
            group.append((entry, way))
    found = []
    for key in sorted(groups, key=lambda k: (k[0], k[1].int, k[2])):
        unit = _unit(key, groups[key], plans.get(key[1]), basis)
        if unit is not None:
            found.append(unit)
    return found


def _unit(key: tuple[int, uuid.UUID, str], group: list[tuple[Entry, Way]], plan: Plan | None, basis: Basis) -> Unit | None:
    best: tuple[dt.date, int, Entry] | None = None
    by_way: dict[Way, list[Entry]] = {}
    for entry, way in group:
        by_way.setdefault(way, []).append(entry)
    for way, lines in by_way.items():
        lines.sort(key=_reported)
        needed = _needed(lines, way, plan, basis, key[2])
        if not needed:
            continue
        day = _day(needed, plan, basis)
        if best is None or (day, needed[-1].position) < best[:2]:
            best = (day, needed[-1].position, needed[-1])
    if best is None:
        return None
    earliest = min((entry for entry, _way in group), key=_known)
    return Unit(
        measure=basis.measure,
        person=key[0],
        occasion=key[1],
        slot=key[2],
        counted_on=best[0],
        until=None,
        division=earliest.division,
        path=earliest.path,
        mode=_mode(earliest, plan, basis, key[2]),
        category=earliest.category,
        programme=earliest.programme,
        line=best[2].line,
        sex=earliest.sex,
        ethnic_group=earliest.ethnic_group,
        education=earliest.education,
        birth_year=earliest.birth_year,
    )


def _needed(lines: list[Entry], way: Way, plan: Plan | None, basis: Basis, slot: str) -> list[Entry]:
    """The lines up to the one that made the group count, in the order reported; none when it does not count."""
    if not way.floor:
        return lines[:1]
    planned = 0 if plan is None else plan.slots.get(slot, 0) if basis.per_slot else plan.minutes
    percent = basis.floor_percent
    if way.floor == "class" and plan is not None and plan.floor is not None:
        percent = plan.floor
    credited: dict[str, int] = {}  # a merged person may stand twice in a slot: the longer stay counts, once
    total = 0
    for index, entry in enumerate(lines):
        had = credited.get(entry.slot, 0)
        if entry.minutes > had:
            total += entry.minutes - had
            credited[entry.slot] = entry.minutes
        if total > 0 and total * 100 >= percent * planned:
            return lines[: index + 1]
    return []


def _day(needed: list[Entry], plan: Plan | None, basis: Basis) -> dt.date:
    """The day the unit is counted on: by the basis's span rule, but never before a late line that it rests on."""
    day = reached = needed[-1].on
    if plan is not None and not basis.per_slot:
        if basis.span == "first" and plan.first is not None:
            day = plan.first
        elif basis.span == "last" and plan.last is not None:
            day = max(plan.last, reached)
    return max([day, *[entry.on for entry in needed if entry.on != entry.happened_on]])  # displaced ones


def _mode(earliest: Entry, plan: Plan | None, basis: Basis, slot: str) -> str:
    if basis.per_slot or plan is None or not plan.modes:
        return earliest.mode
    return next(iter(plan.modes)) if len(plan.modes) == 1 else MIXED


def keys_of(units: Iterable[Unit]) -> set[tuple[str, str, str, str]]:
    """In which (node, span, dimension, code) one human being with these units of one measure is counted once."""
    keys: set[tuple[str, str, str, str]] = set()
    for unit in units:
        values = (("", ""), ("mode", unit.mode), ("category", str(unit.category)), ("programme", str(unit.programme)), *unit.facets)
        for span in spans_of(unit.month):
            keys.add((unit.path, span, "own", ""))
            for node in upwards(unit.path):
                keys.update((node, span, dimension, code) for dimension, code in values)
    return keys


def stock_of(units: Iterable[Unit]) -> dict[tuple[str, int], int]:
    """Changes of the number held, as (node, month) → ±1 for one human being: held in a node while any unit there holds.

    Exact at the ends of months.
    """
    changes: dict[tuple[str, int], int] = {}
    by_node: dict[str, list[tuple[int, int | None]]] = {}
    for unit in units:
        end = None if unit.until is None else _lapses(unit.until)
        if end is not None and end <= unit.month:
            continue
        for node in upwards(unit.path):
            by_node.setdefault(node, []).append((unit.month, end))
    for node, spells in by_node.items():
        for start, end in _joined(spells):
            changes[(node, start)] = changes.get((node, start), 0) + 1
            if end is not None:
                changes[(node, end)] = changes.get((node, end), 0) - 1
    return {key: change for key, change in changes.items() if change}


def _lapses(until: dt.date) -> int:
    """The first month at whose end something valid until that day is no longer held."""
    following = until + dt.timedelta(days=1)
    return month_of(following)


def _joined(spells: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    joined: list[tuple[int, int | None]] = []
    for start, end in sorted(spells, key=lambda s: (s[0], s[1] is not None, s[1] or 0)):
        if joined and (joined[-1][1] is None or start <= joined[-1][1]):
            previous_end = joined[-1][1]
            if previous_end is not None:
                joined[-1] = (joined[-1][0], None if end is None else max(previous_end, end))
            continue
        joined.append((start, end))
    return joined


__all__ = ["Basis", "Entry", "Plan", "Unit", "Way", "facets_of", "keys_of", "stock_of", "units_of"]
