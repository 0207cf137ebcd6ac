"""Classical item and test statistics of a scored matrix. Pure: numpy in, plain values out; no rows, no Django.

Sources: facility, corrected item-total correlation, Cronbach's alpha (KR-20 for 0/1 scores) and the standard error of
measurement as in Lord & Novick (1968); Wilson interval for a proportion, Fisher z for a correlation, and a percentile
bootstrap with a fixed seed for alpha.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054
ENOUGH = 30  # below this many candidates nothing is printed but "not enough evidence"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; all None when the data cannot tell."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    facility: Estimate  # mean share of the full points
    discrimination: Estimate  # correlation with the sum of the other items
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class TestStatistics:
    candidates: int
    mean: float
    deviation: float
    alpha: Estimate  # KR-20 where every score is 0 or full
    standard_error: float | None  # of measurement, in points
    items: tuple[ItemStatistics, ...]


def analyse(
    points: NDArray[np.float64], full: Sequence[float], *, resamples: int = 400, seed: int = 20261122
) -> TestStatistics | None:
    """Statistics of ``points`` (candidates × items), item ``j`` worth ``full[j]``. None with fewer than ``ENOUGH`` candidates."""
    scores = np.asarray(points, dtype=np.float64)
    if scores.ndim != 2 or scores.shape[1] != len(full):
        raise ValueError("points must be candidates × items, with one full mark for each item")
    count = scores.shape[0]
    if count < ENOUGH:
        return None
    totals = scores.sum(axis=1)
    alpha = _alpha(scores)
    deviation = float(totals.std(ddof=1))
    items = tuple(_item(scores, totals, index, full[index]) for index in range(scores.shape[1]))
    return TestStatistics(
        candidates=count,
        mean=float(totals.mean()),
        deviation=deviation,
        alpha=_alpha_interval(scores, alpha, resamples, seed),
        standard_error=deviation * math.sqrt(1 - alpha) if alpha is not None and alpha <= 1 else None,
        items=items,
    )


def option_shares(
    chosen: Sequence[frozenset[str]], totals: Sequence[float], options: Sequence[str]
) -> Mapping[str, tuple[Estimate, float | None]]:
    """For each option: the share of candidates who chose it, and the mean total score of those who did."""
    count = len(chosen)
    result: dict[str, tuple[Estimate, float | None]] = {}
    for option in options:
        picked = [total for answer, total in zip(chosen, totals, strict=True) if option in answer]
        result[option] = (proportion(len(picked), count), sum(picked) / len(picked) if picked else None)
    return result


def proportion(hits: float, count: int) -> Estimate:
    """Wilson's score interval for ``hits`` of ``count``."""
    if count == 0:
        return Estimate(None)
    share = hits / count
    centre = share + Z95**2 / (2 * count)
    spread = Z95 * math.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    scale = 1 + Z95**2 / count
    return Estimate(share, (centre - spread) / scale, (centre + spread) / scale)


def _item(scores: NDArray[np.float64], totals: NDArray[np.float64], index: int, full: float) -> ItemStatistics:
    own = scores[:, index]
    count = len(own)
    share = float(own.mean() / full)
    if set(np.unique(own)) <= {0.0, full}:
        facility = proportion(share * count, count)
    else:
        error = Z95 * float(own.std(ddof=1)) / full / math.sqrt(count)
        facility = Estimate(share, max(0.0, share - error), min(1.0, share + error))
    return ItemStatistics(
        facility=facility,
        discrimination=_correlation(own, totals - own),
        alpha_without=_alpha(np.delete(scores, index, axis=1)) if scores.shape[1] > 2 else None,
    )


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> Estimate:
    if left.std() == 0 or right.std() == 0 or len(left) < 4:
        return Estimate(None)
    r = float(np.corrcoef(left, right)[0, 1])
    if abs(r) >= 1:
        return Estimate(r, r, r)
    z, error = math.atanh(r), Z95 / math.sqrt(len(left) - 3)
    return Estimate(r, math.tanh(z - error), math.tanh(z + error))


def _alpha(scores: NDArray[np.float64]) -> float | None:
    width = scores.shape[1]
    total = float(scores.sum(axis=1).var(ddof=1))
    if width < 2 or total == 0:
        return None
    return width / (width - 1) * (1 - float(scores.var(axis=0, ddof=1).sum()) / total)


def _alpha_interval(scores: NDArray[np.float64], alpha: float | None, resamples: int, seed: int) -> Estimate:
    if alpha is None:
        return Estimate(None)
    rng = np.random.default_rng(seed)
    count = scores.shape[0]
    drawn = [_alpha(scores[rng.integers(0, count, count)]) for _ in range(resamples)]
    known = [value for value in drawn if value is not None]
    low, high = np.percentile(known, [2.5, 97.5])
    return Estimate(alpha, float(low), float(high))
