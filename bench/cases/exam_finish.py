"""Handing in a fully answered 80-item attempt: marking by the official rule, result and ledger line, against a bare page."""

from __future__ import annotations

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench
from exams import services
from exams.services.attempts import Given
from tests.factories import exams as factory

FLOOR = "a bare signed-in page of 20 kB"
TARGET = 4.5  # a fifth of what was measured elsewhere: 136 ms where a bare page took 6 ms
ROUNDS = 12


def prepare(bench: Bench) -> Pair:
    waiting = []
    for _ in range(ROUNDS + 2):
        person, client = bench.learner()
        attempt = services.start_attempt(paper=bench.paper, person=person, by=factory.actor_of(person))
        answers = [Given(number, 1, ("B",)) for number in range(1, 81)]
        services.save_answers(attempt_uuid=attempt.uuid, answers=answers, window="", by=None, user_id=person.user_id)
        client.get("/bench/page/1/")  # a candidate has been here before: the session is not new
        waiting.append((client, reverse("exams:attempt_submit", kwargs={"attempt": attempt.uuid})))

    def ours() -> None:
        client, address = waiting.pop()
        answer = client.post(address)
        assert answer.status_code == 302 and answer["Location"].endswith("/result/"), answer.content

    return Pair(ours, bench.get(bench.learner()[1], "/bench/page/20000/"), rounds=ROUNDS)
