"""The two-parameter logistic model: calibration, ability, and the chance to pass a paper. Pure numpy; no rows, no Django.

Bock & Aitkin (1981): marginal maximum likelihood by EM over a fixed quadrature, ability N(0, 1) in the calibrating group; weak
priors on slope and intercept keep items with few answers in bounds. An ability is the whole posterior over the quadrature, so
that whatever is derived from it has an interval. Missing answers (not set that item) are left out of the likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES: Floats = np.linspace(-4.5, 4.5, 61)
MISSING = -1
Z95 = 1.959963984540054
QUARTERS = 4  # parts of the points that are told apart: the licence exam's multiple choice pays in quarters
SLOPE_PRIOR = (1.0, 0.5)  # mean and deviation
INTERCEPT_PRIOR = (0.0, 2.5)


def prior_weights() -> Floats:
    weights = np.exp(-(NODES**2) / 2)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True)
class Items:
    """Slopes ``a`` and difficulties ``b`` on the logistic scale (no factor 1.7)."""

    a: Floats
    b: Floats

    def chances(self, abilities: Floats = NODES) -> Floats:
        """Chance of full points, items × abilities."""
        return np.asarray(1 / (1 + np.exp(-self.a[:, None] * (abilities[None, :] - self.b[:, None]))))


@dataclass(frozen=True, slots=True)
class Calibrated:
    items: Items
    posterior: Floats  # persons × nodes
    iterations: int


def calibrate(
    right: NDArray[np.int8], *, priors: bool = True, common_slope: bool = False, tolerance: float = 1e-4, most: int = 500
) -> Calibrated:
    """Fit the model to ``right`` (persons × items; 1 full points, 0 less, ``MISSING``). ``common_slope``: one parameter an item."""
    hit = (right == 1).astype(np.float32)
    miss = (right == 0).astype(np.float32)
    width = right.shape[1]
    share = hit.sum(axis=0) / np.maximum(hit.sum(axis=0) + miss.sum(axis=0), 1)
    slope = np.ones(width)
    intercept = np.log(np.clip(share, 0.02, 0.98) / np.clip(1 - share, 0.02, 0.98)).astype(np.float64)
    prior = np.log(prior_weights())
    posterior, turn = np.empty((0, len(NODES))), 0
    while turn < most:
        turn += 1
        posterior = _posterior(hit, miss, slope, intercept, prior)
        weights = posterior.astype(np.float32)
        hits = (hit.T @ weights).astype(np.float64)
        asked = hits + (miss.T @ weights).astype(np.float64)
        new_slope, new_intercept = _maximise(hits, asked, slope, intercept, priors, common_slope)
        moved = max(float(np.abs(new_slope - slope).max()), float(np.abs(new_intercept - intercept).max()))
        slope, intercept = new_slope, new_intercept
        if moved < tolerance:
            break
    return Calibrated(Items(slope, -intercept / slope), posterior, turn)


def _posterior(hit: NDArray[np.float32], miss: NDArray[np.float32], slope: Floats, intercept: Floats, prior: Floats) -> Floats:
    logit = slope[:, None] * NODES[None, :] + intercept[:, None]
    log_right, log_wrong = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    log_like = hit @ log_right.astype(np.float32) + miss @ log_wrong.astype(np.float32) + prior
    log_like -= log_like.max(axis=1, keepdims=True)
    weights = np.exp(log_like.astype(np.float64))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _maximise(
    hits: Floats, asked: Floats, slope: Floats, intercept: Floats, priors: bool, common_slope: bool
) -> tuple[Floats, Floats]:
    """A few Newton steps for all items at once on the expected counts (items × nodes)."""
    a, d = slope.copy(), intercept.copy()
    for _step in range(8):
        chance = 1 / (1 + np.exp(-(a[:, None] * NODES + d[:, None])))
        rest, spread = hits - asked * chance, asked * chance * (1 - chance)
        g_a, g_d = rest @ NODES, rest.sum(axis=1)
        h_aa, h_ad, h_dd = spread @ NODES**2, spread @ NODES, spread.sum(axis=1)
        if priors:
            g_a, h_aa = g_a - (a - SLOPE_PRIOR[0]) / SLOPE_PRIOR[1] ** 2, h_aa + 1 / SLOPE_PRIOR[1] ** 2
            g_d, h_dd = g_d - (d - INTERCEPT_PRIOR[0]) / INTERCEPT_PRIOR[1] ** 2, h_dd + 1 / INTERCEPT_PRIOR[1] ** 2
        if common_slope:
            # the intercepts given the slope, then the slope given all of them (Schur complement)
            schur = float((h_aa - h_ad**2 / h_dd).sum())
            step_a = np.full(len(a), float((g_a - h_ad * g_d / h_dd).sum()) / schur)
            step_d = (g_d - h_ad * step_a) / h_dd
        else:
            determinant = h_aa * h_dd - h_ad**2
            step_a, step_d = (h_dd * g_a - h_ad * g_d) / determinant, (h_aa * g_d - h_ad * g_a) / determinant
        a, d = np.clip(a + np.clip(step_a, -1, 1), 0.05, 4.0), d + np.clip(step_d, -2, 2)
        if max(np.abs(step_a).max(), np.abs(step_d).max()) < 1e-9:
            break
    return a, d


@dataclass(frozen=True, slots=True)
class Ability:
    """A person's ability as weights over ``NODES``; mean and deviation on the calibrating group's scale."""

    weights: Floats

    @property
    def mean(self) -> float:
        return float(self.weights @ NODES)

    @property
    def deviation(self) -> float:
        return math.sqrt(max(float(self.weights @ NODES**2) - self.mean**2, 0.0))

    def quantile(self, share: float) -> float:
        """The ability below which ``share`` of the posterior lies, between nodes by straight lines."""
        return float(np.interp(share, np.cumsum(self.weights) - self.weights / 2, NODES))


def ability(items: Items, right: Sequence[int]) -> Ability:
    """Expected a posteriori: the posterior of one person from answers to ``items`` (1, 0 or ``MISSING``)."""
    answers = np.asarray(right, dtype=np.int8)[None, :]
    found = _posterior(
        (answers == 1).astype(np.float32),
        (answers == 0).astype(np.float32),
        items.a,
        -items.a * items.b,
        np.log(prior_weights()),
    )
    return Ability(found[0])


def partial_shares(posterior: Floats, quarters: NDArray[np.int8], *, strength: float = 20.0) -> Floats:
    """How answers short of full points fall on 0, ¼, ½ and ¾ of them, by node: nodes × 4. ``quarters`` (persons × items) holds
    0–4, or ``MISSING``. Nodes with few persons lean on the distribution of all."""
    counts = np.zeros((len(NODES), QUARTERS))
    for quarter in range(QUARTERS):
        counts[:, quarter] = posterior.T @ (quarters == quarter).sum(axis=1)
    overall = counts.sum(axis=0) + 1e-9
    overall /= overall.sum()
    smoothed = counts + strength * overall
    return np.asarray(smoothed / smoothed.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a paper: so many items worth so much, each drawn from items whose chances of full points at each node are
    ``full`` (nodes), and whose lesser points fall as ``partial`` (nodes × 4; None: nothing)."""

    count: int
    points: int
    full: Floats
    partial: Floats | None = None


def chance_to_pass(parts: Sequence[Part], line: int) -> Floats:
    """At each node the chance that a paper of these parts earns at least ``line``: the exact distribution of its points."""
    unit = math.gcd(*[part.points for part in parts], *[part.points // QUARTERS for part in parts if part.partial is not None])
    length = sum(part.count * part.points for part in parts) // unit + 1
    points = np.zeros((len(NODES), length))
    points[:, 0] = 1.0
    for part in parts:
        worth = part.points // unit
        lesser = np.zeros((len(NODES), QUARTERS)) if part.partial is None else part.partial
        if part.partial is None:
            lesser[:, 0] = 1.0
        for _item in range(part.count):
            after = points * ((1 - part.full) * lesser[:, 0])[:, None]
            after[:, worth:] += points[:, :-worth] * part.full[:, None]
            for quarter in range(1, QUARTERS):
                if part.partial is not None:
                    place = worth * quarter // QUARTERS
                    after[:, place:] += points[:, :-place] * ((1 - part.full) * lesser[:, quarter])[:, None]
            points = after
    return np.asarray(points[:, -(-line // unit) :].sum(axis=1))


@dataclass(frozen=True, slots=True)
class Readiness:
    """The chance to pass with its 95 % interval, from what is not known of the ability."""

    value: float
    low: float
    high: float

    @property
    def percent(self) -> tuple[int, int, int]:
        """Value, low and high in whole per cent; the interval rounded outward, never past 1 and 99: nothing is certain."""
        low, high = max(1, math.floor(self.low * 100)), min(99, math.ceil(self.high * 100))
        return min(max(round(self.value * 100), low), high), min(low, 98), max(high, 2)


def readiness(of: Ability, passing: Floats, spread: float = 0.0) -> Readiness:
    """The expected chance over the posterior, and the chances at the ends of the 95 % interval of the ability.

    ``spread``: further uncertainty of the ability's scale, a deviation, that widens the interval on both sides.
    """

    def end(share: float) -> float:
        reach = math.hypot(of.quantile(share) - of.mean, Z95 * spread)
        return float(np.interp(of.mean + math.copysign(reach, share - 0.5), NODES, passing))

    low, high = end(0.025), end(0.975)
    value = float(of.weights @ passing)
    return Readiness(value, min(low, high, value), max(low, high, value))
