"""Human rulings on attempts: what was decided on the evidence, by whom and why. Append-only; the candidate reads them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from exams.models.attempts import Attempt
from exams.sitting_states import Outcome
from lms.core import clock
from lms.core.models import Record


class AttemptRuling(Record):
    """One ruling on one attempt. ``answers`` names what a ruling on late answers is about, number → the letters counted.

    ``points_before`` and ``points_after`` are set where it changed the score. A ruling is never edited: a later one is a new row.
    """

    PERSONAL = ("reason", "answers", "points_before", "points_after")

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="rulings")
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason = models.CharField(max_length=500)  # the candidate reads it
    answers = models.JSONField(default=dict)
    points_before = models.PositiveIntegerField(null=True)
    points_after = models.PositiveIntegerField(null=True)
    ruled_at = models.DateTimeField(default=clock.now)
    ruled_by = models.UUIDField()
    ruled_label = models.CharField(max_length=80)

    class Meta:
        ordering = ("ruled_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="exams_ruling_outcome_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="exams_ruling_has_a_reason"),
            # a changed score says from what to what
            models.CheckConstraint(
                condition=Q(points_before__isnull=True, points_after__isnull=True)
                | Q(points_before__isnull=False, points_after__isnull=False),
                name="exams_ruling_points_together",
            ),
        ]
