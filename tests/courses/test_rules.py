"""Pure decisions of courses, property-based where the space is large."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import rules

T0 = dt.datetime(2026, 11, 10, 1, 0, tzinfo=dt.UTC)
ZONE = ZoneInfo("Asia/Shanghai")
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
moments = st.integers(0, 400).map(lambda s: T0 + dt.timedelta(seconds=s))
intervals = st.tuples(moments, moments).map(sorted).map(tuple)


@calm
@given(intervals, st.lists(intervals, max_size=6))
def test_free_parts_are_exactly_the_seconds_nobody_took(wanted, taken):
    parts = rules.free_parts(wanted, taken)
    covered = {s for a, b in parts for s in range(int((a - T0).total_seconds()), int((b - T0).total_seconds()))}
    expected = set(range(int((wanted[0] - T0).total_seconds()), int((wanted[1] - T0).total_seconds())))
    for a, b in taken:
        expected -= set(range(int((a - T0).total_seconds()), int((b - T0).total_seconds())))
    assert covered == expected


@calm
@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 1)), st.integers(1, 400_000))
def test_split_at_midnights_covers_all_and_stays_within_days(start, seconds):
    begin = start.replace(tzinfo=dt.UTC)
    stretch = (begin, begin + dt.timedelta(seconds=seconds))
    parts = rules.split_at_midnights(stretch, ZONE)
    assert parts[0][0] == stretch[0]
    assert parts[-1][1] == stretch[1]
    for (_a, b), (c, _d) in itertools.pairwise(parts):
        assert b == c
        assert b.astimezone(ZONE).time() == dt.time()
    for a, b in parts:
        assert a.astimezone(ZONE).date() == (b - dt.timedelta(microseconds=1)).astimezone(ZONE).date()


@calm
@given(moments, st.none() | moments, st.none() | moments)
def test_a_ping_never_reaches_beyond_now_its_limit_or_what_is_taken(now, last, taken):
    window = rules.ping_window(now=now, last_ping=last, taken_until=taken)
    if window is None:
        return
    assert window[1] == now
    assert window[0] < now
    assert (now - window[0]).total_seconds() <= rules.PING_LIMIT_SECONDS
    assert window[0] >= last
    assert taken is None or window[0] >= taken


def test_a_code_is_good_for_a_while_and_no_longer():
    code = rules.sign_in_code("secret", rules.sign_in_step(T0))
    assert len(code) == 4
    for later, good in ((0, True), (59, True), (rules.SIGN_IN_STEP_SECONDS * 3 + 1, False)):
        assert rules.sign_in_code_matches("secret", code, T0 + dt.timedelta(seconds=later)) is good
    assert not rules.sign_in_code_matches("other", code, T0) or rules.sign_in_code("other", rules.sign_in_step(T0)) == code


@calm
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 100))
def test_the_floor(attended, planned, percent):
    met = rules.meets_floor(attended_minutes=attended, planned_minutes=planned, floor_percent=percent)
    assert met == (planned > 0 and attended > 0 and attended / planned * 100 >= percent - 1e-9)


def test_a_check_is_right_only_by_the_exact_set():
    assert rules.is_correct("AC", "CA")
    for chosen in ("", "A", "ACD", "B"):
        assert not rules.is_correct(chosen, "AC")
