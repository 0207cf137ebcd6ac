"""FSRS as the library's own published vectors have it, toward an exam date and within a budget."""

from __future__ import annotations

import datetime as dt

import pytest
from fsrs import Card, Rating, Scheduler

from exams import scheduling

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def test_intervals_equal_the_published_vector_of_py_fsrs():
    """py-fsrs 6, tests/test_basic.py: intervals after good ×6, again ×2, good ×5 with the default steps."""
    ratings = [Rating.Good] * 6 + [Rating.Again] * 2 + [Rating.Good] * 5
    card, at, days = Card(card_id=1, due=NOW), dt.datetime(2022, 11, 29, 12, 30, tzinfo=dt.UTC), []
    plain = Scheduler(enable_fuzzing=False)
    for rating in ratings:
        card, _log = plain.review_card(card, rating, at)
        days.append((card.due - card.last_review).days)
        at = card.due
    assert days == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_our_reviews_equal_the_library_asked_directly():
    state = scheduling.first_state(7, NOW)
    card = Card(card_id=7, due=NOW)
    plain = Scheduler(learning_steps=(), relearning_steps=(dt.timedelta(minutes=10),), maximum_interval=365, enable_fuzzing=False)
    card, _log = plain.review_card(card, Rating.Again, NOW)
    assert state == card.to_dict()
    at = NOW
    for rating in (3, 3, 1, 3, 4, 2, 3):
        at = max(scheduling.due_of(state), at + dt.timedelta(minutes=1))
        state = scheduling.review(state, rating, at, None)
        card, _log = plain.review_card(card, Rating(rating), at)
        assert state == card.to_dict()


def test_nothing_is_put_off_past_the_eve_of_the_exam():
    exam = (NOW + dt.timedelta(days=20)).date()
    state, at = scheduling.first_state(1, NOW), NOW
    for _ in range(8):
        at = scheduling.due_of(state)
        if at.date() >= exam:
            break
        state = scheduling.review(state, scheduling.EASY, at, exam)
        assert scheduling.due_of(state).date() <= max(exam - dt.timedelta(days=1), at.date() + dt.timedelta(days=1))


def cards(count):
    states = []
    for number in range(count):
        state = scheduling.first_state(number, NOW - dt.timedelta(days=3 + number % 5))
        states.append((number, state))
    return states


def test_the_day_keeps_to_the_budget_and_counts_what_waits():
    day = scheduling.plan_day(cards(40), now=NOW, exam_on=None, minutes=10, spent=0, per_card=45)
    assert (len(day.keys), day.postponed) == (13, 27)
    later = scheduling.plan_day(cards(40), now=NOW, exam_on=None, minutes=10, spent=400, per_card=45)
    assert len(later.keys) == 4
    over = scheduling.plan_day(cards(40), now=NOW, exam_on=None, minutes=10, spent=700, per_card=45)
    assert (over.keys, over.postponed) == ([], 40)


def test_the_most_likely_forgotten_by_the_exam_come_first():
    exam = (NOW + dt.timedelta(days=10)).date()
    states = cards(20)
    day = scheduling.plan_day(states, now=NOW, exam_on=exam, minutes=60, spent=0, per_card=45)
    at_exam = NOW + dt.timedelta(days=10)
    chances = [scheduling.recall(dict(states)[key], at_exam) for key in day.keys]
    assert chances == sorted(chances) and chances[0] < chances[-1]


@pytest.mark.parametrize(("own", "least", "most"), [([], 45, 45), ([5] * 200, 10, 14), ([900] * 200, 160, 180)])
def test_a_review_takes_what_it_takes_this_person(own, least, most):
    assert least <= scheduling.seconds_a_review(own) <= most
