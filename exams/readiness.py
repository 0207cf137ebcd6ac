"""Readiness (备考估计): the chance to reach the pass line of the official paper, with its interval. Pure: plain values in and out.

The paper ahead is not known: its items are taken to be like those of the bank that were calibrated, kind by kind, marked by
the rule of their part, partial credit included. What is not known of the learner's ability makes the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exams import irt

ENOUGH_CANDIDATES = 100  # in the calibrating group
ENOUGH_ANSWERS = 40  # calibrated items the learner has answered
LEAST_ITEMS = 8  # of each kind the paper asks
LEAST_RESPONSES = 30  # to an item, to be calibrated


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the official paper; ``pays_parts``: its rule gives points for less than the whole answer."""

    kind: str
    count: int
    points: int
    pays_parts: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """Calibrated items with their kinds, how many people calibrated them, and how lesser points fall (nodes × 4)."""

    items: irt.Items
    kinds: tuple[str, ...]
    candidates: int
    partial: irt.Floats | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A subject's paper seen through a pool: the chance to pass at each node, and how far the pool itself may mislead, as a
    deviation of ability at each node."""

    passing: irt.Floats
    spread: irt.Floats


def outlook_of(pool: Pool, sections: Sequence[Section], line: int) -> Outlook | None:
    """None where the pool holds too few items of a kind to say.

    The pool is a sample of the items there might be, and its calibrating group one of the people: the first shifts the points
    to expect, which the slope of the expected points turns into ability; the second shifts the scale by about 1/√candidates.
    """
    chances = pool.items.chances()
    parts, expected, variance = [], np.zeros(len(irt.NODES)), np.zeros(len(irt.NODES))
    for section in sections:
        alike = np.array([kind == section.kind for kind in pool.kinds])
        count = int(alike.sum())
        if count < LEAST_ITEMS:
            return None
        full = chances[alike].mean(axis=0)
        parts.append(irt.Part(section.count, section.points, full, pool.partial if section.pays_parts else None))
        expected += section.count * section.points * full
        variance += (section.count * section.points) ** 2 * chances[alike].var(axis=0, ddof=1) / count
    slope = np.maximum(np.gradient(expected, irt.NODES), 1e-6)
    spread = np.sqrt(variance / slope**2 + 1 / max(pool.candidates, 1))
    return Outlook(irt.chance_to_pass(parts, line), np.minimum(spread, 1.0))


def predict(pool: Pool, outlook: Outlook, right: Sequence[int]) -> irt.Readiness | None:
    """Readiness from answers to the pool's items (1, 0, ``irt.MISSING``); None where they are too few."""
    if sum(answer != irt.MISSING for answer in right) < ENOUGH_ANSWERS:
        return None
    ability = irt.ability(pool.items, right)
    return irt.readiness(ability, outlook.passing, float(np.interp(ability.mean, irt.NODES, outlook.spread)))
