"""When a mistaken item comes again: FSRS (py-fsrs) toward an exam date and within a daily budget. Pure: plain values in and out.

Cards live in days: no minute steps for learning, ten minutes after a lapse. No interval reaches past the day before the exam,
so that every card is seen once more. No fuzz: the same reviews give the same days on every machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fsrs import Card, Rating, Scheduler

RETENTION = 0.9
AGAIN, HARD, GOOD, EASY = Rating.Again.value, Rating.Hard.value, Rating.Good.value, Rating.Easy.value
LONGEST_DAYS = 365
USUAL_SECONDS, QUICKEST, SLOWEST = 45, 10, 180  # how long a review takes; one's own reviews correct the first

State = dict[str, Any]
Key = TypeVar("Key")


def scheduler(today: dt.date, exam_on: dt.date | None) -> Scheduler:
    """With an exam ahead nothing is put off past its eve."""
    longest = LONGEST_DAYS
    if exam_on is not None and exam_on > today:
        longest = max(1, min(LONGEST_DAYS, (exam_on - today).days - 1))
    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(dt.timedelta(minutes=10),),
        maximum_interval=longest,
        enable_fuzzing=False,
    )


def first_state(number: int, wrong_at: dt.datetime) -> State:
    """A card born of a wrong answer: that answer was its first review, and it was forgotten."""
    card = Card(card_id=number, due=_utc(wrong_at))
    card, _log = scheduler(wrong_at.date(), None).review_card(card, Rating.Again, review_datetime=_utc(wrong_at))
    return dict(card.to_dict())


def review(state: State, rating: int, at: dt.datetime, exam_on: dt.date | None) -> State:
    """The card after a review."""
    card = Card.from_dict(state)  # type: ignore[arg-type]
    card, _log = scheduler(at.date(), exam_on).review_card(card, Rating(rating), review_datetime=_utc(at))
    return dict(card.to_dict())


def due_of(state: State) -> dt.datetime:
    return dt.datetime.fromisoformat(state["due"])


def recall(state: State, at: dt.datetime) -> float:
    """The chance that it is remembered at a moment, as FSRS reckons."""
    card = Card.from_dict(state)  # type: ignore[arg-type]
    return float(scheduler(at.date(), None).get_card_retrievability(card, current_datetime=_utc(at)))


def seconds_a_review(own: Sequence[int]) -> int:
    """How long one review takes this person: the mean of their own, leaned on the usual while there are few."""
    bounded = [min(max(seconds, QUICKEST), SLOWEST) for seconds in own]
    return round((sum(bounded) + 10 * USUAL_SECONDS) / (len(bounded) + 10))


@dataclass(frozen=True, slots=True)
class Day:
    """Today: cards to do in their order, and how many due ones the budget leaves for other days."""

    keys: list[Any]
    postponed: int


def plan_day(
    due: Sequence[tuple[Key, State]], *, now: dt.datetime, exam_on: dt.date | None, minutes: int, spent: int, per_card: int
) -> Day:
    """Which due cards fit into what is left of the day's budget (``spent`` seconds are gone).

    Those most likely forgotten by the exam come first (without an exam ahead: by now); what does not fit waits without
    penalty, since FSRS reckons with the days that really passed.
    """
    horizon = now
    if exam_on is not None and exam_on > now.date():
        horizon = now + (exam_on - now.date())
    order = sorted(due, key=lambda pair: recall(pair[1], horizon))
    room = max(0, minutes * 60 - spent) // per_card
    if room == 0 and spent == 0:
        room = 1
    return Day([key for key, _state in order[:room]], max(0, len(order) - room))


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)
