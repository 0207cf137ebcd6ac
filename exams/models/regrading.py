"""Regrades (改分): the correction of an item already set, and the trail of every attempt whose points it changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.models.attempts import Attempt
from exams.models.banks import ItemVersion
from exams.regrade_states import EFFECTIVE, RegradeState, Remedy
from lms.core import clock
from lms.core.models import Record


class Regrade(Record):
    """One correction of one item version, proposed by one person and approved by another; closed by applied.

    ``keys`` lists the answers that now count as right, each a list of letters: several where more than one answer is held
    to be right. ``keeps_better``: nobody loses points by it. ``counts`` is what the preview found: numbers only. Every
    attempt that was set this version is marked by the newest effective regrade, those handed in later too.
    """

    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="regrades")
    remedy = models.CharField(max_length=8, choices=Remedy)
    keys = models.JSONField(default=list)
    keeps_better = models.BooleanField(default=True)
    reason = models.CharField(max_length=500)  # the sentence candidates read: about the item, not about people
    state = models.CharField(max_length=12, choices=RegradeState, default=RegradeState.PROPOSED)
    counts = models.JSONField(default=dict)
    previewed_at = models.DateTimeField(null=True)
    proposed_by = models.UUIDField()
    proposed_label = models.CharField(max_length=80)
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.UUIDField(null=True)
    decided_label = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=200, blank=True)  # why it was not approved
    effective_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-proposed_at", "-id")
        indexes = [
            # marking asks which corrections stand for the items of a paper
            models.Index(fields=["item_version", "-effective_at"], name="exams_regrade_effective"),
            models.Index(fields=["state", "-proposed_at"], name="exams_regrade_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RegradeState.values), name="exams_regrade_state_known"),
            models.CheckConstraint(condition=Q(remedy__in=Remedy.values), name="exams_regrade_remedy_known"),
            # one regrade of a version is under way
            models.UniqueConstraint(
                fields=["item_version"], condition=Q(state__in=["proposed", "approved"]), name="exams_regrade_one_open"
            ),
            # decided: who and when together, from the decision on
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="exams_regrade_decided_together",
            ),
            # approved by someone else
            models.CheckConstraint(
                condition=~Q(state__in=EFFECTIVE) | ~Q(decided_by=F("proposed_by")), name="exams_regrade_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=EFFECTIVE, effective_at__isnull=False)
                | (~Q(state__in=EFFECTIVE) & Q(effective_at__isnull=True)),
                name="exams_regrade_effective_since",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False) | (~Q(state="applied") & Q(applied_at__isnull=True)),
                name="exams_regrade_applied_when",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exams_regrade_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"regrade:{str(self.uuid)[:8]}"


class RegradeChange(models.Model):
    """What a regrade changed in one attempt: points of the item and of the whole, before and after. Append-only.

    Totals are null where the attempt still waits for its essay markers.
    """

    PERSONAL = ("points_before", "points_after", "total_before", "total_after", "passed_before", "passed_after")

    regrade = models.ForeignKey(Regrade, on_delete=models.PROTECT, related_name="changes")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="regrade_changes")
    number = models.PositiveSmallIntegerField()  # of the item in the attempt's paper
    points_before = models.PositiveIntegerField()
    points_after = models.PositiveIntegerField()
    total_before = models.PositiveIntegerField(null=True)
    total_after = models.PositiveIntegerField(null=True)
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        constraints = [
            # run twice, by two workers or after a crash: an attempt changes once a regrade
            models.UniqueConstraint(fields=["regrade", "attempt"], name="exams_regrade_change_once"),
            models.CheckConstraint(condition=~Q(points_before=F("points_after")), name="exams_regrade_change_changes"),
            models.CheckConstraint(
                condition=Q(
                    total_before__isnull=True, total_after__isnull=True, passed_before__isnull=True, passed_after__isnull=True
                )
                | Q(total_before__isnull=False, total_after__isnull=False, passed_before__isnull=False, passed_after__isnull=False),
                name="exams_regrade_change_totals_together",
            ),
        ]
