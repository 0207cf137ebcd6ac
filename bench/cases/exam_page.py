"""The page of an open 80-item attempt, all questions in one load, against a bare page of equal bytes."""

from __future__ import annotations

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench
from exams import services
from tests.factories import exams as factory

FLOOR = "a bare signed-in page of equal bytes"
TARGET = 8.0


def prepare(bench: Bench) -> Pair:
    person, client = bench.learner()
    attempt = services.start_attempt(paper=bench.paper, person=person, by=factory.actor_of(person))
    address = reverse("exams:attempt", kwargs={"attempt": attempt.uuid})
    return Pair(bench.get(client, address), bench.bare_page(client, address), page=address, client=client)
