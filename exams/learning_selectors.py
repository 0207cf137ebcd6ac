"""Reads for a learner's review: mistakes without a card, what is due today within the budget, what comes next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from exams import laws, scheduling
from exams.models import Attempt, CardReview, ItemVersion, Response, ReviewCard, StudyPlan, WrongEntry
from exams.states import AUTOMATIC_KINDS, FROZEN_VERSIONS, AttemptState, VersionState
from lms.core import clock
from lms.core.errors import Missing


def plan_of(persons: Collection[int]) -> StudyPlan | None:
    """A human being's plan; the newest where merged records had several."""
    return StudyPlan.objects.filter(person_id__in=persons).order_by("-changed_at").first()


def told_attempts() -> QuerySet[Attempt]:
    """Marked attempts whose scores and keys their candidates may know: not voided, and in a sitting only once released."""
    known = Q(sitting__isnull=True) | Q(sitting__released_at__isnull=False)
    return Attempt.objects.filter(known, state=AttemptState.MARKED, voided_at__isnull=True)


def mistakes(persons: Collection[int]) -> dict[int, dt.datetime]:
    """Items got wrong in marked attempts or in practice and without a card → when last. Only items that can be asked again."""
    missed = (
        Response.objects.filter(
            attempt__person_id__in=persons,
            attempt__paper__shows_keys=True,
            points__lt=F("points_full"),
            attempt__in=told_attempts(),
            item_version__kind__in=AUTOMATIC_KINDS,
            item_version__item__versions__state=VersionState.LIVE,
        )
        .exclude(item_version__item__in=laws.stale_items())
        .exclude(item_version__item__in=ReviewCard.objects.filter(person_id__in=persons).values("item_id"))
        .order_by("attempt__submitted_at")
    )
    found = {item: at for item, at in missed.values_list("item_version__item_id", "attempt__submitted_at") if at is not None}
    in_book = WrongEntry.objects.filter(
        person_id__in=persons,
        removed_at__isnull=True,
        item__versions__state=VersionState.LIVE,
        item__versions__kind__in=AUTOMATIC_KINDS,
    ).exclude(item__in=ReviewCard.objects.filter(person_id__in=persons).values("item_id"))
    in_book = in_book.exclude(item__in=laws.stale_items())
    for item, at in in_book.values_list("item_id", "last_wrong_at"):
        found[item] = max(at, found.get(item, at))
    return found


def cards_of(persons: Collection[int]) -> QuerySet[ReviewCard]:
    """Cards that can be asked: their item is in use and true of today's law."""
    cards = ReviewCard.objects.filter(person_id__in=persons, item__versions__state=VersionState.LIVE)
    return cards.exclude(item__in=laws.stale_items())


@dataclass(frozen=True, slots=True)
class Today:
    """A learner's day of review."""

    plan: StudyPlan | None
    cards: int  # all of them
    due: list[uuid.UUID]  # in their order, within the budget
    postponed: int
    done: int
    right: int
    minutes_spent: int
    minutes_ahead: int
    days_left: int | None
    coming: list[tuple[dt.date, int]]

    @property
    def is_past(self) -> bool:
        return self.days_left is not None and self.days_left < 0


DEFAULT_MINUTES = 15


def today_of(persons: Collection[int]) -> Today:
    """The queue of today: due cards that fit the budget, those most likely forgotten by the exam first. Six queries."""
    plan, now = plan_of(persons), timezone.localtime(clock.now())
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + dt.timedelta(days=1)
    cards = cards_of(persons)
    due = list(cards.filter(due_at__lt=end).values_list("uuid", "fsrs"))
    timed = CardReview.objects.filter(card__person_id__in=persons, seconds__isnull=False)
    own = [seconds or 0 for seconds in timed.order_by("-pk").values_list("seconds", flat=True)[:50]]
    per_card = scheduling.seconds_a_review(own)
    sums = CardReview.objects.filter(card__person_id__in=persons, reviewed_at__gte=start, reviewed_at__lt=end).aggregate(
        done=Count("pk"),
        right=Count("pk", filter=Q(is_right=True)),
        timed=Count("seconds"),
        seconds=Sum("seconds"),
    )
    spent = (sums["seconds"] or 0) + (sums["done"] - sums["timed"]) * per_card
    exam_on = plan.exam_on if plan else None
    day = scheduling.plan_day(
        due,
        now=now,
        exam_on=exam_on,
        minutes=plan.daily_minutes if plan else DEFAULT_MINUTES,
        spent=spent,
        per_card=per_card,
    )
    coming = (
        cards.filter(due_at__gte=end, due_at__lt=end + dt.timedelta(days=7))
        .annotate(day=TruncDate("due_at"))
        .values_list("day")
        .annotate(n=Count("pk", distinct=True))
        .order_by("day")
    )
    return Today(
        plan=plan,
        cards=cards.distinct().count(),
        due=day.keys,
        postponed=day.postponed,
        done=sums["done"],
        right=sums["right"],
        minutes_spent=round(spent / 60),
        minutes_ahead=-(-len(day.keys) * per_card // 60),
        days_left=(exam_on - now.date()).days if exam_on else None,
        coming=list(coming),
    )


def card_of(persons: Collection[int], card_uuid: uuid.UUID) -> tuple[ReviewCard, ItemVersion, ItemVersion | None]:
    """One's own card with the version of its item that is in use, and of a question the material of its case."""
    card = cards_of(persons).filter(uuid=card_uuid).select_related("person").first()
    if card is None:
        raise Missing("card")
    version = ItemVersion.objects.select_related("item").get(item_id=card.item_id, state=VersionState.LIVE)
    frozen = ItemVersion.objects.filter(state__in=FROZEN_VERSIONS).order_by("number")
    return card, version, frozen.filter(item_id=version.item.case_id).last() if version.item.case_id else None
