"""Essays and their markers: two blind marks by marking points, a third where they differ too much, the rule as then."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.models.attempts import Response
from exams.models.papers import Paper
from exams.models.standards import EssayRule
from exams.states import EssayMethod
from lms.accounts.models import User
from lms.core import clock
from lms.core.models import Record


class EssayMarker(Record):
    """A user appointed to mark the essays of a paper, closed by ``ended_at``; marks made before stay."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="markers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField(default=clock.now)
    appointed_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("appointed_at", "id")
        constraints = [
            # appointed once at a time
            models.UniqueConstraint(fields=["paper", "user"], condition=Q(ended_at__isnull=True), name="exams_marker_once"),
        ]


class EssayScript(Record):
    """One essay answer that was handed in, under a number that names nobody; closed by ``settled_at``.

    Rule and limit are as then. ``wanted`` is two markers, or three once the two differ by more than ``third_over``.
    """

    PERSONAL = ("points",)

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="script")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="scripts")
    full_points = models.PositiveIntegerField()
    method = models.CharField(max_length=16, choices=EssayMethod)
    rule = models.ForeignKey(EssayRule, on_delete=models.PROTECT, related_name="+")
    third_over = models.PositiveIntegerField()  # hundredths
    wanted = models.PositiveSmallIntegerField(default=2)
    handed_in_at = models.DateTimeField()
    points = models.PositiveIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("handed_in_at", "id")
        indexes = [
            # the next script of a paper
            models.Index(fields=["paper", "handed_in_at"], condition=Q(settled_at__isnull=True), name="exams_script_waiting"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(wanted__in=[2, 3]), name="exams_script_two_or_three"),
            models.CheckConstraint(condition=Q(method__in=EssayMethod.values), name="exams_script_method_known"),
            # settled: when and how much together, within the scale
            models.CheckConstraint(
                condition=Q(points__isnull=True, settled_at__isnull=True)
                | Q(points__lte=F("full_points"), settled_at__isnull=False),
                name="exams_script_settled_together",
            ),
        ]


class EssayMark(Record):
    """One marker's marks of one script: claimed, then marked, then frozen. ``awards`` are hundredths, one per marking point."""

    PERSONAL = ("awards", "points", "remark")

    script = models.ForeignKey(EssayScript, on_delete=models.PROTECT, related_name="marks")
    ordinal = models.PositiveSmallIntegerField()  # first, second, third marker
    marker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(default=clock.now)
    awards = models.JSONField(default=list)
    points = models.PositiveIntegerField(null=True)
    remark = models.TextField(blank=True)  # for the candidate, unsigned
    marked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("ordinal",)
        constraints = [
            # two markers at once do not take the same seat
            models.UniqueConstraint(fields=["script", "ordinal"], name="exams_mark_ordinal_once"),
            # nobody marks a script twice
            models.UniqueConstraint(fields=["script", "marker"], name="exams_mark_marker_once"),
            models.CheckConstraint(condition=Q(ordinal__gte=1, ordinal__lte=3), name="exams_mark_at_most_three"),
            # marked: when and how much together
            models.CheckConstraint(
                condition=Q(points__isnull=True, marked_at__isnull=True) | Q(points__isnull=False, marked_at__isnull=False),
                name="exams_mark_marked_together",
            ),
        ]
