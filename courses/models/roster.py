"""A roster workbook being brought in: staged row by row, shown, confirmed, then committed in whole chunks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from courses.models.classes import TrainingClass
from courses.states import RosterState, RowVerdict
from lms.core import clock
from lms.core.models import Job, Record
from lms.core.storage import private_files
from lms.people.models import Person


class RosterImport(Record):
    """One uploaded roster of one class. Closed by done, refused or discarded; then its rows lose what they held."""

    PERSONAL = ("upload",)

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="roster_imports")
    upload = models.FileField(upload_to="rosters/", storage=private_files, blank=True)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=RosterState, default=RosterState.READING)
    reason = models.CharField(max_length=500, blank=True)  # why the file as a whole is refused
    columns = models.JSONField(default=list)  # [{"column": "C", "header": "身份证号", "field": "document"}]
    give_accounts = models.BooleanField(default=True)
    read_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    commit_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RosterState.values), name="courses_roster_state_known"),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reason="")) | (~Q(state="refused") & Q(reason="")),
                name="courses_roster_refused_with_reason",
            ),
        ]


class RosterRow(models.Model):
    """One row of a staged roster. ``sealed`` is the row's content, encrypted; blanked when the import closes."""

    PERSONAL = ("sealed", "person")

    roster = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the spreadsheet shows it
    verdict = models.CharField(max_length=8, choices=RowVerdict)
    sealed = models.TextField(blank=True)
    problems = models.JSONField(default=list)  # [{"column": "C", "header": "身份证号", "reason": "…"}]
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    committed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        indexes = [models.Index(fields=["roster", "verdict"], name="courses_rosterrow_verdict")]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="courses_rosterrow_once"),
            # a refused row says why, and is never committed
            models.CheckConstraint(
                condition=~Q(verdict="refused") | Q(committed_at__isnull=True), name="courses_rosterrow_refused_not_committed"
            ),
        ]
