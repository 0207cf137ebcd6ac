"""Learning from mistakes: a plan, cards collected from wrong answers, reviews. Only the learner acts for the learner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from exams import learning_selectors, rules, scheduling
from exams.models import CardReview, ItemVersion, ReviewCard, StudyPlan
from exams.practised import right_today
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people import selectors as people
from lms.people.models import Person


def set_plan(*, person: Person, exam_on: dt.date, daily_minutes: int, by: Actor) -> StudyPlan:
    """Set or change the day of the exam and the minutes a day. Refuses a day that is past."""
    _require_own(person, by)
    if exam_on <= clock.today():
        raise BadInput(_("考试日期要在今天以后。"))
    if not 5 <= daily_minutes <= 240:
        raise BadInput(_("每天的时间请在 5 至 240 分钟之间。"))
    with transaction.atomic():
        now = clock.now()
        plan, made = StudyPlan.objects.update_or_create(
            person=person,
            defaults={"exam_on": exam_on, "daily_minutes": daily_minutes, "changed_at": now},
            create_defaults={"exam_on": exam_on, "daily_minutes": daily_minutes, "created_at": now, "changed_at": now},
        )
        audit.record("exams.plan.made" if made else "exams.plan.changed", plan, by=by, division_path=person.division.path)
    return plan


def collect_mistakes(*, person: Person, by: Actor) -> int:
    """Make a card of every item got wrong that has none yet, under whichever record of the person; returns how many.

    Items declared void, retired for good or of a kind that cannot be asked alone make none. Run twice it adds nothing.
    """
    _require_own(person, by)
    ids = people.ids_of(person)
    wrong = learning_selectors.mistakes(ids)
    if not wrong:
        return 0
    cards = []
    for item_id, wrong_at in wrong.items():
        state = scheduling.first_state(item_id, wrong_at)
        cards.append(
            ReviewCard(person=person, item_id=item_id, fsrs=state, due_at=scheduling.due_of(state), created_at=clock.now())
        )
    with transaction.atomic():
        ReviewCard.objects.bulk_create(cards, ignore_conflicts=True)
    return len(cards)


def review_card(
    *,
    card: ReviewCard,
    version: ItemVersion,
    answer: Sequence[str],
    reviews: int,
    by: Actor,
    rating: int = scheduling.GOOD,
    seconds: int | None = None,
) -> ReviewCard:
    """Record one review and put the card where FSRS says. A wrong answer is "again", whatever the rating.

    ``reviews`` is how often the page saw the card reviewed: a second click finds it raised and changes nothing.
    """
    _require_own(card.person, by)
    given = sorted(set(answer)) if version.kind in rules.CHOICE else list(answer)
    if fault := rules.answer_fault(version.content, given):
        raise BadInput(fault)
    if rating not in (scheduling.HARD, scheduling.GOOD, scheduling.EASY, scheduling.AGAIN):
        raise BadInput(_("请选择记得怎么样。"))
    if version.item_id != card.item_id:
        raise Refused(_("这道题已有新的版本，请刷新页面。"))
    right = right_today(version, given)
    rating = rating if right else scheduling.AGAIN
    plan = learning_selectors.plan_of({card.person_id})
    now = clock.now()
    state = scheduling.review(card.fsrs, rating, timezone.localtime(now), plan.exam_on if plan else None)
    due = scheduling.due_of(state)
    try:
        with transaction.atomic():
            moved = ReviewCard.objects.filter(pk=card.pk, reviews=reviews).update(
                fsrs=state, due_at=due, reviews=reviews + 1, lapses=F("lapses") + int(not right)
            )
            if moved:
                CardReview.objects.create(
                    card=card,
                    ordinal=reviews + 1,
                    item_version=version,
                    answer=given,
                    is_right=right,
                    rating=rating,
                    seconds=None if seconds is None else min(max(seconds, 0), 3600),
                    reviewed_at=now,
                    next_due_at=due,
                )
    except IntegrityError:  # the other click was first
        pass
    card.refresh_from_db()
    return card


def _require_own(person: Person, by: Actor) -> None:
    """The learner, under the record that holds their account or one merged into it."""
    if by.everywhere:
        return
    own = people.person_of(by)
    if own is None or person.pk not in people.ids_of(own):
        raise Missing(_("没有找到。"))


__all__ = ["collect_mistakes", "review_card", "set_plan"]
