"""The part of ``roster_100k`` before the confirmation: a workbook of 100,000 × 15 read, examined and staged encrypted."""

from __future__ import annotations

from bench.cases import roster_100k as whole
from bench.frame import Pair
from bench.world import Bench

FLOOR = whole.FLOOR
TARGET = 2.0


def prepare(bench: Bench) -> Pair:
    content = whole.workbook()
    return Pair(lambda: whole.staged(bench, content), lambda: whole.floor(bench, content), rounds=1)
