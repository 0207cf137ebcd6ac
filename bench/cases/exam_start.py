"""Starting an 80-item attempt (the POST that lays out every question), against a bare signed-in page."""

from __future__ import annotations

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench

FLOOR = "a bare signed-in page of 20 kB"
TARGET = 18.0  # a fifth of what was measured elsewhere: 555 ms where a bare page took 6 ms
ROUNDS = 12


def prepare(bench: Bench) -> Pair:
    address = reverse("exams:attempt_start", kwargs={"paper": bench.paper.uuid})
    waiting = [bench.learner()[1] for _ in range(ROUNDS + 2)]  # an attempt at a time: each start has its own person

    def ours() -> None:
        answer = waiting.pop().post(address)
        assert answer.status_code == 302 and "/attempts/" in answer["Location"], answer.content

    return Pair(ours, bench.get(bench.learner()[1], "/bench/page/20000/"), rounds=ROUNDS)
