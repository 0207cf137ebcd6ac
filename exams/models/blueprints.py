"""Blueprints (细目表) and what drawing needs: cells, how hard items are, which drawing made a paper."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from exams.models.banks import Item, ItemVersion
from exams.models.papers import Paper
from exams.models.standards import MarkingRule, PaperTemplate, SyllabusChapter, SyllabusEdition
from exams.sitting_states import Band
from exams.states import Certainty, ItemKind
from lms.careers.states import Subject
from lms.core import clock
from lms.core.models import Record
from lms.places.models import Division


class DifficultyScale(Record):
    """What easy and hard mean, and from how many responses on the observed facility counts. Dated data; one row at a time."""

    code = models.CharField(max_length=24, default="standard")
    easy_from_percent = models.PositiveSmallIntegerField()
    hard_below_percent = models.PositiveSmallIntegerField()
    enough_responses = models.PositiveIntegerField()
    certainty = models.CharField(max_length=12, choices=Certainty)
    source = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("-valid_from",)
        constraints = [
            models.CheckConstraint(
                condition=Q(easy_from_percent__lte=100, hard_below_percent__lte=models.F("easy_from_percent")),
                name="exams_scale_ordered",
            ),
            # one scale at a time
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to__isnull=True), name="exams_scale_one_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.hard_below_percent}–{self.easy_from_percent}"


class ItemEstimate(models.Model):
    """An author's estimate of how many in a hundred will get an item right; stands until enough responses are in."""

    PERSONAL: tuple[str, ...] = ()

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="estimate")
    expected_percent = models.PositiveSmallIntegerField()
    given_by = models.UUIDField()
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expected_percent__lte=100), name="exams_estimate_percent")]


class ItemFacility(models.Model):
    """Observed facility of an item: share of its points earned in marked attempts, in thousandths. Recomputed, never edited."""

    PERSONAL: tuple[str, ...] = ()

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="facility")
    responses = models.PositiveIntegerField()
    facility = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(facility__lte=1000), name="exams_facility_share")]


class Blueprint(Record):
    """A blueprint of papers kept in a division: its cells, its times, and how long a used item rests. Closed by ``retired_at``.

    With a template its cells must add up to the template's parts; without one, the cells make the parts. ``rest_papers``: an
    item in one of so many last papers of the subject is held back; ``max_rate_percent``: so is one that stands in a larger
    share of the subject's papers opened within ``rate_days``.
    """

    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: the whole nation
    title = models.CharField(max_length=80)
    template = models.ForeignKey(PaperTemplate, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=24, choices=Subject)
    edition = models.ForeignKey(SyllabusEdition, null=True, on_delete=models.PROTECT, related_name="+")
    law_as_of = models.DateField(null=True)  # items held against older law are stale
    duration_minutes = models.PositiveSmallIntegerField()
    pass_percent = models.PositiveSmallIntegerField(default=60)
    rest_papers = models.PositiveSmallIntegerField(default=0)
    max_rate_percent = models.PositiveSmallIntegerField(null=True)
    rate_days = models.PositiveSmallIntegerField(default=365)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(duration_minutes__gte=1), name="exams_blueprint_has_time"),
            models.CheckConstraint(condition=Q(pass_percent__lte=100), name="exams_blueprint_pass_percent"),
            models.CheckConstraint(
                condition=Q(max_rate_percent__isnull=True) | Q(max_rate_percent__lte=100), name="exams_blueprint_rate_percent"
            ),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="exams_blueprint_subject_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        return self.division.path if self.division else "/"


class BlueprintCell(models.Model):
    """One line: so many items of a kind, of these chapters (none: any), of this difficulty (blank: any), each worth so much."""

    PERSONAL: tuple[str, ...] = ()

    blueprint = models.ForeignKey(Blueprint, on_delete=models.CASCADE, related_name="cells")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=ItemKind)
    chapters = models.ManyToManyField(SyllabusChapter, blank=True, related_name="+")
    band = models.CharField(max_length=8, choices=Band, blank=True)
    count = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()  # hundredths, each item
    rule = models.ForeignKey(MarkingRule, null=True, on_delete=models.PROTECT, related_name="+")  # null: the kind's usual one

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "number"], name="exams_cell_number_once"),
            models.CheckConstraint(condition=Q(count__gte=1, points__gte=1), name="exams_cell_not_empty"),
        ]


class PaperDraw(models.Model):
    """How a paper was drawn: blueprint, seed, letter of the parallel set. The same seed on the same pool draws it again.

    ``pool_digest`` is over the items that could be drawn then, with their wear and difficulty: it tells whether a second drawing
    may be compared. ``expected_facility`` is the mean over the items whose difficulty is known, by points, in thousandths.
    """

    PERSONAL: tuple[str, ...] = ()

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, related_name="draw")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="draws")
    series = models.UUIDField(db_index=True)  # parallel papers drawn together
    letter = models.CharField(max_length=1)
    seed = models.PositiveBigIntegerField()
    pool_digest = models.CharField(max_length=64)
    pool_size = models.PositiveIntegerField()
    held_back = models.PositiveIntegerField()  # items that rested
    expected_facility = models.PositiveSmallIntegerField(null=True)
    unknown_difficulty = models.PositiveSmallIntegerField()
    drawn_at = models.DateTimeField(default=clock.now)
    drawn_by = models.UUIDField()

    class Meta:
        ordering = ("series", "letter")
        constraints = [models.UniqueConstraint(fields=["series", "letter"], name="exams_draw_letter_once")]


class PaperDrawnItem(models.Model):
    """Which line of the blueprint an item of a drawn paper fills, and the difficulty it was drawn at."""

    PERSONAL: tuple[str, ...] = ()

    draw = models.ForeignKey(PaperDraw, on_delete=models.CASCADE, related_name="items")
    cell_number = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    facility = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ("cell_number", "id")
        constraints = [models.UniqueConstraint(fields=["draw", "item_version"], name="exams_drawn_item_once")]
