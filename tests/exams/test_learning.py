"""Learning from mistakes: cards from wrong answers, a day's queue, reviews once, merged records as one person."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from exams import learning_selectors, services
from exams.models import CardReview, ItemVersion, ReviewCard, StudyPlan
from exams.practised import right_today
from lms.core import clock
from lms.core.errors import BadInput, Missing
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db


def due_now(card: ReviewCard) -> ReviewCard:
    ReviewCard.objects.filter(pk=card.pk).update(due_at=clock.now() - dt.timedelta(hours=1))
    card.refresh_from_db()
    return card


def test_wrong_and_blank_answers_become_cards_once_and_right_ones_none():
    paper = make.paper()
    attempt = after.marked(paper, {1: "C", 3: "AC"})  # wrong, blank, part, blank
    me = make.actor_of(attempt.person)
    assert services.collect_mistakes(person=attempt.person, by=me) == 4
    assert services.collect_mistakes(person=attempt.person, by=me) == 0
    after.marked(paper, {1: "C"}, attempt.person)
    assert services.collect_mistakes(person=attempt.person, by=me) == 0
    right = after.marked(paper, {1: "B", 2: "B", 3: "ACD", 4: "ACD"})
    assert services.collect_mistakes(person=right.person, by=make.actor_of(right.person)) == 0


def test_a_void_item_and_a_retired_one_make_no_card(django_capture_on_commit_callbacks):
    paper = make.paper()
    person = after.marked(paper, {2: "B", 3: "ACD", 4: "ACD"}).person
    regrade = after.regrade(paper)
    with django_capture_on_commit_callbacks(execute=True):
        services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
    assert services.collect_mistakes(person=person, by=make.actor_of(person)) == 0


def test_a_wrong_review_is_again_and_a_second_click_changes_nothing():
    person = make.learner()
    card = due_now(after.card(person))
    version, me = ItemVersion.objects.get(item=card.item), make.actor_of(person)
    once = services.review_card(card=card, version=version, answer="C", reviews=0, rating=4, by=me, seconds=30)
    assert (once.reviews, once.lapses) == (1, 1)
    due = once.due_at
    twice = services.review_card(card=card, version=version, answer="B", reviews=0, rating=4, by=me)
    assert (twice.reviews, twice.due_at) == (1, due)
    row = CardReview.objects.get()
    assert (row.is_right, row.rating, row.seconds) == (False, 1, 30)
    assert due - row.reviewed_at < dt.timedelta(days=2)
    good = services.review_card(card=twice, version=version, answer="B", reviews=1, rating=3, by=me)
    assert good.due_at - clock.now() > dt.timedelta(hours=12)


def test_only_the_learner_reviews():
    person = make.learner()
    card = after.card(person)
    version = ItemVersion.objects.get(item=card.item)
    other = make.actor_of(make.learner())
    with pytest.raises(Missing):
        services.review_card(card=card, version=version, answer="B", reviews=0, by=other)
    with pytest.raises(Missing):
        services.set_plan(person=person, exam_on=clock.today() + dt.timedelta(days=9), daily_minutes=20, by=other)


def test_the_plan_refuses_the_past_and_keeps_one_row():
    person = make.learner()
    me = make.actor_of(person)
    with pytest.raises(BadInput, match="今天以后"):
        services.set_plan(person=person, exam_on=clock.today(), daily_minutes=20, by=me)
    for minutes in (20, 40):
        services.set_plan(person=person, exam_on=clock.today() + dt.timedelta(days=30), daily_minutes=minutes, by=me)
    assert StudyPlan.objects.get().daily_minutes == 40


def test_a_correction_counts_in_review_too(django_capture_on_commit_callbacks):
    paper = make.paper()
    version = after.version_of(paper)
    assert right_today(version, "B") and not right_today(version, "C")
    with django_capture_on_commit_callbacks(execute=True):
        services.approve_regrade(regrade=after.regrade(paper, remedy="keys", keys=["C"]), by=make.actor("reviewer", "/"))
    assert right_today(version, "C") and not right_today(version, "B")


def test_merged_records_are_one_learner(monkeypatch):
    kept, duplicate, paper = make.learner(), make.learner(), make.paper()
    after.card(duplicate, paper)
    monkeypatch.setattr("lms.people.selectors.canonical_ids", lambda as_of=None: {duplicate.pk: kept.pk})
    after.marked(paper, {1: "C", 2: "B", 3: "ACD", 4: "ACD"}, kept)
    assert services.collect_mistakes(person=kept, by=make.actor_of(kept)) == 0, "the duplicate's card stands for both"
    card = ReviewCard.objects.get()
    version = ItemVersion.objects.get(item=card.item)
    assert services.review_card(card=card, version=version, answer="B", reviews=0, by=make.actor_of(kept)).reviews == 1


@pytest.mark.parametrize("count", [3, 30])
def test_the_day_takes_as_many_queries_for_many_cards(count, django_assert_num_queries):
    paper = make.paper(singles=count, multiples=1)
    person = after.marked(paper, {}).person
    services.collect_mistakes(person=person, by=make.actor_of(person))
    ReviewCard.objects.update(due_at=clock.now())
    with django_assert_num_queries(6):
        learning_selectors.today_of({person.pk})


def test_a_day_of_review_through_the_pages(world):
    person = make.learner(world.county)
    paper = make.paper(world.county)
    after.marked(paper, {1: "C", 2: "B", 3: "ACD", 4: "ACD"}, person)
    learner = make_client(person.user)
    page = learner.get(reverse("exams:review"))
    assert "新加入 1 道错题" in page.content.decode()
    exam = clock.today() + dt.timedelta(days=40)
    learner.post(reverse("exams:review_plan"), {"exam_on": exam.isoformat(), "daily_minutes": 20})
    card = due_now(ReviewCard.objects.get())
    address = reverse("exams:review_card", args=[card.uuid])
    assert learner.get(reverse("exams:review_next"))["Location"] == address
    asked = learner.get(address).content.decode()
    assert "exam-is-key" not in asked, "the answer is not in the page before one has answered"
    answered = learner.post(address, {"q1": "B", "reviews": "0"}).content.decode()
    assert "答对了" in answered
    learner.post(reverse("exams:review_rate", args=[card.uuid]), {"answer": "B", "reviews": "0", "rating": "3"})
    card.refresh_from_db()
    assert card.reviews == 1 and card.due_at > clock.now()
    done = learner.get(reverse("exams:review")).content.decode()
    assert "今天的复习做完了" in done and "复习了 1 题，答对 1 题" in done
    stranger = make_client(make.learner(world.county).user)
    assert stranger.get(address).status_code == 404
