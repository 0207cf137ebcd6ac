"""The province's page the first time after anything was posted: drawn from the summaries, no kept text."""

from __future__ import annotations

from bench.cases import province_page
from bench.cases.province_page_tenfold import anew
from bench.frame import Pair
from bench.world import Bench

FLOOR = province_page.FLOOR
TARGET = province_page.TARGET


def prepare(bench: Bench) -> Pair:
    pair = province_page.prepare(bench)
    return Pair(anew(pair.ours), pair.floor)
