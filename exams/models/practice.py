"""Practice: rounds with immediate feedback, the wrong-answer book (错题本), favourites. For learning; none of it is a figure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.models.banks import Item, ItemVersion
from exams.models.standards import SyllabusChapter
from exams.sitting_states import PracticeMode
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person


class PracticeRound(Record):
    """One round of practice of one person, its items fixed at the start. Closed by ``finished_at``."""

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=12, choices=PracticeMode)
    chapter = models.ForeignKey(SyllabusChapter, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = [models.Index(fields=["person", "-started_at"], name="exams_round_person")]
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=PracticeMode.values), name="exams_round_mode_known"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")), name="exams_round_times_ordered"
            ),
            # one round at a time
            models.UniqueConstraint(fields=["person"], condition=Q(finished_at__isnull=True), name="exams_round_one_open"),
        ]


class PracticeAnswer(models.Model):
    """One item of a round: what was answered first, and whether it was right. An answer is given once.

    A question of a case keeps the material it was shown under. An essay is written first (``answer`` without ``answered_at``)
    and then judged by its writer: ``self_points`` are the hundredths they gave themselves.
    """

    PERSONAL = ("answer", "is_right", "self_points")

    round = models.ForeignKey(PracticeRound, on_delete=models.CASCADE, related_name="answers")
    number = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    case_version = models.ForeignKey(ItemVersion, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(default=list)
    self_points = models.PositiveIntegerField(null=True)
    is_right = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="exams_practice_number_once"),
            # answered: when and how together
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, is_right__isnull=True) | Q(answered_at__isnull=False, is_right__isnull=False),
                name="exams_practice_answered_together",
            ),
            # nobody judges what is not answered
            models.CheckConstraint(
                condition=Q(self_points__isnull=True) | Q(answered_at__isnull=False), name="exams_practice_judged_when_answered"
            ),
        ]


class WrongEntry(models.Model):
    """An item one got wrong: how often, and how many times in a row right since. Leaves the book after enough of those."""

    PERSONAL = ("person", "wrong_times", "right_in_a_row")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    wrong_times = models.PositiveIntegerField(default=1)
    right_in_a_row = models.PositiveSmallIntegerField(default=0)
    last_wrong_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-last_wrong_at", "-id")
        indexes = [models.Index(fields=["person", "-last_wrong_at"], name="exams_wrong_person")]
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="exams_wrong_once")]


class Favourite(models.Model):
    """An item a person keeps (收藏)."""

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-kept_at", "-id")
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="exams_favourite_once")]
