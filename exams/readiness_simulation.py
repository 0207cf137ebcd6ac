"""Is readiness calibrated? Learners of known ability answer, are predicted, and sit papers of items nobody has seen.

Pure and seeded. The world is richer than the model: slopes and difficulties are drawn, lesser points of multiple choice depend
on ability. What is compared: predicted chances with the share that passed, and the interval with the true chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from exams import irt, readiness
from exams.readiness import Pool, Section
from exams.statistics import Estimate, proportion

SEED = 20270523
OFFICIAL = (Section("single", 60, 100, False), Section("multiple", 20, 200, True))
LINE = 6000
EDGES = tuple(n / 10 for n in range(11))


@dataclass(frozen=True, slots=True)
class Size:
    """``candidates`` calibrate a bank of ``bank`` items, each answering ``answered``; ``learners`` are then predicted."""

    candidates: int
    bank: int
    answered: int
    learners: int


FULL = Size(candidates=600, bank=240, answered=80, learners=4000)
SMALL = Size(candidates=250, bank=120, answered=60, learners=300)


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    high: float
    learners: int
    predicted: float
    passed: Estimate


@dataclass(frozen=True, slots=True)
class Outcome:
    size: Size
    bins: tuple[Bin, ...]
    error: float  # mean distance of predicted and passed over the bins, weighted by learners
    brier: float
    base_brier: float  # of always predicting the share that passed
    covered: Estimate  # true chances inside their intervals
    width: float  # mean width of the intervals


@dataclass(frozen=True, slots=True)
class _World:
    a: irt.Floats
    b: irt.Floats
    several: NDArray[np.bool_]

    @classmethod
    def drawn(cls, rng: np.random.Generator, count: int) -> _World:
        several = np.arange(count) % 4 == 3
        b = rng.normal(np.where(several, 0.3, -0.6), 0.9)
        return cls(rng.lognormal(-0.05, 0.3, count), b, several)

    def quarters(self, rng: np.random.Generator, abilities: irt.Floats) -> NDArray[np.int8]:
        """Points earned as quarters of the full ones, persons × items."""
        full = rng.random((len(abilities), len(self.a))) < _logistic(self.a * (abilities[:, None] - self.b))
        parts = rng.binomial(3, _logistic(0.7 * abilities - 0.4)[:, None], full.shape)
        return np.where(full, 4, np.where(self.several, parts, 0)).astype(np.int8)


def _logistic(x: irt.Floats) -> irt.Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def run(size: Size, seed: int = SEED) -> Outcome:
    """Calibrate, predict, sit; the same seed gives the same outcome."""
    rng = np.random.default_rng(seed)
    bank = _World.drawn(rng, size.bank)
    group = bank.quarters(rng, rng.normal(size=size.candidates))
    group = np.where(_some(rng, group.shape, size.answered), group, irt.MISSING).astype(np.int8)
    found = irt.calibrate(_right(group))
    kinds = tuple("multiple" if several else "single" for several in bank.several)
    lesser = np.where(bank.several, group, irt.MISSING).astype(np.int8)
    pool = Pool(found.items, kinds, size.candidates, irt.partial_shares(found.posterior, lesser))
    outlook = readiness.outlook_of(pool, OFFICIAL, LINE)
    assert outlook is not None
    abilities = rng.normal(size=size.learners)
    answers = bank.quarters(rng, abilities)
    answers = np.where(_some(rng, answers.shape, size.answered), answers, irt.MISSING).astype(np.int8)
    predicted = [readiness.predict(pool, outlook, row) for row in _right(answers)]
    told = np.array([[p.value, p.low, p.high] for p in predicted if p is not None])
    points = np.array([_sit(rng, ability) for ability in abilities])
    chance = _true_chances(np.random.default_rng(seed + 1), abilities)
    return _outcome(size, told, points >= LINE, chance)


def _right(quarters: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.where(quarters == irt.MISSING, irt.MISSING, quarters == 4).astype(np.int8)


def _some(rng: np.random.Generator, shape: tuple[int, ...], count: int) -> NDArray[np.bool_]:
    """For each person a mask of ``count`` items."""
    return np.asarray(rng.random(shape).argsort(axis=1) < count)


def _sit(rng: np.random.Generator, ability: float) -> int:
    """Points of one learner on a paper of fresh items in the official structure."""
    paper = _World.drawn(rng, 80)
    earned = paper.quarters(rng, np.array([ability]))[0].astype(int)
    return int((earned * np.where(paper.several, 50, 25)).sum())


def _true_chances(rng: np.random.Generator, abilities: irt.Floats) -> irt.Floats:
    """The chance to pass at each ability, by the world's own parameters over a great many items."""
    world = _World.drawn(rng, 4000)
    chances = irt.Items(world.a, world.b).chances()
    share = _logistic(0.7 * irt.NODES - 0.4)
    lesser = np.column_stack([(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3])
    parts = [
        irt.Part(60, 100, chances[~world.several].mean(axis=0)),
        irt.Part(20, 200, chances[world.several].mean(axis=0), lesser),
    ]
    return np.asarray(np.interp(abilities, irt.NODES, irt.chance_to_pass(parts, LINE)))


def _outcome(size: Size, told: irt.Floats, passed: NDArray[np.bool_], chance: irt.Floats) -> Outcome:
    value, low, high = told.T
    bins, error = [], 0.0
    for start, end in pairwise(EDGES):
        inside = (value >= start) & ((value < end) | ((end == 1) & (value <= 1)))
        count = int(inside.sum())
        if not count:
            continue
        mean, share = float(value[inside].mean()), proportion(int(passed[inside].sum()), count)
        bins.append(Bin(start, end, count, mean, share))
        error += count * abs(mean - float(passed[inside].mean()))
    # as printed: whole per cent, rounded outward; 1 and 99 stand for "up to" and "from"
    printed_low = np.where(low < 0.02, 0.0, np.floor(low * 100) / 100)
    printed_high = np.where(high > 0.98, 1.0, np.ceil(high * 100) / 100)
    covered = int(((chance >= printed_low) & (chance <= printed_high)).sum())
    rate = float(passed.mean())
    return Outcome(
        size=size,
        bins=tuple(bins),
        error=error / len(value),
        brier=float(((value - passed) ** 2).mean()),
        base_brier=rate * (1 - rate),
        covered=proportion(covered, len(value)),
        width=float((high - low).mean()),
    )
