"""Sittings (考次): papers within a window at a place, who may come, their seats, what was granted to one person and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from exams.models.papers import Paper
from exams.sitting_states import Audience, SittingState
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Participation, Programme


class ExamSitting(Record):
    """One sitting of one or several papers in a division. Closed by ``released`` or ``cancelled``.

    An attempt ends at the earliest of start + duration + extra time and the end of the window. ``class_uuid`` names a training
    class by the uuid under which the ledger knows its enrolments; its title is as then. ``seats`` null: as many as come.
    """

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=SittingState, default=SittingState.DRAFT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)  # blank: wherever one is
    notes = models.TextField(blank=True)  # what candidates are told beyond the rules
    audience = models.CharField(max_length=12, choices=Audience)
    class_uuid = models.UUIDField(null=True)
    class_title = models.CharField(max_length=120, blank=True)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField(null=True)
    sign_up_until = models.DateTimeField(null=True)  # null: until the window ends
    access_code = models.CharField(max_length=12, blank=True)  # said in the room
    needs_check_in = models.BooleanField(default=False)  # only who was checked in may begin
    latest_entry_minutes = models.PositiveSmallIntegerField(null=True)  # after the start of the window nobody begins
    max_attempts = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    announced_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-starts_at", "-id")
        indexes = [
            models.Index(fields=["division", "-starts_at"], name="exams_sitting_division"),
            models.Index(fields=["state", "starts_at"], name="exams_sitting_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SittingState.values), name="exams_sitting_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="exams_sitting_window_ordered"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="exams_sitting_audience_known"),
            # an audience that names something names it
            models.CheckConstraint(condition=~Q(audience="class") | Q(class_uuid__isnull=False), name="exams_sitting_class_named"),
            models.CheckConstraint(
                condition=~Q(audience="programme") | Q(programme__isnull=False), name="exams_sitting_programme_named"
            ),
            models.CheckConstraint(condition=Q(seats__isnull=True) | Q(seats__gte=1), name="exams_sitting_seats_positive"),
            models.CheckConstraint(condition=Q(max_attempts__gte=1), name="exams_sitting_attempts_positive"),
            # cancelled: when and why together
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_reason="")
                | (Q(cancelled_at__isnull=False, state="cancelled") & ~Q(cancelled_reason="")),
                name="exams_sitting_cancelled_together",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(announced_at__isnull=False), name="exams_sitting_announced_since"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_one_day(self) -> bool:
        """Whether it ends on the day it begins, as people here count days."""
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)

    @property
    def is_running(self) -> bool:
        return self.state == SittingState.ANNOUNCED and self.starts_at <= clock.now() < self.ends_at


class SittingPaper(models.Model):
    """One paper of a sitting; candidates are given its papers in turn by seat number."""

    PERSONAL: tuple[str, ...] = ()

    sitting = models.ForeignKey(ExamSitting, on_delete=models.CASCADE, related_name="sitting_papers")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="sitting_papers")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["sitting", "paper"], name="exams_sitting_paper_once"),
            models.UniqueConstraint(fields=["sitting", "number"], name="exams_sitting_paper_number_once"),
        ]


class SittingInvitation(models.Model):
    """A person on the list of a sitting for named people. Being listed seats nobody: the person signs up, and so agrees."""

    PERSONAL = ("person",)

    sitting = models.ForeignKey(ExamSitting, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    invited_by = models.UUIDField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["sitting", "person"], name="exams_invitation_once")]


class SittingSeat(Record):
    """One person's seat (考位) in a sitting: number, paper, division and participation as then. Given up by ``released_at``."""

    PERSONAL = ("person", "released_reason")

    sitting = models.ForeignKey(ExamSitting, on_delete=models.PROTECT, related_name="seats_taken")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    taken_at = models.DateTimeField(default=clock.now)
    taken_by = models.UUIDField()
    checked_in_at = models.DateTimeField(null=True)
    checked_in_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)
    released_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("number",)
        indexes = [models.Index(fields=["person", "-taken_at"], name="exams_seat_person")]
        constraints = [
            # a person sits once; a chair holds one
            models.UniqueConstraint(
                fields=["sitting", "person"], condition=Q(released_at__isnull=True), name="exams_seat_person_once"
            ),
            models.UniqueConstraint(
                fields=["sitting", "number"], condition=Q(released_at__isnull=True), name="exams_seat_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="exams_seat_number_positive"),
            # checked in: who and when together
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True, checked_in_by__isnull=True)
                | Q(checked_in_at__isnull=False, checked_in_by__isnull=False),
                name="exams_seat_checked_in_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}:{self.number}"


class SeatGrant(Record):
    """What one candidate was granted, with the reason: extra time, a later end, more attempts. Append-only; grants add up.

    ``window_ends_at``: the latest of the grants replaces the end of the window for this person.
    """

    PERSONAL = ("reason",)

    seat = models.ForeignKey(SittingSeat, on_delete=models.PROTECT, related_name="grants")
    extra_minutes = models.PositiveSmallIntegerField(default=0)
    extra_attempts = models.PositiveSmallIntegerField(default=0)
    window_ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField(default=clock.now)
    granted_by = models.UUIDField()
    granted_label = models.CharField(max_length=80)

    class Meta:
        ordering = ("granted_at", "id")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="exams_grant_has_a_reason"),
            models.CheckConstraint(
                condition=Q(extra_minutes__gte=1) | Q(extra_attempts__gte=1) | Q(window_ends_at__isnull=False),
                name="exams_grant_grants_something",
            ),
        ]
