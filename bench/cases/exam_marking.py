"""Marking 10,000 attempts of 80 items by the licence exam's rules, against a bare loop that compares two sets an answer."""

from __future__ import annotations

import random

from bench.frame import Pair
from bench.world import Bench
from exams.services.marking import marking_of

FLOOR = "a loop over the same 800,000 answers that builds a set and compares it with the key"
TARGET = 8.0
ATTEMPTS = 10_000


def prepare(bench: Bench) -> Pair:
    scheme = [item for _number, item in sorted(marking_of(bench.paper.uuid).items())]
    keys = [frozenset(item.key.letters) for item in scheme]
    lots = random.Random(3)
    several = ["ACD", "AC", "A", "ABCD", "BE", "", "ACD"]
    answers = [
        [tuple(lots.choice(several)) if len(key) > 1 else tuple(lots.choice("ABCD")) for key in keys] for _ in range(ATTEMPTS)
    ]

    def ours() -> None:
        totals = [sum(item.mark(answer) for item, answer in zip(scheme, attempt, strict=True)) for attempt in answers]
        assert len(totals) == ATTEMPTS and 0 < max(totals) <= 10_000

    def floor() -> None:
        totals = [sum(set(answer) == key for key, answer in zip(keys, attempt, strict=True)) for attempt in answers]
        assert len(totals) == ATTEMPTS

    return Pair(ours, floor, rounds=6, note="10,000 attempts × 80 items, in memory")
