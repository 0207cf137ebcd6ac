"""Signing up for a class: quotas of counties, requests with their place in the queue, requests for leave."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from courses.models.classes import ClassEnrolment, CourseSession, TrainingClass
from courses.states import SIGN_UP_OPEN, LeaveState, SignUpState
from lms.core import clock
from lms.core.constraints import unique_with_null
from lms.core.models import Record
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category


class ClassQuota(Record):
    """Seats of a class given to one division, of one category or of all (名额分配). No personal data."""

    PERSONAL: tuple[str, ...] = ()

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="quotas")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField()

    class Meta:
        ordering = ("division__code", "category__code")
        constraints = [
            # one number for a division and category
            *unique_with_null(["training_class", "division", "category"], nullable="category", name="courses_quota_once"),
        ]


class SignUp(Record):
    """One person's request for a seat in one class; closed by accepted, declined, withdrawn or lapsed.

    ``number`` is the order of asking within the class; whoever asks again stands at the end.
    """

    PERSONAL = ("person", "note", "reply")

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="sign_ups")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")  # as then; its unit approves
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=SignUpState)
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    seat_at = models.DateTimeField(null=True)  # when a seat was held for it
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    reply = models.CharField(max_length=200, blank=True)  # why declined or withdrawn
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    version = models.PositiveSmallIntegerField(default=1)  # asked anew: version 2

    class Meta:
        ordering = ("number",)
        indexes = [
            models.Index(fields=["division", "state"], name="courses_signup_division"),
            models.Index(fields=["training_class", "state", "number"], name="courses_signup_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["training_class", "person"], name="courses_signup_once"),
            # nobody shares a place in the queue
            models.UniqueConstraint(fields=["training_class", "number"], name="courses_signup_order"),
            models.CheckConstraint(condition=Q(state__in=SignUpState.values), name="courses_signup_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=SIGN_UP_OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state__in=SIGN_UP_OPEN) & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="courses_signup_closed_together",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="courses_signup_approved_together",
            ),
            # declined with a reason; a seat is held by whoever does not wait
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reply=""), name="courses_signup_declined_with_reason"),
            models.CheckConstraint(
                condition=Q(state="waiting", seat_at__isnull=True)
                | Q(state__in=["applied", "accepted"], seat_at__isnull=False)
                | Q(state__in=["declined", "withdrawn", "lapsed"]),
                name="courses_signup_waiting_holds_no_seat",
            ),
        ]


class LeaveRequest(Record):
    """A learner asks to be away from one half-day (请假); closed by granted, refused or withdrawn. It makes no attendance."""

    PERSONAL = ("reason", "reply")

    enrolment = models.ForeignKey(ClassEnrolment, on_delete=models.PROTECT, related_name="leave_requests")
    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="leave_requests")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=LeaveState, default=LeaveState.ASKED)
    reply = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LeaveState.values), name="courses_leave_state_known"),
            # one that waits or stands for a half-day
            models.UniqueConstraint(
                fields=["enrolment", "session"], condition=Q(state__in=["asked", "granted"]), name="courses_leave_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="asked") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="courses_leave_decided_together",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reply=""), name="courses_leave_refused_with_reason"),
        ]
