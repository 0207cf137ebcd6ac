"""Papers (试卷): the measurement form an attempt is set. Frozen once live."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from exams.models.banks import ItemVersion
from exams.models.standards import EssayRule, MarkingRule, PaperTemplate, SyllabusEdition
from exams.states import ItemKind, PaperState
from lms.careers.states import Subject
from lms.core import clock
from lms.core.models import Record
from lms.places.models import Division


class Paper(Record):
    """One paper for the learners of a division (or of the nation). Structure and times are copied from the template.

    ``max_attempts`` null: as often as one likes. ``grace_seconds``: how long after the deadline answers given in time may
    still arrive. Closed by ``retired``.
    """

    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: the whole nation
    template = models.ForeignKey(PaperTemplate, null=True, on_delete=models.PROTECT, related_name="papers")
    edition = models.ForeignKey(SyllabusEdition, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=24, choices=Subject, blank=True)
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=PaperState, default=PaperState.DRAFT)
    duration_minutes = models.PositiveSmallIntegerField()
    grace_seconds = models.PositiveSmallIntegerField(default=180)
    full_points = models.PositiveIntegerField()  # hundredths, the sum of the items' points (services keep it, a test compares)
    pass_points = models.PositiveIntegerField()
    max_attempts = models.PositiveSmallIntegerField(null=True)
    shuffle_options = models.BooleanField(default=False)
    shows_keys = models.BooleanField(default=True)  # the result page tells keys and explanations
    law_as_of = models.DateField(null=True)  # the law the answers are held against
    reserved_at = models.DateTimeField(null=True)  # kept for sittings: nobody practises it until a sitting released it
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    live_from = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-live_from", "-id")
        indexes = [models.Index(fields=["state", "division"], name="exams_paper_open")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PaperState.values), name="exams_paper_state_known"),
            models.CheckConstraint(condition=Q(pass_points__lte=F("full_points")), name="exams_paper_pass_within_full"),
            models.CheckConstraint(condition=Q(duration_minutes__gte=1), name="exams_paper_has_time"),
            models.CheckConstraint(
                condition=Q(max_attempts__isnull=True) | Q(max_attempts__gte=1), name="exams_paper_attempts_positive"
            ),
            # open or once open: it says since when
            models.CheckConstraint(
                condition=Q(state="draft") | Q(live_from__isnull=False) | Q(state="retired"), name="exams_paper_live_since"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def law_day(self) -> dt.date | None:
        """The day whose law its answers are held against: the one it names, else that on which it was opened."""
        return self.law_as_of or (timezone.localdate(self.live_from) if self.live_from else None)

    @property
    def path(self) -> str:
        return self.division.path if self.division else "/"


class PaperSection(models.Model):
    """One part of a paper, copied from the template: kind, worth of an item, and the rule it is marked by, as then.

    A part of cases counts questions, not cases, and its questions are marked by the usual rule of their kinds.
    """

    PERSONAL: tuple[str, ...] = ()

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=ItemKind)
    count = models.PositiveSmallIntegerField()  # what the template asks for
    points = models.PositiveIntegerField()
    options_count = models.PositiveSmallIntegerField(default=0)
    keys_min = models.PositiveSmallIntegerField(default=1)
    keys_max = models.PositiveSmallIntegerField(default=1)
    rule = models.ForeignKey(MarkingRule, null=True, on_delete=models.PROTECT, related_name="+")
    essay_rule = models.ForeignKey(EssayRule, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="exams_paper_section_once")]

    def __str__(self) -> str:
        return self.title


class PaperItem(models.Model):
    """One numbered item of a paper: the version it is set in, what it is worth there, and what marks it where not the part does.

    A question of a case is shown under ``case_version``, the wording of the shared material as it was then.
    """

    PERSONAL: tuple[str, ...] = ()

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="paper_items")
    section = models.ForeignKey(PaperSection, on_delete=models.CASCADE, related_name="paper_items")
    number = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="paper_items")
    case_version = models.ForeignKey(ItemVersion, null=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(MarkingRule, null=True, on_delete=models.PROTECT, related_name="+")  # null: the part's
    points = models.PositiveIntegerField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="exams_paper_number_once"),
            # an item stands in a paper once
            models.UniqueConstraint(fields=["paper", "item_version"], name="exams_paper_version_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="exams_paper_item_worth_something"),
        ]
