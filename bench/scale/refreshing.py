"""The summaries brought up to date after new lines, one of each person, all over the province. All rolled back."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from bench.scale.intake import drafts_of, post, rolled_back
from bench.scale.measures import taking
from lms.core import positions
from lms.ledger import services as ledger
from lms.ledger.models import SummaryState

LINES = 2_000  # four times as many as a page settles itself before it is drawn
ROUNDS = 3


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of one refresh: the median of some rounds, each after its own lines."""
    took = []
    for _ in range(ROUNDS):
        with rolled_back():
            post(drafts_of(LINES))
            took.append(taking(ledger.refresh_summaries)[0] / 1000)
            assert SummaryState.objects.get(pk=1).position == positions.closed()
    say(f"refresh of {LINES:,} lines: {', '.join(f'{one:.1f}' for one in took)} s")
    return {"lines": LINES, "seconds": round(statistics.median(took), 2), "rounds": ROUNDS}
