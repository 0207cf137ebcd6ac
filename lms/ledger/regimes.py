"""What the rules on hours ask of somebody, and which hour counts toward which. Pure; the rules themselves are dated rows.

``rules`` of a regime::

    {"for": "registered" | "licensed" | "employed",        whom it asks: by what the ledger knows of the person
     "window": "registration" | "year",                     within which days the hours are summed
     "kinds": ["attended", "studied"],                      which lines count
     "worth": "as_posted" | {"minutes_per_hour": 60},       by the scheme stamped on the line, or by real time
     "unit": "credit_hours" | "hours",
     "needs": [{"amount": "90", "only": "professional" | "online", "or_days": "12", "level": "junior"}],
     "professional_topics": ["*"],                          topics that are professional subjects; * is all
     "half_days_per_day": 2}                                how many half-days attended make a day
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from lms.ledger.rules import HUNDREDTH

WHOM = ("registered", "licensed", "employed")
ONLY = ("professional", "online")


class Why(StrEnum):
    """Why an hour counts toward a regime, or not."""

    COUNTS = "counts"
    NO_TIME = "no_time"  # nothing was credited
    OTHER_KIND = "other_kind"
    NOT_SUBJECT = "not_subject"  # the person stood in no such relation on that day
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Hour:
    """One line as it is weighed here."""

    line: int
    kind: str
    mode: str
    on: dt.date
    minutes: int
    hundredths: int
    slot: str
    topics: tuple[str, ...] = ()
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Spell:
    """The person was registered, licensed or employed from–to (None: still), at a level."""

    start: dt.date
    end: dt.date | None
    level: str = ""

    def holds(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one hour is toward one regime: how much, in which window, and why."""

    why: Why
    amount: Decimal = Decimal(0)
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One demand and how far it is met. ``days`` where days may stand for hours."""

    only: str
    asked: Decimal
    have: Decimal
    days_asked: Decimal | None = None
    days: Decimal | None = None

    @property
    def met(self) -> bool:
        return self.have >= self.asked or (self.days_asked is not None and self.days is not None and self.days >= self.days_asked)

    @property
    def percent(self) -> int:
        return min(100, int(self.have * 100 / self.asked)) if self.asked else 100


def check_rules(rules: Mapping[str, Any]) -> None:
    """Raise ValueError naming what a regime's rules lack."""
    if rules.get("for") not in WHOM:
        raise ValueError(f"for is one of {', '.join(WHOM)}")
    if rules.get("window") not in {"registration", "year"}:
        raise ValueError("window is registration or year")
    if not rules.get("kinds") or not rules.get("needs"):
        raise ValueError("kinds and needs are lists of at least one")
    worth = rules.get("worth")
    if worth != "as_posted" and not (isinstance(worth, Mapping) and int(worth.get("minutes_per_hour", 0)) > 0):
        raise ValueError("worth is as_posted or minutes_per_hour")
    for need in rules["needs"]:
        if Decimal(need["amount"]) <= 0 or need.get("only", "") not in {"", *ONLY}:
            raise ValueError(f"a need has a positive amount, and only is one of {', '.join(ONLY)}: {need}")


def worth_of(rules: Mapping[str, Any], hour: Hour) -> Decimal:
    if rules["worth"] == "as_posted":
        return Decimal(hour.hundredths) / 100
    return (Decimal(hour.minutes) / Decimal(rules["worth"]["minutes_per_hour"])).quantize(HUNDREDTH, ROUND_HALF_UP)


def weigh(rules: Mapping[str, Any], hour: Hour, spells: Iterable[Spell]) -> Weighed:
    """``spells``: when the person stood in the relation that the regime asks about."""
    if not hour.stands:
        return Weighed(Why.REVERSED)
    if hour.kind not in rules["kinds"]:
        return Weighed(Why.OTHER_KIND)
    spell = next((s for s in spells if s.holds(hour.on)), None)
    if spell is None:
        return Weighed(Why.NOT_SUBJECT)
    amount = worth_of(rules, hour)
    if amount <= 0:
        return Weighed(Why.NO_TIME)
    if rules["window"] == "registration":
        return Weighed(Why.COUNTS, amount, spell.start, spell.end)
    return Weighed(Why.COUNTS, amount, dt.date(hour.on.year, 1, 1), dt.date(hour.on.year, 12, 31))


def is_of(rules: Mapping[str, Any], hour: Hour, only: str) -> bool:
    """Whether an hour is of the part that a need asks for: all, online, or in professional subjects."""
    if only == "online":
        return hour.mode == "online"
    if only == "professional":
        wanted = tuple(rules.get("professional_topics", ()))
        return "*" in wanted or any(topic.startswith(wanted) for topic in hour.topics)
    return True


def needs_of(rules: Mapping[str, Any], hours: Sequence[Hour], *, level: str = "") -> list[Need]:
    """What is asked, and how much of it the given hours (all counting, of one window) amount to."""
    found = []
    for need in rules["needs"]:
        if need.get("level", level) != level:
            continue
        only = need.get("only", "")
        mine = [h for h in hours if is_of(rules, h, only)]
        half_days = len({h.slot for h in mine if h.kind == "attended"})
        days = Decimal(half_days) / Decimal(rules.get("half_days_per_day", 2)) if "or_days" in need else None
        have = sum((worth_of(rules, h) for h in mine), Decimal(0))
        found.append(Need(only, Decimal(need["amount"]), have, Decimal(need["or_days"]) if "or_days" in need else None, days))
    return found
