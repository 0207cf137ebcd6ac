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
from lms.places.models import Division


class RosterImport(Record):
    """One uploaded roster of one class. Closed by done, refused or discarded; then its rows lose what they held."""

    PERSONAL = ("upload", "outline")

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="roster_imports")
    upload = models.FileField(upload_to="rosters/", storage=private_files, blank=True)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=RosterState, default=RosterState.READING)
    reason = models.CharField(max_length=500, blank=True)  # why the file as a whole is refused
    columns = models.JSONField(default=list)  # [{"column": "C", "header": "身份证号", "field": "document"}]
    kind = models.CharField(max_length=4, blank=True)  # xlsx, xls, csv, by content
    outline = models.TextField(blank=True)  # the first rows of every sheet, encrypted; blanked when the import closes
    sheet = models.CharField(max_length=120, blank=True)  # the sheet that was confirmed
    header_top = models.PositiveIntegerField(default=0)  # 0-based: where the header begins …
    header_first = models.PositiveIntegerField(default=0)  # … and where the data begins
    leave_hidden = models.BooleanField(default=True)  # hidden rows are left out, as was confirmed
    give_accounts = models.BooleanField(default=True)
    read_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    examine_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
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

    roster = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows", db_index=False)  # see the key
    number = models.PositiveIntegerField()  # as the spreadsheet shows it
    verdict = models.CharField(max_length=8, choices=RowVerdict)
    hinted = models.BooleanField(default=False)  # something a human should look at, which refuses nothing
    sealed = models.TextField(blank=True)
    problems = models.JSONField(default=list)  # [{"column": "C", "header": "身份证号", "reason": "…", "level": "hint" or absent}]
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
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


class RosterWording(models.Model):
    """What a division's offices take one wording of a column header to mean, once a human confirmed it. Newest wins."""

    PERSONAL = ()

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=60)  # as compared: without blanks, marks and width
    field = models.CharField(max_length=20)  # a field of the roster, or "ignored"
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "words"], name="courses_rosterwording_once")]
