"""How markers agree. Pure: points in, figures out.

Quadratic weighted kappa after Cohen (1968) over the points as a scale; ICC(2,1), two-way random effects, absolute agreement,
single measure, after Shrout & Fleiss (1979). Severity is a marker's mean difference from the other markers of the same scripts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENOUGH = 10  # below this many scripts in common nothing is printed but "not enough evidence"


@dataclass(frozen=True, slots=True)
class MarkerFigures:
    """Of one marker: scripts marked, mean and spread of the points, severity (below nothing: harder than the others)."""

    scripts: int
    mean: float
    spread: float | None
    severity: float | None


@dataclass(frozen=True, slots=True)
class PairFigures:
    """Of two markers: scripts in common, kappa, ICC, mean absolute difference; None where the scripts are too few."""

    scripts: int
    kappa: float | None
    icc: float | None
    difference: float | None


def weighted_kappa(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Quadratic weighted kappa by moments: 1 − E(x−y)² / E over independent pairs. None where nothing varies."""
    n = len(first)
    observed = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) / n
    mean_a, mean_b = sum(first) / n, sum(second) / n
    spread_a, spread_b = sum((a - mean_a) ** 2 for a in first) / n, sum((b - mean_b) ** 2 for b in second) / n
    chance = spread_a + spread_b + (mean_a - mean_b) ** 2
    return None if chance == 0 else 1 - observed / chance


def icc(table: Sequence[Sequence[float]]) -> float | None:
    """ICC(2,1) of a full table, scripts × markers. None where nothing varies."""
    n, k = len(table), len(table[0])
    grand = sum(map(sum, table)) / (n * k)
    rows = [sum(row) / k for row in table]
    columns = [sum(row[j] for row in table) / n for j in range(k)]
    between_rows = k * sum((mean - grand) ** 2 for mean in rows) / (n - 1)
    between_columns = n * sum((mean - grand) ** 2 for mean in columns) / (k - 1)
    total = sum((x - grand) ** 2 for row in table for x in row)
    rest = (total - between_rows * (n - 1) - between_columns * (k - 1)) / ((n - 1) * (k - 1))
    below = between_rows + (k - 1) * rest + k * (between_columns - rest) / n
    return None if math.isclose(below, 0, abs_tol=1e-12) else (between_rows - rest) / below


def figures_of(marks: Mapping[str, Mapping[int, float]]) -> dict[str, MarkerFigures]:
    """By marker: their figures, from marker → script → points."""
    found = {}
    for name, mine in marks.items():
        points = list(mine.values())
        mean = sum(points) / len(points)
        spread = math.sqrt(sum((p - mean) ** 2 for p in points) / (len(points) - 1)) if len(points) > 1 else None
        differences = []
        for script, given in mine.items():
            others = [theirs[script] for other, theirs in marks.items() if other != name and script in theirs]
            if others:
                differences.append(given - sum(others) / len(others))
        severity = sum(differences) / len(differences) if len(differences) >= ENOUGH else None
        found[name] = MarkerFigures(len(points), mean, spread, severity)
    return found


def pair_of(first: Mapping[int, float], second: Mapping[int, float]) -> PairFigures:
    """How two markers agree on the scripts that both marked."""
    common = sorted(first.keys() & second.keys())
    if len(common) < ENOUGH:
        return PairFigures(len(common), None, None, None)
    one, other = [first[script] for script in common], [second[script] for script in common]
    difference = sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(common)
    return PairFigures(len(common), weighted_kappa(one, other), icc(list(zip(one, other, strict=True))), difference)
