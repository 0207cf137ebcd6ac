"""Facility, discrimination, reliability: whole matrices at a time, each estimate with its interval.

Sources: facility, corrected item-total correlation, Cronbach's alpha (KR-20 for 0/1 scores) and the standard error of
measurement as in Lord & Novick (1968); the upper-lower index over 27 % groups of Kelley (1939); Wilson interval for a
proportion, Newcombe's (1998) for a difference of two, Fisher z for a correlation, and a percentile bootstrap with a fixed
seed for alpha.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z95 = 1.959963984540054
ENOUGH = 30  # below this many candidates nothing is printed but "not enough evidence"
TAIL = 0.27


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
    upper_lower: Estimate  # facility in the best 27 % less facility in the weakest
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class TestStatistics:
    candidates: int
    mean: float
    deviation: float
    alpha: Estimate  # KR-20 where every score is 0 or full
    standard_error: float | None  # of measurement, in points
    items: tuple[ItemStatistics, ...]


def analyse(points: Floats, full: Sequence[float], *, resamples: int = 400, seed: int = 20261122) -> TestStatistics | None:
    """Statistics of ``points`` (candidates × items), item ``j`` worth ``full[j]``. None with fewer than ``ENOUGH`` candidates."""
    scores = np.asarray(points, dtype=np.float64)
    if scores.ndim != 2 or scores.shape[1] != len(full):
        raise ValueError("points must be candidates × items, with one full mark for each item")
    count, width = scores.shape
    if count < ENOUGH:
        return None
    worth = np.asarray(full, dtype=np.float64)
    totals = scores.sum(axis=1)
    variances = scores.var(axis=0, ddof=1)
    total_variance = float(totals.var(ddof=1))
    with_total = (scores - scores.mean(axis=0)).T @ (totals - totals.mean()) / (count - 1)
    rest_variances = total_variance - 2 * with_total + variances  # of the sum of the other items
    alpha = _alpha(width, float(variances.sum()), total_variance)
    without = [
        _alpha(width - 1, float(variances.sum() - own), float(rest)) if width > 2 else None
        for own, rest in zip(variances, rest_variances, strict=True)
    ]
    correlations = _correlations(with_total - variances, variances, rest_variances, count)
    facilities = _facilities(scores, worth, np.sqrt(variances))
    differences = _upper_lower(scores / worth, totals)
    deviation = math.sqrt(total_variance)
    return TestStatistics(
        candidates=count,
        mean=float(totals.mean()),
        deviation=deviation,
        alpha=_alpha_interval(scores, totals, alpha, resamples, seed),
        standard_error=deviation * math.sqrt(1 - alpha) if alpha is not None and alpha <= 1 else None,
        items=tuple(map(ItemStatistics, facilities, correlations, differences, without)),
    )


def proportion(hits: float, count: float) -> Estimate:
    """Wilson's score interval for ``hits`` of ``count``."""
    if count == 0:
        return Estimate(None)
    share = hits / count
    centre = share + Z95**2 / (2 * count)
    spread = Z95 * math.sqrt(max(share * (1 - share), 0.0) / count + Z95**2 / (4 * count**2))
    scale = 1 + Z95**2 / count
    return Estimate(share, (centre - spread) / scale, (centre + spread) / scale)


def difference(one: Estimate, other: Estimate) -> Estimate:
    """Newcombe's interval for the difference of two proportions, from their Wilson intervals."""
    if one.value is None or other.value is None:
        return Estimate(None)
    assert one.low is not None and one.high is not None and other.low is not None and other.high is not None
    value = one.value - other.value
    low = math.hypot(one.value - one.low, other.high - other.value)
    high = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, max(-1.0, value - low), min(1.0, value + high))


def tails(totals: Floats, share: float = TAIL) -> tuple[Floats, Floats]:
    """Weights of the best and the weakest ``share`` of candidates. Those tied at the edge count in part, so that the order
    of the rows changes nothing."""
    wanted = max(1.0, round(share * len(totals)))

    def weigh(values: Floats) -> Floats:
        edge = np.partition(values, len(values) - int(wanted))[len(values) - int(wanted)]
        above, tied = values > edge, values == edge
        return above + tied * ((wanted - above.sum()) / tied.sum())

    return weigh(totals), weigh(-totals)


def _facilities(scores: Floats, worth: Floats, deviations: Floats) -> list[Estimate]:
    """Wilson where an item is right or wrong; the mean's normal interval where parts earn points."""
    count = len(scores)
    shares = scores.mean(axis=0) / worth
    whole = ((scores == 0) | (scores == worth)).all(axis=0)
    found = []
    for share, is_whole, error in zip(shares, whole, Z95 * deviations / worth / math.sqrt(count), strict=True):
        if is_whole:
            found.append(proportion(float(share) * count, count))
        else:
            found.append(Estimate(float(share), max(0.0, float(share - error)), min(1.0, float(share + error))))
    return found


def _upper_lower(shares: Floats, totals: Floats) -> list[Estimate]:
    upper, lower = tails(totals)
    high, low = upper @ shares, lower @ shares
    size = float(upper.sum())
    return [difference(proportion(float(h), size), proportion(float(w), size)) for h, w in zip(high, low, strict=True)]


def _correlations(covariances: Floats, left: Floats, right: Floats, count: int) -> list[Estimate]:
    found = []
    for covariance, one, other in zip(covariances, left, right, strict=True):
        if one <= 1e-12 or other <= 1e-12 or count < 4:
            found.append(Estimate(None))
            continue
        r = float(covariance / math.sqrt(one * other))
        if abs(r) >= 1:
            found.append(Estimate(r, r, r))
            continue
        z, error = math.atanh(r), Z95 / math.sqrt(count - 3)
        found.append(Estimate(r, math.tanh(z - error), math.tanh(z + error)))
    return found


def _alpha(width: int, item_variance: float, total_variance: float) -> float | None:
    if width < 2 or total_variance <= 0:
        return None
    return width / (width - 1) * (1 - item_variance / total_variance)


def _alpha_interval(scores: Floats, totals: Floats, alpha: float | None, resamples: int, seed: int) -> Estimate:
    """Percentile bootstrap over candidates. A resample is a row of how often each was drawn, so that all resamples together
    are one product of matrices: moments of the items and of the total."""
    if alpha is None:
        return Estimate(None)
    count, width = scores.shape
    rng = np.random.default_rng(seed)
    drawn = np.empty((resamples, count), dtype=np.float32)
    for turn in range(resamples):
        drawn[turn] = np.bincount(rng.integers(0, count, count), minlength=count)
    centred, middle = scores - scores.mean(axis=0), totals - totals.mean()
    features = np.column_stack([centred, (centred**2).sum(axis=1), middle, middle**2]).astype(np.float32)
    moments = (drawn @ features).astype(np.float64) / count
    item_variances = moments[:, width] - (moments[:, :width] ** 2).sum(axis=1)
    total_variances = moments[:, width + 2] - moments[:, width + 1] ** 2
    known = total_variances > 0
    values = width / (width - 1) * (1 - item_variances[known] / total_variances[known])
    low, high = np.percentile(values, [2.5, 97.5])
    return Estimate(alpha, float(low), float(high))
