"""Training classes (班次), their half-days, who is in them and who came."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.states import AttendanceMethod, ClassState, EnrolmentState, HalfDay, SessionKind, SessionState, WithdrawalKind
from lms.core import clock
from lms.core.models import Record
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Funder, Participation, Programme


class TrainingClass(Record):
    """One class (班次) hosted by a division; closed by ``held`` or ``cancelled``. Holds no personal data."""

    PERSONAL: tuple[str, ...] = ()

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    term = models.CharField(max_length=40, blank=True)  # 期次
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="training_classes")
    organiser = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")  # 主办
    host = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")  # 承办
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="training_classes")  # where it is run
    funder = models.ForeignKey(Funder, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")  # when an enrolment names none
    categories = models.ManyToManyField(Category, blank=True, related_name="+")  # offered at sign-up; one per enrolment
    starts_on = models.DateField()
    ends_on = models.DateField()
    capacity = models.PositiveIntegerField(null=True)
    planned_heads = models.PositiveIntegerField(null=True)  # 计划人数; ``capacity`` is what may be taken
    attendance_floor_percent = models.PositiveSmallIntegerField(default=80)
    dwell_floor_percent = models.PositiveSmallIntegerField(default=0)  # a half-day counts from this share of its minutes
    needs_check_out = models.BooleanField(default=False)  # minutes are those between signing in and out
    needs_approval = models.BooleanField(default=False)  # 单位审核
    sign_up_opens_at = models.DateTimeField(null=True)  # none: by roster only
    sign_up_closes_at = models.DateTimeField(null=True)
    document_number = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=12, choices=ClassState, default=ClassState.PLANNED)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-starts_on", "code")
        indexes = [models.Index(fields=["division", "-starts_on"], name="courses_class_division")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ClassState.values), name="courses_class_state_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="courses_class_dates_ordered"),
            models.CheckConstraint(condition=Q(attendance_floor_percent__lte=100), name="courses_class_floor_percent"),
            models.CheckConstraint(condition=Q(dwell_floor_percent__lte=100), name="courses_class_dwell_percent"),
            models.CheckConstraint(
                condition=Q(planned_heads__isnull=True) | Q(planned_heads__gte=1), name="courses_class_planned_heads"
            ),
            # a sign-up has a beginning and an end, or there is none
            models.CheckConstraint(
                condition=Q(sign_up_opens_at__isnull=True, sign_up_closes_at__isnull=True)
                | Q(sign_up_opens_at__isnull=False, sign_up_closes_at__gt=F("sign_up_opens_at")),
                name="courses_class_sign_up_window",
            ),
            models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="courses_class_capacity"),
            # closed: who and when together, and only when held or cancelled
            models.CheckConstraint(
                condition=Q(state__in=["planned", "open", "running"], closed_at__isnull=True, closed_by__isnull=True)
                | Q(state__in=["held", "cancelled"], closed_at__isnull=False, closed_by__isnull=False),
                name="courses_class_closed_together",
            ),
            # cancelled with a reason, and nothing else has one
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_reason="")) | (~Q(state="cancelled") & Q(cancelled_reason="")),
                name="courses_class_cancelled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CourseSession(Record):
    """One half-day of a class (课次): a lecture or an event; closed by ``held`` or ``cancelled``."""

    PERSONAL = ("trainer", "other_trainers")

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=SessionKind, default=SessionKind.LECTURE)
    day = models.DateField()
    half = models.CharField(max_length=2, choices=HalfDay)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.FACE_TO_FACE)
    place = models.CharField(max_length=120, blank=True)
    trainer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="sessions_taught")
    other_trainers = models.ManyToManyField(Person, blank=True, related_name="sessions_taught_with")
    topics = models.JSONField(default=list)  # short texts
    state = models.CharField(max_length=12, choices=SessionState, default=SessionState.PLANNED)
    cases_shared = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    cancelled_reason = models.CharField(max_length=200, blank=True)
    sign_in_secret = models.CharField(max_length=40, blank=True)  # keys the rotating sign-in code of this half-day
    version = models.PositiveSmallIntegerField(default=1)  # counts its ``scheduled`` lines: moved once, version 2

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SessionState.values), name="courses_session_state_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="courses_session_times_ordered"),
            # planning the same half-day twice is one session
            models.UniqueConstraint(
                fields=["training_class", "starts_at", "title"], condition=~Q(state="cancelled"), name="courses_session_once"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", closed_at__isnull=True, closed_by__isnull=True)
                | Q(state__in=["held", "cancelled"], closed_at__isnull=False, closed_by__isnull=False),
                name="courses_session_closed_together",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(cancelled_reason="")) | (~Q(state="cancelled") & Q(cancelled_reason="")),
                name="courses_session_cancelled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def is_overdue(self) -> bool:
        """Over by the clock, and nobody has closed it yet: attendance may still be entered."""
        return self.state == SessionState.PLANNED and self.ends_at < clock.now()


class ClassEnrolment(Record):
    """One person in one class, with division, unit and category as then; closed by completed, not met or withdrawn."""

    PERSONAL = ("person",)

    # of what is named here enrolments are asked for by class, person and division; those have their index below or with the key
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="enrolments", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="class_enrolments")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=EnrolmentState, default=EnrolmentState.ENROLLED)
    enrolled_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    withdrawn_kind = models.CharField(max_length=10, choices=WithdrawalKind, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    came_from = models.ForeignKey(  # transferred (转班)
        "self", null=True, on_delete=models.PROTECT, related_name="went_to", db_index=False
    )
    version = models.PositiveSmallIntegerField(default=1)  # how often entered: withdrawn and back is version 2

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["division", "state"], name="courses_classenrol_division")]
        constraints = [
            # a second click is the same enrolment; coming back after a withdrawal reopens the row
            models.UniqueConstraint(fields=["training_class", "person"], name="courses_classenrol_once"),
            models.CheckConstraint(condition=Q(state__in=EnrolmentState.values), name="courses_classenrol_state_known"),
            models.CheckConstraint(
                condition=Q(state="enrolled", closed_at__isnull=True) | (~Q(state="enrolled") & Q(closed_at__isnull=False)),
                name="courses_classenrol_closed_with_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="withdrawn") & ~Q(withdrawn_reason="")) | (~Q(state="withdrawn") & Q(withdrawn_reason="")),
                name="courses_classenrol_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_kind="") | Q(state="withdrawn", withdrawn_kind__in=WithdrawalKind.values),
                name="courses_classenrol_withdrawn_kind",
            ),
        ]


class Attendance(Record):
    """Minutes one enrolment was present in one half-day. ``version`` counts its ledger lines.

    0 minutes: struck off again, or signed in and not yet out where the class asks to sign out. ``late_sent``: the phone had
    no network and sent the code later; it counts at once and waits for a look.
    """

    PERSONAL: tuple[str, ...] = ()

    session = models.ForeignKey(CourseSession, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(ClassEnrolment, on_delete=models.PROTECT, related_name="attendance")
    minutes = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=8, choices=AttendanceMethod, default=AttendanceMethod.MANUAL)
    signed_in_at = models.DateTimeField(null=True)
    signed_out_at = models.DateTimeField(null=True)
    late_sent = models.BooleanField(default=False)
    received_at = models.DateTimeField(null=True)  # of what was sent later
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.UUIDField(null=True)
    marked_at = models.DateTimeField(default=clock.now)
    marked_by = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            # signing in twice is one attendance
            models.UniqueConstraint(fields=["session", "enrolment"], name="courses_attendance_once"),
            models.CheckConstraint(condition=Q(minutes__lte=1440), name="courses_attendance_within_day"),
            # out after in
            models.CheckConstraint(
                condition=Q(signed_out_at__isnull=True) | Q(signed_out_at__gte=F("signed_in_at")),
                name="courses_attendance_out_after_in",
            ),
            # what was sent later says when it came
            models.CheckConstraint(
                condition=Q(late_sent=False) | Q(received_at__isnull=False), name="courses_attendance_late_with_time"
            ),
            # looked at: who and when together
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="courses_attendance_reviewed_together",
            ),
        ]


class HeadCount(Record):
    """People present without names in one half-day (未具名人数). No personal data.

    ``quantity`` is what was counted. ``posted`` is what the standing ledger line says: counted, and walk-ins without a record,
    less those identified since. A change raises ``version``.
    """

    PERSONAL: tuple[str, ...] = ()

    session = models.OneToOneField(CourseSession, on_delete=models.PROTECT, related_name="head_count")
    quantity = models.PositiveIntegerField()
    posted = models.PositiveIntegerField(default=0)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    counted_by = models.UUIDField()
    counted_at = models.DateTimeField(default=clock.now)
    version = models.PositiveSmallIntegerField(default=1)
