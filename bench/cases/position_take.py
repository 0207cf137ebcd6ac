"""Taking a position in the transaction of a row, against the same row alone."""

from __future__ import annotations

import itertools

from django.db import transaction

from bench.frame import Pair
from bench.world import Bench
from lms.audit import services as audit
from lms.core import positions

FLOOR = "the same INSERT without a position"
TARGET = 2.0


def prepare(bench: Bench) -> Pair:
    numbers = itertools.count()

    def ours() -> None:
        with transaction.atomic():
            audit.record("bench.row.made", by=bench.by, number=next(numbers))
            positions.take()

    def floor() -> None:
        with transaction.atomic():
            audit.record("bench.row.made", by=bench.by, number=next(numbers))

    return Pair(ours, floor, rounds=200)
