"""Time of an attempt: the server's clock rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


def deadline_of(started_at: dt.datetime, duration_minutes: int, extra_minutes: int = 0) -> dt.datetime:
    return started_at + dt.timedelta(minutes=duration_minutes + extra_minutes)


def deadline_within(
    started_at: dt.datetime, duration_minutes: int, extra_minutes: int = 0, window_ends_at: dt.datetime | None = None
) -> dt.datetime:
    """Start + duration + extra time, and never past the end of the window."""
    own = deadline_of(started_at, duration_minutes, extra_minutes)
    return own if window_ends_at is None else min(own, window_ends_at)


def closing_of(deadline_at: dt.datetime, grace_seconds: int) -> dt.datetime:
    """Until when answers given in time may still arrive."""
    return deadline_at + dt.timedelta(seconds=grace_seconds)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What becomes of an answer by its times."""

    accepted: bool
    late: bool


def arrival(
    *, received_at: dt.datetime, answered_at: dt.datetime | None, deadline_at: dt.datetime, closes_at: dt.datetime
) -> Arrival:
    """The server's clock rules. In time: accepted. Within the grace: accepted as late if it was given by the deadline."""
    if received_at <= deadline_at:
        return Arrival(accepted=True, late=False)
    in_time = answered_at is not None and answered_at <= deadline_at
    return Arrival(accepted=received_at <= closes_at and in_time, late=True)
