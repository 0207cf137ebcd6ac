"""Distinct persons over whole arrays equal the fold that takes one human being after the other."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.ledger.counting import distinct_counts
from lms.ledger.folding import Unit, keys_of

UNITS = st.builds(
    Unit,
    measure=st.just("basis:1"),
    person=st.integers(1, 4),
    occasion=st.just(uuid.UUID(int=1)),
    slot=st.just(""),
    counted_on=st.dates(dt.date(2021, 1, 1), dt.date(2023, 12, 31)),
    until=st.none(),
    division=st.just(1),
    path=st.sampled_from(["/53/", "/53/5306/", "/53/5306/530621/", "/53/5306/530621/530621103/", "/53/5305/530502/", "/51/"]),
    mode=st.sampled_from(["online", "mixed", ""]),
    category=st.integers(0, 2),
    programme=st.integers(0, 1),
    line=st.just(1),
    sex=st.sampled_from(["1", "2"]),
    ethnic_group=st.sampled_from(["01", "11", ""]),
    education=st.sampled_from(["21", ""]),
    birth_year=st.sampled_from([0, 1962, 1991, 1992, 2022]),
)


@settings(max_examples=60, deadline=None)
@given(units=st.lists(UNITS, max_size=25))
def test_counts_over_arrays_equal_the_keys_of_each_person(units):
    expected: Counter[tuple[str, ...]] = Counter()
    for _person, mine in groupby(sorted(units, key=lambda unit: unit.person), key=lambda unit: unit.person):
        expected.update(keys_of(mine))
    rows = [
        (u.person, u.path, u.month, u.mode, u.category, u.programme, u.sex, u.ethnic_group, u.education, u.birth_year)
        for u in units
    ]
    found = list(distinct_counts(rows))
    assert {tuple(key): persons for *key, persons in found} == expected
    assert len(found) == len(expected)
