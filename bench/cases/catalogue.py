"""The catalogue of courses for a signed-in learner, against a bare page of equal bytes."""

from __future__ import annotations

from django.urls import reverse

from bench.frame import Pair
from bench.world import Bench

FLOOR = "a bare signed-in page of equal bytes"
TARGET = 4.0


def prepare(bench: Bench) -> Pair:
    assert bench.courses
    _person, client = bench.learner()
    address = reverse("courses:catalogue")
    return Pair(bench.get(client, address), bench.bare_page(client, address), page=address, client=client, rounds=40)
