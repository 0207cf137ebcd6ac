"""Agreements, session records with attendance per supervisee, agreed actions and their follow-up. No client is ever named."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.models import Record
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Participation, Programme
from lms.supervision.states import Answer, FollowUpResult, Form, Function, SessionStatus


class Target(Record):
    """What a programme asks of supervision from–to: how many supervisees a supervisor, how much in which span. Data, with source.

    The sector standard (MZ/T 166-2021) sets no figures; ratios and hours are local, so every row names where it is laid down.
    """

    class Span(models.TextChoices):
        MONTH = "month", _("每月")
        QUARTER = "quarter", _("每季度")
        YEAR = "year", _("每年")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="supervision_targets")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    supervisees_per_supervisor = models.PositiveSmallIntegerField(null=True, blank=True)
    span = models.CharField(max_length=8, choices=Span, default=Span.MONTH)
    sessions_per_span = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes_per_span = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ("programme", "-valid_from")
        constraints = [
            # one target of a programme begins on a day; the newest begun one rules
            models.UniqueConstraint(fields=["programme", "valid_from"], name="supervision_target_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="supervision_target_dates_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.valid_from}"


class ContentTag(Record):
    """One content of supervision as a real record form lists it (实务技巧指导…); disabled by ``valid_to``, never deleted."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("order", "code")

    def __str__(self) -> str:
        return self.name


class Agreement(Record):
    """One supervisor for one participation, from–to; closed by ``ended_at``. ``division`` is the supervisee's as then.

    Supervisor and supervisee are copied here so that the database can refuse their being one; holds no other personal data.
    """

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="agreements")
    supervisee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supervised_under")
    supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supervises_under")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # last day agreed; null: as long as the participation
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-starts_on", "-id")
        indexes = [models.Index(fields=["supervisor", "starts_on"], name="supervision_agreement_of")]
        constraints = [
            # nobody supervises themselves
            models.CheckConstraint(condition=~Q(supervisor=F("supervisee")), name="supervision_agreement_not_oneself"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="supervision_agreement_dates_ordered"
            ),
            # one open agreement of a participation with a supervisor
            models.UniqueConstraint(
                fields=["participation", "supervisor"], condition=Q(ended_at__isnull=True), name="supervision_agreement_one_open"
            ),
            # ended: when, who and why together, and a last day
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False, ends_on__isnull=False) & ~Q(ended_reason="")),
                name="supervision_agreement_ended_together",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement:{str(self.uuid)[:8]}"

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class SupervisionSession(Record):
    """One version of the record of one supervision meeting. Frozen by the supervisor's signature; corrected by a new version.

    ``content_sha256`` is taken over everything that was signed, attendance and actions included; each countersignature
    repeats it. ``division`` is the narrowest one that holds all supervisees. ``key`` makes an offline draft sent twice one row.
    """

    PERSONAL = ("topic", "linked_work", "discussion", "advice", "supervisor_reflection", "place")

    supervisor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sessions_supervised")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, null=True, unique=True)
    status = models.CharField(max_length=12, choices=SessionStatus, default=SessionStatus.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    amends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="amendments")
    amend_reason = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mode = models.CharField(max_length=12, choices=Mode)
    place = models.CharField(max_length=120, blank=True)
    form = models.CharField(max_length=12, choices=Form)
    functions = models.JSONField(default=list)  # codes of states.Function, at least one
    tags = models.ManyToManyField(ContentTag, blank=True, related_name="+")
    topic = models.CharField(max_length=120)
    linked_work = models.CharField(max_length=120, blank=True)  # the case, group or activity by its own code
    discussion = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    supervisor_reflection = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    changed_at = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-starts_at", "-id")
        indexes = [
            models.Index(fields=["supervisor", "-starts_at"], name="supervision_session_of"),
            models.Index(fields=["division", "-starts_at"], name="supervision_session_in"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SessionStatus.values), name="supervision_session_status_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="supervision_session_ordered"),
            models.CheckConstraint(
                condition=Q(mode__in=[Mode.FACE_TO_FACE, Mode.ONLINE, Mode.PHONE]), name="supervision_session_mode_known"
            ),
            models.CheckConstraint(condition=Q(form__in=Form.values), name="supervision_session_form_known"),
            # signed: who, when and what together
            models.CheckConstraint(
                condition=Q(status__in=["draft", "discarded"], signed_at__isnull=True, signed_by__isnull=True, content_sha256="")
                | (
                    Q(status__in=["signed", "superseded"], signed_at__isnull=False, signed_by__isnull=False) & ~Q(content_sha256="")
                ),
                name="supervision_session_signed_together",
            ),
            # a correction says what it corrects and why, and the first version corrects nothing
            models.CheckConstraint(
                condition=Q(version=1, amends__isnull=True, amend_reason="")
                | (Q(version__gt=1, amends__isnull=False) & ~Q(amend_reason="")),
                name="supervision_session_amended_together",
            ),
            # one living correction of a version
            models.UniqueConstraint(fields=["amends"], condition=~Q(status="discarded"), name="supervision_session_amended_once"),
        ]

    def __str__(self) -> str:
        return f"session:{str(self.uuid)[:8]} v{self.version}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def held_on(self) -> dt.date:
        return timezone.localdate(self.starts_at)

    @property
    def is_draft(self) -> bool:
        return self.status == SessionStatus.DRAFT

    @property
    def is_signed(self) -> bool:
        return self.status == SessionStatus.SIGNED

    @property
    def function_names(self) -> list[str]:
        return [str(Function(code).label) for code in self.functions]


class Attendance(Record):
    """One supervisee in one version of a session: present for so many minutes, or absent why; then their answer to the record."""

    PERSONAL = ("reflection", "dispute_reason", "absent_reason")

    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="attendances")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="attendances")
    supervisee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supervision_attendances")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")  # as then, from the agreement
    minutes = models.PositiveIntegerField(default=0)  # 0 is absent
    absent_reason = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=14, choices=Answer, default=Answer.PENDING)
    answered_at = models.DateTimeField(null=True)
    answered_sha256 = models.CharField(max_length=64, blank=True)  # what was countersigned
    reflection = models.TextField(blank=True)
    dispute_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["supervisee", "answer"], name="supervision_attendance_of")]
        constraints = [
            # one supervisee once in a session
            models.UniqueConstraint(fields=["session", "supervisee"], name="supervision_attendance_once"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="supervision_attendance_answer_known"),
            # a countersignature says what it signs, a dispute why; the absent answer nothing
            models.CheckConstraint(
                condition=Q(answer="pending", answered_at__isnull=True, answered_sha256="", dispute_reason="")
                | (Q(answer="countersigned", answered_at__isnull=False, minutes__gt=0) & ~Q(answered_sha256=""))
                | (Q(answer="disputed", answered_at__isnull=False, answered_sha256="", minutes__gt=0) & ~Q(dispute_reason="")),
                name="supervision_attendance_answered_together",
            ),
        ]

    def __str__(self) -> str:
        return f"attendance:{str(self.uuid)[:8]}"

    @property
    def present(self) -> bool:
        return self.minutes > 0


class Action(Record):
    """One agreed action of a session, with its owner and due date; what became of it stands in the follow-ups."""

    PERSONAL = ("text",)

    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="actions")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"action:{str(self.uuid)[:8]}"


class FollowUp(Record):
    """What a later session found about an action of an earlier one."""

    PERSONAL = ("note",)

    session = models.ForeignKey(SupervisionSession, on_delete=models.CASCADE, related_name="follow_ups")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="follow_ups")
    result = models.CharField(max_length=10, choices=FollowUpResult)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            # a session looks at an action once
            models.UniqueConstraint(fields=["session", "action"], name="supervision_follow_up_once"),
            models.CheckConstraint(condition=Q(result__in=FollowUpResult.values), name="supervision_follow_up_known"),
        ]

    def __str__(self) -> str:
        return f"follow-up:{str(self.uuid)[:8]}"
