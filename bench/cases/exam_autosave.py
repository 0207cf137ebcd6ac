"""One answer of an open 80-item attempt is kept, against a signed-in view that changes one row."""

from __future__ import annotations

import itertools
import json
import time

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench
from exams import services
from tests.factories import exams as factory

FLOOR = "a signed-in view with one UPDATE"
TARGET = 2.0


def prepare(bench: Bench) -> Pair:
    person, client = bench.learner()
    attempt = services.start_attempt(paper=bench.paper, person=person, by=factory.actor_of(person))
    address = reverse("exams:attempt_answers", kwargs={"attempt": attempt.uuid})
    window = "6f0c1f3e-bench"
    taken = client.post(reverse("exams:attempt_window", kwargs={"attempt": attempt.uuid}), {"window": window, "insist": "1"})
    assert taken.json()["state"] == "open", taken.content
    numbers = itertools.count(1)

    def ours() -> None:
        turn = next(numbers)
        body = {"w": window, "a": [[7, turn, "ABCD"[turn % 4], int(time.time() * 1000), 0]]}
        answer = client.post(address, json.dumps(body), content_type="application/json")
        assert answer.json()["saved"] == {"7": turn}, answer.content

    return Pair(ours, bench.bare_update(client), rounds=100)
