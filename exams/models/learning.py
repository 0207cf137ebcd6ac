"""Learning from mistakes: the plan toward an exam date, one card for each item got wrong, and every review of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from exams.models.banks import Item, ItemVersion
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person


class StudyPlan(Record):
    """What a person has set themselves: the day of the exam and the minutes a day. One a person, changed as they like."""

    PERSONAL = ("person", "exam_on", "daily_minutes")

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    exam_on = models.DateField()
    daily_minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(240)])
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(daily_minutes__gte=5, daily_minutes__lte=240), name="exams_plan_minutes_sane")
        ]


class ReviewCard(Record):
    """One item a person got wrong, as FSRS remembers it; an item and a person have one.

    ``fsrs`` is the library's own state of the card. ``due_at`` and ``reviews`` are read from it for queries; ``reviews`` also
    tells a second click from a second review. Read across the merged records of a human being.
    """

    PERSONAL = ("person", "fsrs", "due_at", "reviews", "lapses")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    fsrs = models.JSONField()
    due_at = models.DateTimeField()
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("due_at", "id")
        indexes = [models.Index(fields=["person", "due_at"], name="exams_card_due")]
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="exams_card_once")]


class CardReview(models.Model):
    """One review of a card: what was answered, whether it was right, how it was rated, when it comes again. Never changed."""

    PERSONAL = ("answer", "is_right", "rating", "seconds")

    card = models.ForeignKey(ReviewCard, on_delete=models.CASCADE, related_name="history")
    ordinal = models.PositiveIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(default=list)
    is_right = models.BooleanField()
    rating = models.PositiveSmallIntegerField()  # 1 again, 2 hard, 3 good, 4 easy
    seconds = models.PositiveSmallIntegerField(null=True)
    reviewed_at = models.DateTimeField(default=clock.now)
    next_due_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["card", "-reviewed_at"], name="exams_review_card")]
        constraints = [
            # two clicks are one review
            models.UniqueConstraint(fields=["card", "ordinal"], name="exams_review_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=4), name="exams_review_rating_known"),
            # wrong is always "again"
            models.CheckConstraint(condition=Q(is_right=True) | Q(rating=1), name="exams_review_wrong_is_again"),
        ]
