"""The two-parameter model against published estimates, and its parts against slow, plain recounts."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exams import irt

DATA = Path(__file__).resolve().parent.parent / "data"


def lsat(section):
    return pd.read_csv(DATA / f"lsat{section}.csv").to_numpy(dtype=np.int8)


def test_lsat6_two_parameter_estimates_equal_the_published_ones():
    found = irt.calibrate(lsat(6), priors=False, tolerance=1e-6, most=3000)
    assert found.items.a == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=2e-3)
    assert found.items.b == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=6e-3)


def test_lsat6_one_parameter_estimates_equal_the_published_ones():
    found = irt.calibrate(lsat(6), priors=False, common_slope=True, tolerance=1e-6, most=3000)
    assert found.items.a == pytest.approx([0.755] * 5, abs=1e-3)
    assert found.items.b == pytest.approx([-3.615, -1.322, -0.318, -1.730, -2.780], abs=3e-3)


def simulate(people, items, seed):
    rng = np.random.default_rng(seed)
    theta, a, b = rng.normal(size=people), rng.lognormal(0, 0.3, items), rng.normal(size=items)
    right = (rng.random((people, items)) < 1 / (1 + np.exp(-a * (theta[:, None] - b)))).astype(np.int8)
    return theta, a, b, right


@pytest.mark.slow
def test_known_parameters_and_abilities_are_recovered_with_answers_missing():
    theta, _a, b, right = simulate(1500, 60, 5)
    right[np.random.default_rng(6).random(right.shape) < 0.3] = irt.MISSING
    found = irt.calibrate(right)
    assert np.corrcoef(found.items.b, b)[0, 1] > 0.98
    means = np.array([irt.ability(found.items, row).mean for row in right[:300]])
    assert np.corrcoef(means, theta[:300])[0, 1] > 0.9
    covered = 0
    for row, true in zip(right[:300], theta[:300], strict=True):
        one = irt.ability(found.items, row)
        covered += one.quantile(0.025) <= true <= one.quantile(0.975)
    assert 0.91 <= covered / 300 <= 0.985


def test_an_ability_without_answers_is_the_prior():
    one = irt.ability(irt.Items(np.array([1.0]), np.array([0.0])), [irt.MISSING])
    assert (one.mean, one.deviation) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-3))


def test_chance_to_pass_equals_the_count_over_all_outcomes():
    """Two items of one point and two of two with parts: every outcome listed, at each node."""
    full, partial = np.linspace(0.2, 0.9, len(irt.NODES)), np.tile([0.4, 0.3, 0.2, 0.1], (len(irt.NODES), 1))
    parts = [irt.Part(2, 100, full), irt.Part(2, 200, full * 0.8, partial)]
    found = irt.chance_to_pass(parts, 350)
    for node in (0, 30, 60):
        single = {0: 1 - full[node], 100: full[node]}
        several = {50 * q: (1 - full[node] * 0.8) * partial[node][q] for q in range(4)} | {200: full[node] * 0.8}
        slow = sum(
            single[a] * single[b] * several[c] * several[d]
            for a, b in itertools.product(single, repeat=2)
            for c, d in itertools.product(several, repeat=2)
            if a + b + c + d >= 350
        )
        assert found[node] == pytest.approx(slow)


def test_chance_to_pass_of_right_or_wrong_items_is_binomial():
    from math import comb

    p = 0.62
    found = irt.chance_to_pass([irt.Part(80, 100, np.full(len(irt.NODES), p))], 4800)
    assert found[0] == pytest.approx(sum(comb(80, k) * p**k * (1 - p) ** (80 - k) for k in range(48, 81)))


def test_partial_shares_follow_who_earned_what():
    posterior = np.zeros((2, len(irt.NODES)))
    posterior[0, 10] = posterior[1, 50] = 1.0
    quarters = np.array([[0] * 400, [3] * 400], dtype=np.int8)
    shares = irt.partial_shares(posterior, quarters)
    assert shares[10, 0] > 0.95 and shares[50, 3] > 0.95
    assert shares[30] == pytest.approx([0.5, 0, 0, 0.5], abs=1e-6)
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(irt.NODES)))


def test_more_answers_make_the_interval_narrower_and_it_holds_the_estimate():
    _theta, a, b, _right = simulate(10, 200, 9)
    items, rng = irt.Items(a, b), np.random.default_rng(3)
    passing = irt.chance_to_pass([irt.Part(60, 100, items.chances().mean(axis=0))], 3600)
    widths = []
    for answered in (10, 40, 200):
        answers = np.full(200, irt.MISSING, dtype=np.int8)
        answers[:answered] = rng.random(answered) < 1 / (1 + np.exp(-a[:answered] * (0.3 - b[:answered])))
        found = irt.readiness(irt.ability(items, answers), passing)
        assert found.low <= found.value <= found.high
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)
