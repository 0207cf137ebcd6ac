"""Who chose what: for each option of each item, how many, how strong they were, and the same among best and weakest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exams.statistics.classical import Estimate, Floats, proportion, tails


@dataclass(frozen=True, slots=True)
class OptionStatistics:
    """One option. ``upper`` and ``lower``: its share among the best and the weakest 27 %. ``correlation``: of choosing it with
    the sum of the other items; None where all or none chose it."""

    letter: str
    share: Estimate
    mean_total: float | None
    upper: Estimate
    lower: Estimate
    correlation: float | None


def option_analysis(
    chosen: NDArray[np.uint16], points: Floats, options: Sequence[int], letters: str = "ABCDEFGHIJ"
) -> list[list[OptionStatistics]]:
    """For each item its options. ``chosen`` (candidates × items) holds bit ``i`` where option ``i`` was chosen; ``options[j]`` is
    how many item ``j`` has (0: no choice item)."""
    count, width = chosen.shape
    scores = np.asarray(points, dtype=np.float64)
    totals = scores.sum(axis=1)
    upper, lower = tails(totals)
    size = float(upper.sum())
    centred = totals - totals.mean()
    found: list[list[OptionStatistics]] = [[] for _ in range(width)]
    own = scores - scores.mean(axis=0)
    squares = np.einsum("ij,ij->j", own, own)
    rest = np.sqrt(np.maximum(centred @ centred - 2 * (centred @ own) + squares, 0.0))  # length of the other items' deviations
    for place in range(max(options, default=0)):
        picked = ((chosen >> place) & 1).astype(np.float64)
        hits = picked.sum(axis=0)
        sums, high, low = totals @ picked, upper @ picked / size, lower @ picked / size
        with_rest = centred @ picked - np.einsum("ij,ij->j", own, picked)
        spread = np.sqrt(hits * (1 - hits / count))
        for item in range(width):
            if place >= options[item]:
                continue
            divisor = spread[item] * rest[item]
            found[item].append(
                OptionStatistics(
                    letter=letters[place],
                    share=proportion(float(hits[item]), count),
                    mean_total=float(sums[item] / hits[item]) if hits[item] else None,
                    upper=proportion(float(high[item]) * size, size),
                    lower=proportion(float(low[item]) * size, size),
                    correlation=float(with_rest[item] / divisor) if divisor > 1e-12 else None,
                )
            )
    return found


def option_shares(
    chosen: Sequence[frozenset[str]], totals: Sequence[float], options: Sequence[str]
) -> Mapping[str, tuple[Estimate, float | None]]:
    """For each option of one item: the share of candidates who chose it, and the mean total score of those who did."""
    count = len(chosen)
    result: dict[str, tuple[Estimate, float | None]] = {}
    for option in options:
        picked = [total for answer, total in zip(chosen, totals, strict=True) if option in answer]
        result[option] = (proportion(len(picked), count), sum(picked) / len(picked) if picked else None)
    return result
