"""Pure decisions of courses: credited study time, completion, attendance, sign-in codes. Plain values, no database."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# One ping credits at most this much of the server's clock; the page pings every 30 seconds while somebody reads.
PING_LIMIT_SECONDS = 90
# Study on a phone that was offline is accepted this long afterwards, in stretches of at most so long.
SENT_LATER_WINDOW = dt.timedelta(hours=72)
SENT_LATER_STRETCH = dt.timedelta(hours=2)
# The sign-in code on the screen changes this often; the one before is still taken (slow typists, slow clocks).
SIGN_IN_STEP_SECONDS = 30
SIGN_IN_STEPS_BACK = 2
# A learner may sign in from this long before the half-day begins until it ends.
SIGN_IN_EARLY = dt.timedelta(minutes=60)

Interval = tuple[dt.datetime, dt.datetime]


def free_parts(wanted: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """The parts of ``wanted`` that none of ``taken`` covers, in order."""
    parts = [wanted] if wanted[1] > wanted[0] else []
    for start, end in sorted(taken):
        left: list[Interval] = []
        for a, b in parts:
            if end <= a or start >= b:
                left.append((a, b))
                continue
            if start > a:
                left.append((a, start))
            if end < b:
                left.append((end, b))
        parts = left
    return parts


def split_at_midnights(stretch: Interval, zone: dt.tzinfo) -> list[Interval]:
    """Cut ``stretch`` where a day of ``zone`` ends, so that each part lies within one day."""
    start, end = stretch
    parts: list[Interval] = []
    while start < end:
        local = start.astimezone(zone)
        midnight = dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), tzinfo=zone)
        stop = min(end, midnight)
        parts.append((start, stop))
        start = stop
    return parts


def whole_seconds(stretch: Interval) -> int:
    return int((stretch[1] - stretch[0]).total_seconds())


def ping_window(*, now: dt.datetime, last_ping: dt.datetime | None, taken_until: dt.datetime | None) -> Interval | None:
    """The stretch of the server's clock that a ping received ``now`` may credit; none for the first ping of a lesson."""
    if last_ping is None:
        return None
    start = max(last_ping, now - dt.timedelta(seconds=PING_LIMIT_SECONDS))
    if taken_until is not None:
        start = max(start, taken_until)
    return (start, now) if start < now else None


def sent_later_stretch(*, claimed: Interval, device_now: dt.datetime, now: dt.datetime, opened_at: dt.datetime) -> Interval | None:
    """A stretch studied offline, moved from the device's clock to the server's and cut to what is believable.

    Not in the future, not before the lesson was first opened here, not longer ago than the window, not longer than a stretch.
    """
    shift = now - device_now
    start, end = claimed[0] + shift, min(claimed[1] + shift, now)
    start = max(start, opened_at, now - SENT_LATER_WINDOW, end - SENT_LATER_STRETCH)
    return (start, end) if start < end else None


def creditable(*, seconds: int, credited_today: int, daily_limit: int, credited_in_all: int, total_limit: int) -> int:
    """How many of ``seconds`` fit under the lesson's limits (all in seconds)."""
    return max(0, min(seconds, daily_limit - credited_today, total_limit - credited_in_all))


@dataclass(frozen=True, slots=True)
class LessonStanding:
    """What one lesson is to one learner, for the completion rule."""

    is_required: bool
    completed: bool


def course_is_complete(lessons: Sequence[LessonStanding], *, percent: int) -> bool:
    """True when at least ``percent`` of the required lessons are completed (of all lessons when none is required)."""
    required = [lesson for lesson in lessons if lesson.is_required] or list(lessons)
    if not required:
        return False
    done = sum(1 for lesson in required if lesson.completed)
    return done * 100 >= percent * len(required)


def meets_floor(*, attended_minutes: int, planned_minutes: int, floor_percent: int) -> bool:
    """True when the minutes attended reach the class's floor; a class without planned minutes is met by nobody."""
    return planned_minutes > 0 and attended_minutes > 0 and attended_minutes * 100 >= floor_percent * planned_minutes


def is_correct(chosen: str, right: str) -> bool:
    """A knowledge check is right when exactly the right options are chosen."""
    return bool(chosen) and set(chosen) == set(right)


def sign_in_step(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // SIGN_IN_STEP_SECONDS


def sign_in_code(secret: str, step: int) -> str:
    """The four digits shown during ``step``."""
    digest = hmac.new(secret.encode(), str(step).encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 10000:04d}"


def sign_in_code_matches(secret: str, code: str, moment: dt.datetime) -> bool:
    """True for the code shown now or up to two steps ago."""
    now = sign_in_step(moment)
    return any(hmac.compare_digest(sign_in_code(secret, now - back), code) for back in range(SIGN_IN_STEPS_BACK + 1))
