"""Spells of stages: joined where they touch, cut where the person moved. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

HORIZON = dt.date(2099, 12, 31)
ONE_DAY = dt.timedelta(days=1)
# lines whose division is where the meeting was, not where the person is at home
_AWAY = frozenset({"supervising", "taught"})


class Dated(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> dt.date: ...
    @property
    def division(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spell:
    stage: int
    starts_on: dt.date
    ends_on: dt.date | None = None
    way_out: str = ""
    aspect: str = ""
    division: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[uuid.UUID, ...] = ()

    def on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def homes(lines: Sequence[Dated]) -> list[tuple[dt.date, int]]:
    """Where the person belongs from which day: by employment where there is any, else by the newest line of theirs."""
    found: list[tuple[dt.date, int]] = []
    employed = False
    for line in lines:
        if line.kind == "employed":
            employed = True
        elif employed or line.kind in _AWAY:
            continue
        if not found or found[-1][1] != line.division:
            found.append((line.on, line.division))
    return found or [(lines[0].on, lines[0].division)]


def home_on(places: Sequence[tuple[dt.date, int]], day: dt.date) -> int:
    """The home of a day; before the first one known, that one."""
    found = places[0][1]
    for start, division in places:
        if start <= day:
            found = division
    return found


def cut(spell: Spell, places: Sequence[tuple[dt.date, int]]) -> list[Spell]:
    """The spell in pieces, one for each home; only the last piece says how it ended."""
    last = spell.ends_on or HORIZON
    edges = sorted({spell.starts_on, *(start for start, _d in places if spell.starts_on < start <= last)})
    pieces = []
    for index, first in enumerate(edges):
        ending = index == len(edges) - 1
        pieces.append(
            Spell(
                spell.stage,
                first,
                spell.ends_on if ending else edges[index + 1] - ONE_DAY,
                spell.way_out if ending else "",
                spell.aspect,
                home_on(places, first),
                spell.detail,
                spell.evidence,
            )
        )
    merged: list[Spell] = []
    for piece in pieces:  # two homes with one division between them are one piece
        if merged and merged[-1].division == piece.division:
            before = merged.pop()
            piece = replace(piece, starts_on=before.starts_on)
        merged.append(piece)
    return merged


# -- spans ----------------------------------------------------------------------------------------------------------------------


def joined(spells: Sequence[Spell]) -> list[Spell]:
    """Overlapping and adjoining spells as one; it ended as the one that lasted longest."""
    found: list[Spell] = []
    for spell in sorted(spells, key=lambda s: (s.starts_on, s.ends_on or HORIZON)):
        if found and (found[-1].ends_on is None or spell.starts_on <= found[-1].ends_on + ONE_DAY):
            before = found.pop()
            longer = before if (before.ends_on or HORIZON) >= (spell.ends_on or HORIZON) else spell
            proof = tuple(dict.fromkeys((*before.evidence, *spell.evidence)))
            spell = Spell(
                spell.stage, before.starts_on, longer.ends_on, longer.way_out, spell.aspect, 0, _both(before, spell, longer), proof
            )
        found.append(spell)
    return found


def _both(before: Spell, after: Spell, longer: Spell) -> dict[str, Any]:
    detail = dict(longer.detail)
    for key in ("meetings", "minutes"):
        if key in before.detail and key in after.detail:
            detail[key] = before.detail[key] + after.detail[key]
    return detail


def union(spans: Sequence[tuple[dt.date, dt.date, uuid.UUID]]) -> list[tuple[dt.date, dt.date, tuple[uuid.UUID, ...]]]:
    found: list[tuple[dt.date, dt.date, tuple[uuid.UUID, ...]]] = []
    for first, last, line in sorted(spans, key=lambda s: (s[0], s[1])):
        if found and first <= found[-1][1] + ONE_DAY:
            start, end, lines = found.pop()
            found.append((start, max(end, last), (*lines, line)))
        else:
            found.append((first, last, (line,)))
    return found
