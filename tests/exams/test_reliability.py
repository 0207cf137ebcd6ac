"""The interval of alpha: the bootstrap that is printed against Feldt's closed form, which rests on nothing it uses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exams import statistics


def f_quantile(share: float, first: int, second: int) -> float:
    """By summing the density of F over the logarithm of its argument: no library, no table."""
    log_beta = math.lgamma(first / 2) + math.lgamma(second / 2) - math.lgamma((first + second) / 2)
    grid = np.linspace(math.log(1e-3), math.log(1e3), 1_000_001)
    ratio = first / second
    density = np.exp(first / 2 * (math.log(ratio) + grid) - (first + second) / 2 * np.log1p(ratio * np.exp(grid)) - log_beta)
    below = np.cumsum(density) * (grid[1] - grid[0])
    return float(np.exp(grid[np.searchsorted(below, share)]))


def feldt(alpha: float, people: int, items: int) -> tuple[float, float]:
    """Feldt (1965): (1 − α̂) divided by (1 − α) follows F with n − 1 and (n − 1)(k − 1) degrees of freedom, inverted."""
    one, two = people - 1, (people - 1) * (items - 1)
    return 1 - (1 - alpha) * f_quantile(0.975, one, two), 1 - (1 - alpha) * f_quantile(0.025, one, two)


def test_the_quantiles_are_those_of_the_tables():
    # F tables: F(0.975; 10, 10) = 3.717, F(0.975; 30, 60) = 1.815, F(0.975; 60, 120) = 1.530
    for first, second, printed in ((10, 10, 3.717), (30, 60, 1.815), (60, 120, 1.530)):
        assert f_quantile(0.975, first, second) == pytest.approx(printed, abs=2e-3)
    assert f_quantile(0.025, 30, 60) == pytest.approx(1 / f_quantile(0.975, 60, 30), rel=1e-4)


def essentially_parallel(people: int, items: int, noise: float, seed: int) -> np.ndarray:
    """Scores as Feldt supposes them: one ability, equal normal errors."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(people, 1)) + rng.normal(scale=noise, size=(people, items))


@pytest.mark.parametrize(("people", "items", "noise"), [(200, 10, 1.5), (500, 20, 2.0), (1000, 80, 3.0)])
def test_the_printed_interval_agrees_with_feldts_where_his_assumptions_hold(people, items, noise):
    scores = essentially_parallel(people, items, noise, seed=items)
    found = statistics.analyse(scores, [1.0] * items, resamples=2000).alpha
    low, high = feldt(found.value, people, items)
    assert found.low < found.value < found.high
    # a bootstrap of 2000 is known to about a twentieth of the interval's width at its ends; the theory differs by as little
    width = high - low
    assert found.low == pytest.approx(low, abs=0.2 * width) and found.high == pytest.approx(high, abs=0.2 * width)
    assert found.high - found.low == pytest.approx(width, rel=0.2)


def test_the_printed_interval_covers_the_truth_as_often_as_it_says():
    items, noise = 10, 1.5
    truth = items / (items + noise**2)  # Spearman–Brown of a reliability 1 / (1 + noise²)
    hits = 0
    for seed in range(200):
        found = statistics.analyse(essentially_parallel(120, items, noise, seed), [1.0] * items, resamples=300).alpha
        hits += found.low <= truth <= found.high
    # 95 % of 200 is 190; a binomial falls below 178 or above 199 less than once in a thousand
    assert 178 <= hits <= 199
