"""What a figure is narrowed to: one value of any dimension but place and time, or several at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from lms.reports.dimensions import SIDES, TAGS, Fact, label, occasions_tagged, shown_names, splitter, tag_values, title_of

FILTERS = ("mode", "category", "programme", *SIDES, *TAGS)
NONE = "-"  # what has no value of the dimension
Having = tuple[tuple[str, str], ...]  # (dimension, code) …: all of them
Keeps = Callable[[Fact], bool]


def filters(having: Having, *, on: dt.date, position: int) -> tuple[Keeps, tuple[str, ...]]:
    """Whether a fact has all that is asked for, and the dimensions that must be known of it."""
    tests = [_test(name, "" if code == NONE else code, on, position) for name, code in having]
    return lambda fact: all(test(fact) for test in tests), tuple(name for name, _code in having)


def _test(name: str, code: str, on: dt.date, position: int) -> Keeps:
    if name not in TAGS:
        key = splitter(None, name, on=on, position=position).key
        return lambda fact: key(fact) == code
    if code:
        tagged = occasions_tagged(name, code, position)
        return lambda fact: fact.occasion in tagged
    values = tag_values(name, position)
    return lambda fact: fact.occasion not in values


def said(having: Having) -> list[tuple[str, str]]:
    """(dimension, value) as people read them."""
    return [(title_of(name), _named(name, "" if code == NONE else code)) for name, code in having]


def _named(name: str, code: str) -> str:
    return shown_names(name).get(code) or label(code, name)


__all__ = ["FILTERS", "NONE", "Having", "Keeps", "filters", "said"]
