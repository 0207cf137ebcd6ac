"""Practice: feedback at once, the first answer counts, the book fills and empties, nothing is posted."""

from __future__ import annotations

import pytest

from exams import services
from exams.models import Favourite, PracticeRound, WrongEntry
from exams.services.practice import LEAVES_AFTER
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


def answer(round_, number, letters):
    return services.answer_practice(round_=round_, number=number, answer=letters, by=make.actor_of(round_.person))


def again(person, version, letters):
    return answer(make.practice_round(person, [version]), 1, letters)


def test_a_round_tells_at_once_and_the_first_answer_counts():
    person = make.learner()
    round_ = make.practice_round(person)
    assert answer(round_, 1, "B").is_right
    assert not answer(round_, 2, "A").is_right
    assert not answer(round_, 2, "B").is_right  # a second click is told the same
    with pytest.raises(BadInput):
        answer(round_, 3, "")
    with pytest.raises(BadInput):
        answer(round_, 3, "Z")
    answer(round_, 3, "B")
    round_.refresh_from_db()
    assert round_.finished_at is not None
    assert WrongEntry.objects.filter(person=person).count() == 1
    assert not Line.objects.exists()


def test_only_one_round_is_open_and_only_ones_own():
    person = make.learner()
    first, second = make.practice_round(person), make.practice_round(person)
    first.refresh_from_db()
    assert first.finished_at and not second.finished_at
    assert PracticeRound.objects.filter(person=person, finished_at__isnull=True).count() == 1
    with pytest.raises(Missing):
        services.answer_practice(round_=second, number=1, answer="B", by=make.actor_of(make.learner()))
    with pytest.raises(Refused):
        services.start_round(person=person, mode="wrong", versions=[], by=make.actor_of(person))


def test_the_book_is_left_after_enough_right_answers_in_a_row():
    person = make.learner()
    version = make.live(make.bank())
    assert LEAVES_AFTER == 2
    again(person, version, "A")
    again(person, version, "B")
    again(person, version, "C")  # wrong: the row of right ones starts anew
    row = WrongEntry.objects.get(person=person)
    assert (row.wrong_times, row.right_in_a_row, row.removed_at) == (2, 0, None)
    assert not again(person, version, "B").left_the_book
    assert again(person, version, "B").left_the_book
    row.refresh_from_db()
    assert row.removed_at is not None
    again(person, version, "D")  # wrong again: it is back
    row.refresh_from_db()
    assert (row.wrong_times, row.removed_at) == (3, None)
    services.take_out(person=person, item=version.item, by=make.actor_of(person))
    assert WrongEntry.objects.get(person=person).removed_at is not None


def test_a_marked_mock_paper_fills_the_book_but_blanks_do_not():
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    services.save_response(attempt=attempt, item_number=1, sequence=1, answer="A", by=me)
    services.save_response(attempt=attempt, item_number=2, sequence=1, answer="B", by=me)
    services.save_response(attempt=attempt, item_number=3, sequence=1, answer="AC", by=me)
    services.submit_attempt(attempt=attempt, by=me)
    missed = set(attempt.responses.filter(number__in=[1, 3]).values_list("item_version__item_id", flat=True))
    assert set(WrongEntry.objects.filter(person=attempt.person).values_list("item_id", flat=True)) == missed


def test_a_paper_that_hides_its_keys_fills_no_book():
    attempt = make.attempt(on=make.paper(shows_keys=False))
    me = make.actor_of(attempt.person)
    services.save_response(attempt=attempt, item_number=1, sequence=1, answer="A", by=me)
    services.submit_attempt(attempt=attempt, by=me)
    assert not WrongEntry.objects.exists()


def test_favourites_are_kept_once_and_let_go():
    person = make.learner()
    me = make.actor_of(person)
    item = make.live(make.bank()).item
    for _ in range(2):
        services.keep_favourite(person=person, item=item, by=me, keep=True)
    assert Favourite.objects.count() == 1
    services.keep_favourite(person=person, item=item, by=me, keep=False)
    assert not Favourite.objects.exists()
    with pytest.raises(Missing):
        services.keep_favourite(person=person, item=make.draft(make.bank()).item, by=me, keep=True)
