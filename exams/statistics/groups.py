"""The item's curve: the share of its points earned in groups of candidates of like total score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exams.statistics.classical import Estimate, Floats, proportion


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates with totals from–to, both included. ``shares`` has one estimate for each item."""

    lowest: float
    highest: float
    candidates: int
    shares: tuple[Estimate, ...]


def score_groups(points: Floats, full: Sequence[float], groups: int = 5) -> list[Group]:
    """About equal groups by total score, the weakest first; equal totals are never parted, so there may be fewer groups."""
    scores = np.asarray(points, dtype=np.float64)
    shares = scores / np.asarray(full, dtype=np.float64)
    totals = scores.sum(axis=1)
    edges = np.unique(np.quantile(totals, np.linspace(0, 1, groups + 1)[1:-1], method="lower"))
    places = np.searchsorted(edges, totals, side="left")
    found = []
    for place in range(len(edges) + 1):
        inside = places == place
        size = int(inside.sum())
        if not size:
            continue
        earned = inside.astype(np.float64) @ shares
        within = totals[inside]
        found.append(Group(float(within.min()), float(within.max()), size, tuple(proportion(float(e), size) for e in earned)))
    return found
