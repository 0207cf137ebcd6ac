"""Attempts and their responses. The server's clock rules; the last answer by sequence stands; nothing marked changes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.models.banks import ItemVersion
from exams.models.papers import Paper
from exams.models.sittings import ExamSitting
from exams.states import AttemptState, ItemKind, SubmitCause, TraceKind
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Participation


class Attempt(Record):
    """One person's attempt (作答) at a paper, closed by marking. Division and participation are as then.

    ``closes_at`` = ``deadline_at`` plus the paper's grace. ``writer`` names the window that may save now; another window takes
    over only when the candidate says so. Points are hundredths. ``seed`` orders the options where the paper shuffles them.
    """

    PERSONAL = ("person", "points", "has_passed", "writer")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="attempts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(ExamSitting, null=True, on_delete=models.PROTECT, related_name="attempts")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField()  # the person's first, second… attempt at this paper
    state = models.CharField(max_length=12, choices=AttemptState, default=AttemptState.OPEN)
    started_at = models.DateTimeField(default=clock.now)
    deadline_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    seed = models.PositiveIntegerField()
    writer = models.CharField(max_length=36, blank=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_because = models.CharField(max_length=12, choices=SubmitCause, blank=True)
    marked_at = models.DateTimeField(null=True)
    points = models.PositiveIntegerField(null=True)
    full_points = models.PositiveIntegerField()  # as then
    pass_points = models.PositiveIntegerField()
    has_passed = models.BooleanField(null=True)
    voided_at = models.DateTimeField(null=True)  # by a ruling: the attempt stays, its score counts for nothing

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = [
            # the overdue task looks for open attempts past their time
            models.Index(fields=["closes_at"], condition=Q(state="open"), name="exams_attempt_overdue"),
            models.Index(fields=["person", "-started_at"], name="exams_attempt_person"),
            models.Index(fields=["paper", "state"], name="exams_attempt_paper"),
            models.Index(fields=["division", "-started_at"], name="exams_attempt_division"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="exams_attempt_state_known"),
            # one open attempt per paper and person
            models.UniqueConstraint(fields=["paper", "person"], condition=Q(state="open"), name="exams_attempt_one_open"),
            # one open attempt per sitting and person, whichever of its papers
            models.UniqueConstraint(fields=["sitting", "person"], condition=Q(state="open"), name="exams_attempt_one_in_sitting"),
            # two clicks count the same attempts and take the same ordinal: one of them is refused
            models.UniqueConstraint(fields=["paper", "person", "ordinal"], name="exams_attempt_ordinal_once"),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("started_at"), closes_at__gte=F("deadline_at")), name="exams_attempt_times_ordered"
            ),
            # submitted: when and why together
            models.CheckConstraint(
                condition=Q(state="open", submitted_at__isnull=True, submitted_because="")
                | (Q(state__in=["submitted", "marked"], submitted_at__isnull=False) & ~Q(submitted_because="")),
                name="exams_attempt_submitted_together",
            ),
            # marked: when, how much and whether passed together
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True, points__isnull=True, has_passed__isnull=True)
                | Q(state="marked", marked_at__isnull=False, points__isnull=False, has_passed__isnull=False),
                name="exams_attempt_marked_together",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__lte=F("full_points")), name="exams_attempt_within_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt:{str(self.uuid)[:8]}"

    @property
    def tells_score(self) -> bool:
        """Whether the candidate may read the score: in a sitting only once its results are released."""
        return self.state == AttemptState.MARKED and (self.sitting is None or self.sitting.released_at is not None)


class Response(models.Model):
    """The answer to one numbered item of an attempt; made empty at the start, so that saving is one update.

    ``sequence`` is the browser's: a saved answer is replaced only by one with a higher number. ``answered_at`` is when the
    browser says it was given, ``received_at`` when the server had it. Once ``points`` stand, or the answer is with its
    markers, nothing is saved any more. ``answer``: see ``rules.marking``; ``kind`` is the item's, so that saving reads nothing.
    """

    PERSONAL = ("answer", "points", "points_full")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="responses")
    number = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="responses")
    kind = models.CharField(max_length=12, choices=ItemKind)
    points_full = models.PositiveIntegerField()
    answer = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    is_flagged = models.BooleanField(default=False, db_default=False)
    sequence = models.BigIntegerField(default=0, db_default=0)
    answered_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False, db_default=False)  # received after the deadline, within the grace
    awaits_marker = models.BooleanField(default=False, db_default=False)  # handed in, and marked by people
    points = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="exams_response_number_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__lte=F("points_full")), name="exams_response_within_scale"
            ),
            # with its markers, or marked; and only an essay waits for people
            models.CheckConstraint(
                condition=Q(awaits_marker=False) | Q(kind="essay", points__isnull=True), name="exams_response_waits_or_marked"
            ),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="exams_response_kind_known"),
            # a saved answer has both its times
            models.CheckConstraint(
                condition=Q(sequence=0, received_at__isnull=True) | Q(sequence__gt=0, received_at__isnull=False),
                name="exams_response_received_together",
            ),
        ]


class AttemptTrace(models.Model):
    """One note on how an attempt went (window changed, late answers, speed): evidence for a human ruling. Never changed."""

    PERSONAL = ("window", "address", "details")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=16, choices=TraceKind)
    happened_at = models.DateTimeField(default=clock.now)
    window = models.CharField(max_length=36, blank=True)
    address = models.GenericIPAddressField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("happened_at", "id")
        indexes = [models.Index(fields=["attempt", "happened_at"], name="exams_trace_attempt")]
