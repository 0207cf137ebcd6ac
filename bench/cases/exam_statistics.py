"""Item analysis over one million responses (12,500 candidates × 80 items): every figure with its interval, options and curves.

The floor is what one would ask of pandas: the facility of each item and its correlation with the total, nothing else.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.frame import Pair
from bench.world import Bench
from exams import statistics

FLOOR = "pandas: facility and item-total correlation of the same 1 M points, without intervals, options or curves"
TARGET = 4.0
CANDIDATES, ITEMS = 12_500, 80


def prepare(bench: Bench) -> Pair:
    rng = np.random.default_rng(7)
    ability, hardness = rng.normal(size=(CANDIDATES, 1)), rng.normal(size=(1, ITEMS))
    right = rng.random((CANDIDATES, ITEMS)) < 1 / (1 + np.exp(hardness - ability))
    points = right * 100.0
    chosen = np.where(right, 1, 1 << rng.integers(1, 4, right.shape)).astype(np.uint16)
    full = [100.0] * ITEMS
    frame = pd.DataFrame(points)

    def ours() -> None:
        found = statistics.analyse(points, full)
        assert found is not None and found.alpha.value is not None and found.alpha.value > 0.8
        assert len(statistics.option_analysis(chosen, points, [4] * ITEMS)) == ITEMS
        assert sum(group.candidates for group in statistics.score_groups(points, full)) == CANDIDATES

    def floor() -> None:
        assert len(frame.mean()) == len(frame.corrwith(frame.sum(axis=1))) == ITEMS

    return Pair(ours, floor, rounds=8, note="1 M responses")
