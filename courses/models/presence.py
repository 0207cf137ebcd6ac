"""Who came beside the roster, and the printed sign-in sheets. Attendance itself stands in ``classes``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from courses.models.classes import ClassEnrolment, CourseSession
from lms.core import clock
from lms.core.models import Job, Record
from lms.people.models import Person


class WalkIn(Record):
    """Somebody who came to a half-day without being on the roster. Counted unnamed until identified, or struck off.

    ``from_count``: was among the heads counted without names, so that it adds none.
    """

    PERSONAL = ("name", "unit", "person")

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="walk_ins")
    name = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    from_count = models.BooleanField(default=False)
    entered_at = models.DateTimeField(default=clock.now)
    entered_by = models.UUIDField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(ClassEnrolment, null=True, on_delete=models.PROTECT, related_name="+")
    identified_at = models.DateTimeField(null=True)
    identified_by = models.UUIDField(null=True)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.UUIDField(null=True)
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("entered_at", "id")
        constraints = [
            # identified: who it was, in which enrolment, when and by whom together; and never struck off as well
            models.CheckConstraint(
                condition=Q(person__isnull=True, enrolment__isnull=True, identified_at__isnull=True, identified_by__isnull=True)
                | Q(
                    person__isnull=False,
                    enrolment__isnull=False,
                    identified_at__isnull=False,
                    identified_by__isnull=False,
                    struck_at__isnull=True,
                ),
                name="courses_walkin_identified_together",
            ),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason="")),
                name="courses_walkin_struck_together",
            ),
            # out of the count only by being identified
            models.CheckConstraint(condition=Q(from_count=False) | Q(person__isnull=False), name="courses_walkin_from_count"),
            # one human being comes to a half-day once
            models.UniqueConstraint(
                fields=["session", "enrolment"], condition=Q(enrolment__isnull=False), name="courses_walkin_identified_once"
            ),
        ]


class SignInSheet(Record):
    """One printed sign-in sheet (签到表) of a half-day: which row stands for whom is kept as printed. No personal data."""

    PERSONAL: tuple[str, ...] = ()

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="sheets")
    code = models.CharField(max_length=8, unique=True)
    blank_rows = models.PositiveSmallIntegerField(default=0)  # for walk-ins
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    printed_at = models.DateTimeField(default=clock.now)
    printed_by = models.UUIDField()

    class Meta:
        ordering = ("-printed_at", "-id")


class SheetRow(models.Model):
    """One row of a printed sheet."""

    PERSONAL: tuple[str, ...] = ()

    sheet = models.ForeignKey(SignInSheet, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveSmallIntegerField()
    enrolment = models.ForeignKey(ClassEnrolment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="courses_sheetrow_number"),
            models.UniqueConstraint(fields=["sheet", "enrolment"], name="courses_sheetrow_enrolment"),
        ]
