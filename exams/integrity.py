"""What is striking about how an attempt went: facts for a human ruling, in proportion; nothing here decides anything. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

QUICK_SECONDS = 3  # less than it takes to read a stem
ENOUGH_ANSWERS = 10  # below that a pace says nothing


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast answers followed one another: how many there are, how many came within three seconds, the median gap."""

    answers: int
    quick: int
    median_seconds: float

    @property
    def is_striking(self) -> bool:
        """More than half of enough answers came faster than one can read."""
        return self.answers >= ENOUGH_ANSWERS and self.quick * 2 > self.answers - 1


def pace(moments: Iterable[dt.datetime | None]) -> Pace:
    """The pace of the last answers to each item. An answer changed later counts where it was last given."""
    given = sorted(moment for moment in moments if moment is not None)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(given)]
    return Pace(len(given), sum(1 for gap in gaps if gap < QUICK_SECONDS), round(median(gaps), 1) if gaps else 0.0)
