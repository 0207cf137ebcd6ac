"""Pure decisions of courses: credited study time, completion, attendance, sign-in codes. Plain values, no database."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
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
SIGN_IN_STEPS_AHEAD = 1
# A code typed without network is taken this long afterwards; signing out this long after the half-day ended.
SIGN_IN_LATE_WINDOW = dt.timedelta(hours=24)
SIGN_OUT_LATE = dt.timedelta(minutes=30)
# Wrong codes of one person for one half-day in so long a time, then the code on the screen is refused.
SIGN_IN_TRIES = 5
SIGN_IN_TRIES_SECONDS = 600
# Fewer answers than these are shown to nobody; and none before so long after the class closed, so that none stands out.
FEEDBACK_MINIMUM = 5
FEEDBACK_OPEN = dt.timedelta(days=7)
# A learner may sign in from this long before the half-day begins until it ends.
SIGN_IN_EARLY = dt.timedelta(minutes=60)

_WIDE = str.maketrans({**{ord("０") + n: str(n) for n in range(10)}, **{ord("Ａ") + n: chr(65 + n) for n in range(26)}})

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


def _sign_in_digest(secret: str, step: int, *, leaving: bool) -> bytes:
    return hmac.new(secret.encode(), f"{step}:out".encode() if leaving else str(step).encode(), hashlib.sha256).digest()


def sign_in_code(secret: str, step: int, *, leaving: bool = False) -> str:
    """The four digits shown during ``step``; those for signing out are others."""
    return f"{int.from_bytes(_sign_in_digest(secret, step, leaving=leaving)[:4], 'big') % 10000:04d}"


def sign_in_token(secret: str, step: int, *, leaving: bool = False) -> str:
    """What the QR code carries: the step and its signature, which cannot be guessed as four digits can."""
    return f"{step:x}-{_sign_in_digest(secret, step, leaving=leaving).hex()[8:32]}"


def sign_in_code_matches(secret: str, code: str, moment: dt.datetime, *, leaving: bool = False) -> bool:
    """True for the digits or the token shown at ``moment``, up to two steps before, or one after (clocks differ)."""
    now = sign_in_step(moment)
    steps = range(now - SIGN_IN_STEPS_BACK, now + SIGN_IN_STEPS_AHEAD + 1)
    if "-" in code:
        return any(hmac.compare_digest(sign_in_token(secret, step, leaving=leaving).encode(), code.encode()) for step in steps)
    return any(hmac.compare_digest(sign_in_code(secret, step, leaving=leaving).encode(), code.encode()) for step in steps)


def claimed_moment(*, claimed: dt.datetime, device_now: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """When a code was typed on a phone without network, moved to the server's clock; None when that cannot be believed.

    The phone's clock may be wrong: only the span between typing and sending is taken from it. Not in the future, not longer
    ago than the limit.
    """
    ago = device_now - claimed
    if ago < dt.timedelta(0) or ago > SIGN_IN_LATE_WINDOW:
        return None
    return now - ago


def dwell_minutes(*, signed_in: dt.datetime, signed_out: dt.datetime, session: Interval, floor_percent: int) -> int:
    """Whole minutes present: out − in within the half-day; 0 below the floor."""
    start, end = max(signed_in, session[0]), min(signed_out, session[1])
    minutes = max(0, int((end - start).total_seconds()) // 60)
    whole = int((session[1] - session[0]).total_seconds()) // 60
    return minutes if minutes * 100 >= floor_percent * whole else 0


ROW_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def row_check(sheet: str, number: int) -> str:
    """The letter behind a row's number: a number of another sheet, or mistyped, is found twenty-three times in twenty-four."""
    digest = hashlib.sha256(f"{sheet}:{number}".encode()).digest()
    return ROW_LETTERS[int.from_bytes(digest[:4], "big") % len(ROW_LETTERS)]


def row_code(sheet: str, number: int) -> str:
    """What the square beside a row holds: ``7KQ2MP-017X``."""
    return f"{sheet}-{number:03d}{row_check(sheet, number)}"


def read_row_code(text: str) -> tuple[str, int, str] | None:
    """Sheet (empty when only the row was typed), row and letter of ``17X``, ``017x`` or a scanned code."""
    match = re.fullmatch(r"(?:([0-9A-Z]{6})-?)?0*([1-9][0-9]{0,3})([A-HJ-NP-Z])", text.strip().upper().translate(_WIDE))
    return (match.group(1) or "", int(match.group(2)), match.group(3)) if match else None
