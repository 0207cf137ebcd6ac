"""Learners' reports of faulty items and the answers they got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from exams.models.attempts import Attempt
from exams.models.banks import ItemVersion
from exams.models.regrading import Regrade
from exams.regrade_states import FaultKind, ReportState
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person
from lms.places.models import Division


class FaultReport(Record):
    """One person's report (报错) of one item version, closed by an answer. ``division`` is the person's as then.

    ``attempt`` is where they met it, null in practice. ``regrade`` is what came of it, if anything.
    """

    PERSONAL = ("person", "text", "answer")

    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="fault_reports")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=FaultKind)
    text = models.TextField(max_length=1000, blank=True)
    reported_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=12, choices=ReportState, default=ReportState.OPEN)
    answer = models.TextField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    regrade = models.ForeignKey(Regrade, null=True, on_delete=models.PROTECT, related_name="reports")

    class Meta:
        ordering = ("-reported_at", "-id")
        indexes = [
            models.Index(fields=["state", "reported_at"], name="exams_report_open"),
            models.Index(fields=["person", "-reported_at"], name="exams_report_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="exams_report_state_known"),
            models.CheckConstraint(condition=Q(kind__in=FaultKind.values), name="exams_report_kind_known"),
            # one open report of an item a person: a second click is the same one
            models.UniqueConstraint(fields=["item_version", "person"], condition=Q(state="open"), name="exams_report_one_open"),
            # answered: what, when and who together
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (~Q(state="open") & Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="exams_report_answered_together",
            ),
        ]

    def __str__(self) -> str:
        return f"report:{str(self.uuid)[:8]}"
